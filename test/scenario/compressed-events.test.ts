// Events compressed once for all sessions that take them so.
import assert from "node:assert/strict";
import { range } from "../support/lists.ts";
import type { Person } from "../support/person.ts";
import { useServer } from "../support/server.ts";

const TEXTS = range(1, 300).map((number) => `message ${number}: could you please have a look at it tomorrow morning?`);

/** Sends the texts without waiting for each, so that many are in one batch. */
async function sendAll(sender: Person, chatId: string, texts: readonly string[]): Promise<void> {
  for (const message of texts) sender.client.send("add_message", { chat_id: chatId, message });
  for (const _ of texts) await sender.client.replies.next();
}

describe("compressed events", () => {
  const server = useServer({ requestRatePerSec: 0, byteRatePerSec: 0 });

  it("are the same events in a fraction of the bytes, and only for sessions that asked", async () => {
    const ann = await server().newPerson("Ann");
    const ben = await server().newPerson("Ben");
    const compressed = await server().anotherSession(ben, {}, ["deflate"]);
    assert.deepEqual(compressed.loggedIn.features, ["deflate"]);
    const before = [ben.client.receivedBytes, compressed.client.receivedBytes];
    await sendAll(ann, ann.chatWith(ben), TEXTS);
    const [plain, inflated] = [await ben.events("message"), await compressed.events("message")];
    assert.deepEqual(inflated, plain);
    assert.deepEqual(
      inflated.map(({ message }) => message),
      TEXTS,
    );
    assert.equal(ben.client.compressedFrames, 0);
    const [plainBytes = 0, compressedBytes = 0] = [ben, compressed].map(
      ({ client }, index) => client.receivedBytes - (before[index] ?? 0),
    );
    assert.ok(compressedBytes * 4 < plainBytes, `${compressedBytes} bytes in place of ${plainBytes}`);
  });

  it("are granted in length-prefixed mode alone, and no longer after a login without them", async () => {
    const ann = await server().newPerson("Ann");
    const lines = await server().anotherSession(ann, { framing: "lines" }, ["deflate", "changes"]);
    assert.deepEqual(lines.loggedIn.features, ["changes"]);
    const listener = await server().anotherSession(ann, {}, ["deflate"]);
    const { username, password } = ann;
    await listener.ok("login", { username, password });
    await sendAll(ann, "common", TEXTS);
    assert.deepEqual([(await listener.events("message")).length, listener.client.compressedFrames], [TEXTS.length, 0]);
  });

  it("tell a lone message to many in one compressed frame each", async () => {
    const ann = await server().newPerson("Ann");
    const listeners = await Promise.all(range(1, 64).map(() => server().anotherSession(ann, {}, ["deflate"])));
    const [first] = listeners;
    assert.ok(first);
    await ann.say("the first makes it known as a chat of many");
    await first.events("message");
    assert.equal(first.client.compressedFrames, 0);
    await ann.say("the second is compressed");
    for (const listener of listeners) {
      const said = await listener.events("message");
      assert.equal(said.at(-1)?.message, "the second is compressed");
      assert.equal(listener.client.compressedFrames, 1);
    }
  });
});
