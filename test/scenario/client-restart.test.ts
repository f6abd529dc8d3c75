// The server is killed and started again while people type: nothing is lost, doubled or out of order for anybody.
import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMON_CHAT, type ChatId } from "../../src/protocol/ids.ts";
import type { Message } from "../../src/protocol/entities.ts";
import { ClientPerson, texts } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { useServer } from "../support/server.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

const KILLS = 3;

describe("a server that is killed while people type", () => {
  const folder = tempDirPerTest();
  let server: ServerProcess;

  beforeEach(async () => {
    server = await ServerProcess.start([], join(folder(), "server"));
  });

  afterEach(() => server.stop());

  it("loses, doubles and reorders nothing in anybody's window", async () => {
    const alice = await ClientPerson.register(server.port, "alice", join(folder(), "clients"));
    const bob = await ClientPerson.register(server.port, "bob", join(folder(), "clients"));
    const carol = await ClientPerson.register(server.port, "carol");
    const people = [alice, bob, carol];
    const direct = alice.chatWith(bob);
    const streams = people.map((person) => listen(person, COMMON_CHAT));
    const directStreams = [alice, bob].map((person) => listen(person, direct));
    for (const person of people) await person.opened(COMMON_CHAT);
    for (const person of [alice, bob]) await person.opened(direct);

    const typing = people.map((person) => type(person, person === carol ? [COMMON_CHAT] : [COMMON_CHAT, direct]));
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = streams[2]?.length ?? 0;
      await eventually("the chat goes on", () => (streams[2]?.length ?? 0) > before + 20, 20_000);
      await server.kill();
      server = await server.again();
    }
    const typed = typing.map((stop) => stop());

    for (const person of people) {
      assert.equal(person.messenger.state.kind === "signed-out", false, "nobody has to log in again");
      assert.ok(await person.messenger.whenSent(60_000), "everything is acknowledged");
    }
    const total = typed.reduce((sum, { common }) => sum + common.length, 0);
    await eventually("everybody has everything", () => streams.every((stream) => stream.length >= total), 60_000);
    const directTotal = typed.reduce((sum, one) => sum + one.direct.length, 0);
    await eventually("both have everything", () => directStreams.every((stream) => stream.length >= directTotal));

    for (const stream of streams) assert.deepEqual(stream, streams[0], "the same for everybody");
    assert.deepEqual(directStreams[0], directStreams[1]);
    check(
      streams[0] ?? [],
      people,
      typed.map(({ common }) => common),
    );
    check(
      directStreams[0] ?? [],
      people,
      typed.map((one) => one.direct),
    );
    for (const person of people) {
      const shown = texts(await person.opened(COMMON_CHAT));
      assert.deepEqual(shown, streams[0]?.map(({ message }) => message).slice(-shown.length), "as the window has it");
    }
    for (const person of people) await person.close();
  }).timeout(240_000);
});

/** What a person's client gives out of a chat, from now on. */
function listen(person: ClientPerson, chatId: ChatId): Message[] {
  const stream: Message[] = [];
  person.messenger.events.on("messages", (given) => {
    if (given.chatId === chatId) stream.push(...given.messages);
  });
  person.messenger.events.on("skipped", () => assert.fail("nothing may be skipped"));
  return stream;
}

/** Types into the chats until the result is called; that gives what was typed. */
function type(person: ClientPerson, chats: readonly ChatId[]): () => { common: string[]; direct: string[] } {
  const typed = { common: [] as string[], direct: [] as string[] };
  let count = 0;
  const timer = setInterval(() => {
    for (const chatId of chats) {
      const text = `${person.messenger.username} ${(count += 1)}`;
      person.messenger.send(chatId, text);
      (chatId === COMMON_CHAT ? typed.common : typed.direct).push(text);
    }
  }, 10);
  return () => {
    clearInterval(timer);
    return typed;
  };
}

/** The stream has seqs without holes, and of each person exactly what was typed, in the order of typing. */
function check(stream: readonly Message[], people: readonly ClientPerson[], typed: readonly string[][]): void {
  const first = stream[0]?.seq ?? 0;
  assert.deepEqual(
    stream.map(({ seq }) => seq),
    stream.map((_, index) => first + index),
  );
  people.forEach((person, index) => {
    const own = stream.filter((message) => message.user_id === person.userId);
    assert.deepEqual(
      own.map(({ message }) => message),
      typed[index],
    );
  });
}

describe("a client whose login is stored and not answered", () => {
  const server = useServer();

  it("comes back by the same token, and is not signed out", async () => {
    const proxy = await TcpProxy.start(server().port);
    const alice = await ClientPerson.register(proxy.port, "alice");
    try {
      const lost = proxy.loseAnswers((request) => request.includes('"login"'));
      proxy.cut();
      await lost;
      proxy.heal();
      await eventually("alice is back", () => alice.messenger.state.kind === "online" && alice.messenger.isCaughtUp);
      alice.messenger.send(COMMON_CHAT, "still here");
      assert.ok(await alice.messenger.whenSent(10_000));
    } finally {
      await alice.close();
      await proxy.close();
    }
  });
});
