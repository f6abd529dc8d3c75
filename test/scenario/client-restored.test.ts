// A server that goes back to a backup: clients show what it has, not what they have seen of what is lost.
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { ClientPerson, texts } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("a client of a server that was restored from a backup", () => {
  const folder = tempDirPerTest();
  let server: ServerProcess;
  const open: ClientPerson[] = [];

  const login = async (username: string): Promise<ClientPerson> => {
    const person = await ClientPerson.login(server.port, username, join(folder(), "clients"));
    open.push(person);
    return person;
  };

  /** Stops the server, lets `change` have its data folder, and starts it again. */
  const whileStopped = async (change: (data: string, backup: string) => Promise<void>): Promise<void> => {
    await server.stop();
    await change(server.data, join(folder(), "backup"));
    server = await server.again();
  };
  const backup = (): Promise<void> => whileStopped((data, copy) => cp(data, copy, { recursive: true }));
  const restore = (): Promise<void> =>
    whileStopped(async (data, copy) => {
      await rm(data, { recursive: true });
      await cp(copy, data, { recursive: true });
    });

  const say = async (person: ClientPerson, chatId: string, ...lines: readonly string[]): Promise<void> => {
    for (const line of lines) person.messenger.send(chatId, line);
    assert.ok(await person.messenger.whenSent(10_000));
  };

  beforeEach(async () => {
    server = await ServerProcess.start([], join(folder(), "server"));
    for (const name of ["alice", "bob"]) await (await ClientPerson.register(server.port, name)).close();
  });

  afterEach(async () => {
    for (const person of open.splice(0)) await person.close();
    await server.stop();
  });

  for (const [how, lines] of [
    ["is shorter than what was seen", ["new 3"]],
    ["is as long", ["new 3", "new 4"]],
    ["has grown past it", ["new 3", "new 4", "new 5", "new 6"]],
  ] as const) {
    it(`shows, counts and keeps the chat of the server when it ${how}`, async () => {
      const bob = await login("bob");
      await say(bob, COMMON_CHAT, "kept 1", "kept 2");
      await backup();
      await eventually("back", () => bob.messenger.isCaughtUp);
      await say(bob, COMMON_CHAT, "lost 3", "lost 4");
      const before = await login("alice");
      const seen = await before.opened(COMMON_CHAT);
      assert.deepEqual(texts(seen), ["kept 1", "kept 2", "lost 3", "lost 4"]);
      seen.markRead();
      await before.close();
      await bob.close();
      await restore();
      const again = await login("bob");
      await say(again, COMMON_CHAT, ...lines);
      await again.close();

      const alice = await ClientPerson.start(server.port, "alice", join(folder(), "clients"));
      open.push(alice);
      const conversation = await alice.opened(COMMON_CHAT);
      assert.equal(texts(conversation).at(-1), "lost 4", "what was kept, without the server");
      const { search } = alice.workspace;
      await search.find("lost");
      assert.equal(search.hits.length, 2);
      await alice.messenger.login("a long password");
      const there = ["kept 1", "kept 2", ...lines];
      await eventually("shows what there is", () => texts(conversation).join() === there.join());
      assert.deepEqual(search.hits, [], "nor is it found any more");
      assert.deepEqual(
        alice.messenger.cache.before(COMMON_CHAT, undefined, 10).map((message) => message.message),
        there,
      );
      // Alice was registered before all of it, and the backup was made before she read any.
      assert.equal(conversation.unread, there.length);
      await say(alice, COMMON_CHAT, "from alice");
      await eventually("goes on", () => texts(conversation).at(-1) === "from alice");
    }).timeout(60_000);
  }

  it("forgets a chat that the backup does not have, and sends once what was not acknowledged", async () => {
    await backup();
    const bob = await login("bob");
    const alice = await login("alice");
    const direct = alice.chatWith(bob);
    await say(bob, direct, "lost");
    await eventually("heard", () => alice.workspace.chats.row(direct) !== undefined);
    await server.stop();
    await eventually("offline", () => alice.messenger.state.kind !== "online");
    alice.messenger.send(COMMON_CHAT, "written offline");
    await alice.close();
    await restore();
    const again = await login("alice");
    assert.ok(await again.messenger.whenSent(10_000));
    assert.equal(again.workspace.chats.row(direct), undefined);
    assert.deepEqual(again.messenger.cache.before(direct, undefined, 10), []);
    assert.deepEqual(texts(await again.opened(COMMON_CHAT)), ["written offline"]);
  }).timeout(60_000);
});
