// What every store does with the lists of a user: chats, contacts, blocked users.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import { LAST_MESSAGE_CHARS } from "../../src/protocol/limits.ts";
import { searchForm } from "../../src/protocol/text.ts";
import type { Write } from "../../src/domain/writes/table.ts";
import { append, Fixture, NOBODY, START_MS } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

const EMPTY = { last_seq: 0, rev: 0, read_seq: 0, unread: 0 } as const;
const COMMON = { chat_id: COMMON_CHAT, kind: "everyone", ...EMPTY } as const;

export function listsContract(kind: StoreKind): void {
  let store: Fixture;
  let anna: UserId;
  let bert: UserId;
  let carl: UserId;
  beforeEach(async () => {
    store = await Fixture.open(kind);
    [anna = "", bert = "", carl = ""] = await store.users("anna", "bert", "carl");
  });
  afterEach(() => store.close());

  const addContact = (userId: UserId, contactId: UserId): Write => ({ kind: "addContact", userId, contactId });
  const block = (userId: UserId, blockedId: UserId): Write => ({ kind: "block", userId, blockedId });
  const ids = async (userId: UserId, limit?: number): Promise<ChatId[]> =>
    (await store.chats(userId, limit)).map((chat) => chat.chat_id);

  describe("of chats", () => {
    it("have the common chat first, also while it is empty", async () => {
      assert.deepEqual(await store.chats(anna), [COMMON]);
    });

    it("have chats with messages, of contacts or not, and those with contacts, written in or not", async () => {
      const common = await store.say(COMMON_CHAT, carl, "to all");
      const last = await store.say(directChatId(anna, bert), bert, "psst");
      await store.commit(addContact(anna, carl), addContact(anna, bert));
      const contact = (userId: UserId, name: string) => ({
        chat_id: directChatId(anna, userId),
        kind: "direct",
        contact_user_id: userId,
        contact_username: name,
      });
      assert.deepEqual(await store.chats(anna), [
        { ...COMMON, last_seq: 1, unread: 1, last_message: common },
        { ...contact(bert, "bert"), ...EMPTY, last_seq: 1, unread: 1, last_message: last },
        { ...contact(carl, "carl"), ...EMPTY },
      ]);
    });

    it("show a chat to its two participants alone", async () => {
      await store.say(directChatId(anna, bert), bert, "psst");
      const { contact_user_id, contact_username } = await store.chat(bert, directChatId(anna, bert));
      assert.deepEqual([contact_user_id, contact_username], [anna, "anna"]);
      assert.deepEqual(await ids(carl), [COMMON_CHAT]);
    });

    it("keep a chat with messages when the contact is deleted", async () => {
      await store.one(addContact(anna, bert));
      await store.say(directChatId(anna, bert), bert, "psst");
      await store.one({ kind: "deleteContact", userId: anna, contactId: bert });
      assert.equal((await store.chat(anna, directChatId(anna, bert))).last_seq, 1);
    });

    it("are sorted by the time of the last message, equal times by id, whatever the pages", async () => {
      const names = Array.from({ length: 9 }, (_, index) => `user${index}`);
      const others = await store.users(...names);
      const chats = others.map((other) => directChatId(anna, other));
      const [c0 = "", c1 = "", c2 = "", c3 = "", c4 = "", c5 = "", c6 = "", c7 = "", c8 = ""] = chats;
      const say = async (atMs: number, ...where: ChatId[]): Promise<void> => {
        store.nowMs = START_MS + atMs;
        const writes = where.map((chat) => append(chat, anna, `${atMs}`, `${atMs}`));
        for (const outcome of await store.commit(...writes)) assert.ok(outcome.done);
      };
      await store.commit(...[others[7], others[8], others[2]].map((other) => addContact(anna, other ?? "")));
      await say(1, c6, c1, c4);
      await say(2, c0);
      await say(3, c5, c2, c3);
      await say(4, COMMON_CHAT, c1);
      await say(0, c0); // the clock may go back
      await store.reopen();
      const expected = [COMMON_CHAT, c1, c2, c3, c5, c4, c6, c0, c7, c8];
      for (const limit of [1, 2, 3, 9, 10, 11]) assert.deepEqual(await ids(anna, limit), expected, `${limit}`);
      const [first = "", second = ""] = others;
      assert.deepEqual(await ids(first), [COMMON_CHAT, c0]);
      assert.deepEqual(await ids(second), [COMMON_CHAT, c1]);
    });

    it("go on where a page ended when something has moved meanwhile", async () => {
      const others = await store.users("dora", "emil", "frida");
      for (const other of others) await store.say(directChatId(anna, other), other, "hello");
      await store.commit(addContact(anna, bert), addContact(anna, carl));
      const chats = await ids(anna);
      const page = await store.reader.chats(anna, undefined, 4);
      assert.deepEqual(
        page.chats.map((chat) => chat.chat_id),
        chats.slice(0, 4),
      );
      store.nowMs += 1000;
      await store.say(chats[3] ?? "", anna, "moved to the top");
      await store.say(directChatId(anna, bert), anna, "moved to the top");
      const rest = await store.reader.chats(anna, page.next, 4);
      assert.deepEqual([rest.chats.map((chat) => chat.chat_id), rest.next], [[directChatId(anna, carl)], undefined]);
    });

    it("move a chat with no repeat of a message, and with no read mark", async () => {
      const [one, other] = [directChatId(anna, bert), directChatId(anna, carl)];
      await store.one(append(one, anna, "m1", "one"));
      store.nowMs += 1;
      await store.one(append(other, anna, "m1", "other"));
      store.nowMs += 1;
      await store.commit(append(one, anna, "m1", "one"), { kind: "markRead", userId: bert, chatId: one, seq: 1 });
      assert.deepEqual(await ids(anna), [COMMON_CHAT, other, one]);
    });

    it("cut last messages by characters, and say so", async () => {
      const direct = directChatId(anna, bert);
      const whole = "😀".repeat(LAST_MESSAGE_CHARS);
      await store.say(direct, bert, whole);
      const { last_message: fitting } = await store.chat(anna, direct);
      assert.deepEqual([fitting?.message, fitting && "cut" in fitting], [whole, false]);
      await store.say(direct, bert, `${whole}x`);
      const { last_message: cut } = await store.chat(anna, direct);
      assert.deepEqual([cut?.message, cut?.cut], [whole, true]);
      await store.say(direct, bert, `\0${whole}`);
      assert.equal((await store.chat(anna, direct)).last_message?.message, `\0${whole.slice(2)}`);
    });
  });

  describe("of users", () => {
    it("are sorted by the code points of the folded name, in pages that go on after any name", async () => {
      // "𐐨" is beyond U+FFFF, where the order of UTF-16 is another one.
      const names = ["Zoe", "älva", "ﬀ-x", "\u{10428}bc", "豈xx", "bob", "Bobby"];
      const others = await store.users(...names);
      await store.commit(...others.flatMap((id) => [addContact(anna, id), block(bert, id)]));
      const expected = ["bob", "Bobby", "ﬀ-x", "Zoe", "älva", "豈xx", "\u{10428}bc"];
      const seen: string[] = [];
      for (let [after, hasMore] = ["", true]; hasMore;) {
        const page = await store.reader.contacts(anna, { after, limit: 2 });
        seen.push(...page.contacts.map((contact) => contact.username));
        [after, hasMore] = [fold(seen.at(-1)), page.hasMore];
      }
      assert.deepEqual(seen, expected);
      const { blocked, hasMore } = await store.reader.blocked(bert, { after: "bo", limit: 7 });
      assert.deepEqual([blocked.map((one) => one.username), hasMore], [expected, false]);
      const between = await store.reader.blocked(bert, { after: "bobb", limit: 2 });
      assert.deepEqual([between.blocked.map((one) => one.username), between.hasMore], [["Bobby", "ﬀ-x"], true]);
    });

    it("say of whom one has blocked the other, and leave these out of whom one watches", async () => {
      const [dora = ""] = await store.users("dora");
      await store.commit(addContact(anna, bert), addContact(anna, carl), addContact(anna, dora));
      await store.commit(block(anna, bert), block(dora, anna));
      const { contacts } = await store.reader.contacts(anna, { after: "", limit: 9 });
      assert.deepEqual(contacts, [
        { userId: bert, username: "bert", isBlocked: true },
        { userId: carl, username: "carl", isBlocked: false },
        { userId: dora, username: "dora", isBlocked: true },
      ]);
      assert.deepEqual(await store.reader.watchedBy(anna, 9), [carl]);
      await store.one(addContact(bert, carl));
      await store.one(addContact(bert, dora));
      assert.equal((await store.reader.watchedBy(bert, 1)).length, 1);
    });

    it("of the directory are all that are active and have not blocked who asks, in slices", async () => {
      const [dora = "", emil = "", frida = ""] = await store.users("Dora", "emil", "frida");
      await store.commit(
        { kind: "updateProfile", userId: carl, changes: { first_name: "Änne", second_name: "STRASSE" } },
        { kind: "updateProfile", userId: bert, changes: { first_name: "anne" } },
        { kind: "setAccountState", userId: emil, state: "disabled" },
        { kind: "deleteAccount", userId: frida, username: "gone", usernameKey: "deleted:frida" },
        block(dora, anna),
        block(anna, bert),
      );
      const find = async (userId: UserId, contains: string, after = "", limit = 9) => {
        const { users, next } = await store.reader.directory({ userId, contains, after, limit });
        return [users.map(({ profile }) => profile.username), next] as const;
      };
      assert.deepEqual(await find(anna, ""), [["anna", "bert", "carl"], undefined]);
      assert.deepEqual(await find(carl, ""), [["anna", "bert", "carl", "Dora"], undefined]);
      assert.deepEqual(await find(carl, "", "", 2), [["anna", "bert"], "bert"]);
      assert.deepEqual(await find(carl, "", "bert", 2), [["carl", "Dora"], undefined]);
      assert.deepEqual(await find(carl, "ann"), [["anna", "bert"], undefined]);
      assert.deepEqual(await find(anna, "anne"), [[], undefined], "the first name of somebody blocked is hidden");
      assert.deepEqual(await find(anna, searchForm("änn")), [["carl"], undefined]);
      assert.deepEqual(await find(anna, "strasse"), [["carl"], undefined]);
      assert.deepEqual(await find(anna, "ER", "a"), [[], undefined], "the part is folded already");
      const { users } = await store.reader.directory({ userId: anna, contains: "bert", after: "", limit: 1 });
      assert.equal(users[0]?.isBlocked, true);
    });

    it("are empty for nobody", async () => {
      assert.deepEqual(await store.reader.contacts(NOBODY, { after: "", limit: 9 }), { contacts: [], hasMore: false });
      assert.deepEqual(await store.reader.blocked(NOBODY, { after: "", limit: 9 }), { blocked: [], hasMore: false });
      assert.deepEqual(await store.reader.watchedBy(NOBODY, 9), []);
    });
  });
}

function fold(name = ""): string {
  return name.normalize("NFKC").toLowerCase();
}
