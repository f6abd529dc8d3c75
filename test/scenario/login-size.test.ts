// The login of somebody with very many chats, contacts and blocked users: its answer is bounded, the rest comes in pages.
import assert from "node:assert/strict";
import { memoryAccount } from "../../src/client/account-folder.ts";
import { Messenger } from "../../src/client/messenger.ts";
import { LOGIN_CHATS, LOGIN_USERS, MAX_LOGIN_BYTES } from "../../src/protocol/limits.ts";
import { sortedByName } from "../../src/protocol/text.ts";
import { openWriter } from "../../src/store/open.ts";
import { crowdName, writeCrowd } from "../support/crowd.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";

const PASSWORD = "the password of victim";
const CROWD = { chatCount: 10_000, contactCount: 5_000, blockedCount: 2_000, text: "\u0001".repeat(8192) };

describe("a login with 10,000 chats and 5,000 contacts", () => {
  let server: TestServer;

  before(async () => {
    server = await TestServer.start();
    const client = await server.connect();
    const { user_id: userId } = await client.ok("register", { username: "victim", password: PASSWORD });
    server.cutClients();
    await server.stop();
    const writer = await openWriter(server.config.store, { dataDir: server.config.data });
    await writeCrowd(writer, userId, CROWD);
    await writer.close();
    await server.start();
  });
  afterEach(() => server.cutClients());
  after(() => server.remove());

  it("has an answer of at most 1 MiB, which says that there is more", async () => {
    const client = await server.connect();
    const before = client.receivedBytes;
    const login = await client.ok("login", { username: "victim", password: PASSWORD });
    const bytes = client.receivedBytes - before;
    assert.ok(bytes <= MAX_LOGIN_BYTES, `${bytes} bytes`);
    assert.equal(login.chats.length, LOGIN_CHATS);
    assert.equal(login.more_chats, true);
    assert.equal(login.more_contacts, true);
    for (const chat of login.chats.slice(1)) {
      const { message = "", cut } = chat.last_message ?? {};
      assert.deepEqual([message.length, cut], [256, true]);
    }
    const names = (from: number, count: number): string[] =>
      sortedByName(Array.from({ length: count }, (_, index) => crowdName(from + index))).slice(0, LOGIN_USERS);
    assert.deepEqual(Object.keys(login.contacts), names(7_500, 5_000));
    assert.deepEqual(Object.keys(login.blocked ?? {}), names(0, 2_000));
  });

  it("is made whole by our client, page by page", async () => {
    const account = await memoryAccount({ host: "127.0.0.1", port: server.port }, "victim");
    const messenger = new Messenger({ account });
    try {
      await messenger.login(PASSWORD);
      const isWhole = (): boolean => messenger.snapshot?.more_chats === undefined;
      assert.ok(!isWhole(), "it is online before it knows all chats");
      await eventually("all chats are there", isWhole, 60_000);
      const { chats = [], contacts = {}, blocked = {}, more_chats } = messenger.snapshot ?? {};
      assert.deepEqual(
        [chats.length, Object.keys(contacts).length, Object.keys(blocked).length, more_chats],
        [1 + CROWD.chatCount + CROWD.contactCount / 2, CROWD.contactCount, CROWD.blockedCount, undefined],
      );
      assert.equal(new Set(chats.map((chat) => chat.chat_id)).size, chats.length);
    } finally {
      await messenger.close();
    }
  }).timeout(90_000);

  it("says nothing of more to somebody with few", async () => {
    const person = await server.newPerson("few");
    assert.ok(!("more_chats" in person.loggedIn) && !("more_contacts" in person.loggedIn));
  });
});
