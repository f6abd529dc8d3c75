// Edits by two sessions of one user: the older of two texts never comes back, whatever answer is lost.
import assert from "node:assert/strict";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { ClientPerson } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("edits by two sessions of a user", () => {
  const server = useServer({ registrationsPerAddress: 1000 });
  const folder = tempDirPerTest();
  let proxy: TcpProxy;
  /** The client over the proxy, and another session of the same user. */
  let ben: ClientPerson;
  let other: ClientPerson;
  let view: Conversation;
  let lastName = 0;

  beforeEach(async () => {
    proxy = await TcpProxy.start(server().port);
    ben = await ClientPerson.register(proxy.port, `ben${(lastName += 1)}`, folder());
    other = await ClientPerson.login(server().port, ben.messenger.username);
    view = await ben.opened(COMMON_CHAT);
    view.send("first");
    await eventually("it is stored", () => view.items.at(-1)?.state === "stored");
    await eventually("the other session has it", () => other.messenger.liveSeq(COMMON_CHAT) === seq());
  });
  afterEach(async () => {
    for (const client of [ben, other]) await client.close();
    await proxy.close();
  });

  const item = (): ConversationItem => view.items.at(-1) ?? assert.fail();
  const seq = (): number => item().seq ?? 0;
  const edit = (text: string): void => view.change(item(), { kind: "edit", text });
  const editElsewhere = async (text: string): Promise<void> => {
    other.messenger.change(COMMON_CHAT, seq(), { kind: "edit", text });
    assert.ok(await other.messenger.whenSent(10_000));
  };
  const textsElsewhere = (): string[] =>
    other.messenger.cache.before(COMMON_CHAT, undefined, 1).map(({ message }) => message);
  /** The server's text. */
  const stored = async (): Promise<string | undefined> =>
    (await other.messenger.history(COMMON_CHAT, { after: seq() - 1, limit: 1 })).messages[0]?.message;
  const isRefused = (): boolean => item().changes[0]?.failure !== undefined;

  it("do not bring back a text whose acknowledgement was lost over a newer one", async () => {
    const lost = proxy.loseAnswers((request) => /"(edit_message|login)"/.test(request.toString()));
    edit("second");
    await lost;
    await eventually("it was made", () => textsElsewhere().at(-1) === "second");
    await editElsewhere("third");
    proxy.heal();
    await eventually("it is told", isRefused);
    assert.equal(item().changes[0]?.failure, "it was edited elsewhere meanwhile");
    assert.deepEqual([item().text, await stored()], ["third", "third"]);
  });

  it("are made once when only the acknowledgement was lost", async () => {
    const lost = proxy.loseAnswers((request) => /"(edit_message|login)"/.test(request.toString()));
    for (const text of ["second", "third"]) edit(text);
    await lost;
    proxy.heal();
    await eventually("both are made", () => item().changes.length === 0);
    assert.deepEqual(
      [item().text, await stored(), item().rev],
      ["third", "third", ben.messenger.cache.rev(COMMON_CHAT)],
    );
  });

  it("that were made without a connection leave a newer text alone, after a restart too", async () => {
    void proxy.loseAnswers((request) => /"login"/.test(request.toString()));
    proxy.cut();
    await eventually("offline", () => ben.messenger.state.kind !== "online");
    for (const text of ["second", "second, again"]) edit(text);
    await ben.close();
    await editElsewhere("third");
    proxy.heal();
    ben = await ClientPerson.start(proxy.port, ben.messenger.username, folder());
    view = await ben.opened(COMMON_CHAT);
    await ben.messenger.resume();
    await eventually("both are refused", () => item().changes.every(({ failure }) => failure !== undefined));
    assert.deepEqual([item().text, item().changes.length, await stored()], ["third", 2, "third"]);
    const [first, second] = item().changes;
    view.discardChange(first?.changeId ?? "");
    view.retryChange(second?.changeId ?? "");
    await eventually("it is made when it is asked for again", () => item().changes.length === 0);
    assert.deepEqual([item().text, await stored()], ["second, again", "second, again"]);
  });

  it("are made over reactions, which are no texts", async () => {
    void proxy.loseAnswers((request) => /"login"/.test(request.toString()));
    proxy.cut();
    await eventually("offline", () => ben.messenger.state.kind !== "online");
    edit("second");
    other.messenger.change(COMMON_CHAT, seq(), { kind: "react", reaction: "👍", on: true });
    assert.ok(await other.messenger.whenSent(10_000));
    proxy.heal();
    await eventually("it is made", () => item().changes.length === 0 && item().reactions.length === 1);
    assert.equal(await stored(), "second");
  });
});
