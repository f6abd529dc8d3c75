// Searching all chats with a headless client: by the server and in what is kept, and without a connection.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import { ClientPerson } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

describe("searching all chats", () => {
  const server = useServer();
  const folder = tempDirPerTest();

  it("finds the same with the server as in what is kept, and follows changes", async () => {
    const ann = await server().newPerson("ann");
    const ben = await ClientPerson.register(server().port, "ben", folder());
    const direct = directChatId(ann.userId, ben.userId);
    const { username } = ben.messenger;
    await ann.say("a Word in common");
    await ann.say("passWORDs in private", direct);
    const { seq } = await ann.say("a word to be deleted", direct);
    await eventually("all came", () => ben.messenger.liveSeq(direct) === 2 && ben.messenger.liveSeq(COMMON_CHAT) > 0);
    const { search } = ben.workspace;
    const found = (): string[] => search.hits.map(({ message }) => message);
    const finding = search.find("word");
    const all = ["a word to be deleted", "passWORDs in private", "a Word in common"];
    assert.deepEqual(found(), all, "what is kept is there at once");
    await finding;
    assert.deepEqual([found(), search.isKeptOnly, search.hasMore], [all, false, false], "each once");
    await ann.ok("delete_message", { chat_id: direct, seq });
    await eventually("the deleted one is gone", () => search.hits.length === 2);
    await ben.close();

    const offline = await ClientPerson.start(server().port, username, folder());
    const kept = offline.workspace.search;
    await kept.find("word");
    assert.deepEqual(
      [kept.hits.map(({ message }) => message), kept.isKeptOnly, kept.problem],
      [all.slice(1), true, undefined],
    );
    const view = await offline.opened(direct);
    await view.search.find("PRIVATE");
    assert.deepEqual([view.search.hits.length, view.search.problem], [1, undefined]);
    await offline.close();

    const fresh = await ClientPerson.login(server().port, username);
    await fresh.workspace.search.find("word");
    assert.deepEqual(
      fresh.workspace.search.hits.map(({ message }) => message),
      all.slice(1),
      "what was never seen here the server finds",
    );
    await fresh.close();
  });
});
