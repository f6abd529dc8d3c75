// Order: of answers on a connection, and of messages in every session.
import assert from "node:assert/strict";
import type { Message } from "../../src/protocol/entities.ts";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { range, seqs, texts } from "../support/lists.ts";
import { useServer } from "../support/server.ts";

describe("order", () => {
  const server = useServer();

  it("keeps the answers of a connection in the order of its requests, each seeing those before it", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    const chat_id = ann.chatWith(ben);
    const requests = range(1, 40).flatMap((index) => [
      { action: "ping" },
      { action: "add_message", data: { chat_id, message: `m${index}` } },
      { action: "get_chat", data: { contact: ben.username, limit: 1 } },
      { action: "nonsense" },
      { action: "mark_read", data: { chat_id, seq: index } },
      { action: "update_profile", data: { bio: `bio ${index}` } },
      { action: "profile" },
    ]);
    ann.client.raw(Buffer.concat(requests.map((request, id) => ann.client.frame({ ...request, id }))));
    for (const [id, { action }] of requests.entries()) {
      const reply = await ann.client.replies.next();
      assert.deepEqual([reply.id, reply.action, reply.code], [id, action, action === "nonsense" ? 404 : 200]);
      const round = Math.floor(id / 7) + 1;
      if (action === "add_message") assert.equal(reply["seq"], round);
      if (action === "get_chat") assert.deepEqual(texts(reply["messages"] as Message[]), [`m${round}`]);
      if (action === "profile") assert.equal((reply["user_data"] as { bio: string }).bio, `bio ${round}`);
    }
  });

  it("gives every session the same messages in the order of seq, each once, whoever sends at the same time", async () => {
    const people = await Promise.all(range(1, 4).map((index) => server().newPerson(`p${index}`)));
    for (const { client } of people) {
      const frames = range(1, 50).map((id) =>
        client.frame({ action: "add_message", id, data: { chat_id: COMMON_CHAT, message: `${id}` } }),
      );
      client.raw(Buffer.concat(frames));
    }
    for (const { client } of people) {
      for (let count = 0; count < 50; count += 1) assert.equal((await client.replies.next()).code, 200);
    }
    const all = await Promise.all(people.map((person) => person.events("message")));
    const first = all[0] ?? [];
    const from = first[0]?.seq ?? 0;
    assert.deepEqual(seqs(first), range(from, from + 199));
    for (const other of all) assert.deepEqual(other, first);
    for (const { userId } of people) {
      const own = first.filter(({ user_id }) => user_id === userId);
      assert.deepEqual(texts(own), range(1, 50).map(String), "and each sender's in the order sent");
    }
  });
});
