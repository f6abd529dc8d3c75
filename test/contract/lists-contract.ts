// Contract of a user's lists in every store: chats, contacts, blocked users.
import assert from "node:assert/strict";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import { LAST_MESSAGE_CHARS } from "../../src/protocol/limits.ts";
import { searchForm } from "../../src/protocol/text.ts";
import type { Write } from "../../src/domain/writes/table.ts";
import { ANNA, append, BERT, CARL, DIRECT, Fixture, NOBODY, START_MS } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

const EMPTY = { last_seq: 0, rev: 0, read_seq: 0, unread: 0 } as const;
const COMMON = { chat_id: COMMON_CHAT, kind: "everyone", ...EMPTY } as const;

export function listsContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const addContact = (userId: UserId, contactId: UserId): Write => ({ kind: "addContact", userId, contactId });
  const block = (userId: UserId, blockedId: UserId): Write => ({ kind: "block", userId, blockedId });
  const ids = async (userId: UserId, limit?: number): Promise<ChatId[]> =>
    (await store.chats(userId, limit)).map((chat) => chat.chat_id);

  describe("of chats", () => {
    it("have the common chat first, also while it is empty", async () => {
      assert.deepEqual(await store.chats(ANNA), [COMMON]);
    });

    it("have chats with messages, of contacts or not, and those with contacts, written in or not", async () => {
      const common = await store.say(COMMON_CHAT, CARL, "to all");
      const last = await store.say(DIRECT, BERT, "psst");
      await store.commit(addContact(ANNA, CARL), addContact(ANNA, BERT));
      const contact = (userId: UserId, name: string) => ({
        chat_id: directChatId(ANNA, userId),
        kind: "direct",
        contact_user_id: userId,
        contact_username: name,
      });
      assert.deepEqual(await store.chats(ANNA), [
        { ...COMMON, last_seq: 1, unread: 1, last_message: common },
        { ...contact(BERT, "bert"), ...EMPTY, last_seq: 1, unread: 1, last_message: last },
        { ...contact(CARL, "carl"), ...EMPTY },
      ]);
    });

    it("show a chat to its two participants alone", async () => {
      await store.say(DIRECT, BERT, "psst");
      const { contact_user_id, contact_username } = await store.chat(BERT, DIRECT);
      assert.deepEqual([contact_user_id, contact_username], [ANNA, "anna"]);
      assert.deepEqual(await ids(CARL), [COMMON_CHAT]);
    });

    it("keep a chat with messages when the contact is deleted", async () => {
      await store.one(addContact(ANNA, BERT));
      await store.say(DIRECT, BERT, "psst");
      await store.one({ kind: "deleteContact", userId: ANNA, contactId: BERT });
      assert.equal((await store.chat(ANNA, DIRECT)).last_seq, 1);
    });

    it("are sorted by the time of the last message, equal times by id, whatever the pages", async () => {
      const names = Array.from({ length: 9 }, (_, index) => `user${index}`);
      const others = await store.users(...names);
      const chats = others.map((other) => directChatId(ANNA, other));
      const [c0 = "", c1 = "", c2 = "", c3 = "", c4 = "", c5 = "", c6 = "", c7 = "", c8 = ""] = chats;
      const say = async (atMs: number, ...where: ChatId[]): Promise<void> => {
        store.nowMs = START_MS + atMs;
        const writes = where.map((chat) => append(chat, ANNA, `${atMs}`, `${atMs}`));
        for (const outcome of await store.commit(...writes)) assert.ok(outcome.done);
      };
      await store.commit(...[others[7], others[8], others[2]].map((other) => addContact(ANNA, other ?? "")));
      await say(1, c6, c1, c4);
      await say(2, c0);
      await say(3, c5, c2, c3);
      await say(4, COMMON_CHAT, c1);
      await say(0, c0); // the clock may go back
      await store.reopen();
      const expected = [COMMON_CHAT, c1, c2, c3, c5, c4, c6, c0, c7, c8];
      for (const limit of [1, 2, 3, 9, 10, 11]) assert.deepEqual(await ids(ANNA, limit), expected, `${limit}`);
      const [first = "", second = ""] = others;
      assert.deepEqual(await ids(first), [COMMON_CHAT, c0]);
      assert.deepEqual(await ids(second), [COMMON_CHAT, c1]);
    });

    it("go on where a page ended when something has moved meanwhile", async () => {
      const others = await store.users("dora", "emil", "frida");
      for (const other of others) await store.say(directChatId(ANNA, other), other, "hello");
      await store.commit(addContact(ANNA, BERT), addContact(ANNA, CARL));
      const chats = await ids(ANNA);
      const page = await store.reader.chats(ANNA, undefined, 4);
      assert.deepEqual(
        page.chats.map((chat) => chat.chat_id),
        chats.slice(0, 4),
      );
      store.nowMs += 1000;
      await store.say(chats[3] ?? "", ANNA, "moved to the top");
      await store.say(DIRECT, ANNA, "moved to the top");
      const rest = await store.reader.chats(ANNA, page.next, 4);
      assert.deepEqual([rest.chats.map((chat) => chat.chat_id), rest.next], [[directChatId(ANNA, CARL)], undefined]);
    });

    it("move a chat with no repeat of a message, and with no read mark", async () => {
      const [one, other] = [DIRECT, directChatId(ANNA, CARL)];
      await store.one(append(one, ANNA, "m1", "one"));
      store.nowMs += 1;
      await store.one(append(other, ANNA, "m1", "other"));
      store.nowMs += 1;
      await store.commit(append(one, ANNA, "m1", "one"), { kind: "markRead", userId: BERT, chatId: one, seq: 1 });
      assert.deepEqual(await ids(ANNA), [COMMON_CHAT, other, one]);
    });

    it("cut last messages by characters, and say so", async () => {
      const whole = "😀".repeat(LAST_MESSAGE_CHARS);
      await store.say(DIRECT, BERT, whole);
      const { last_message: fitting } = await store.chat(ANNA, DIRECT);
      assert.deepEqual([fitting?.message, fitting && "cut" in fitting], [whole, false]);
      await store.say(DIRECT, BERT, `${whole}x`);
      const { last_message: cut } = await store.chat(ANNA, DIRECT);
      assert.deepEqual([cut?.message, cut?.cut], [whole, true]);
      await store.say(DIRECT, BERT, `\0${whole}`);
      assert.equal((await store.chat(ANNA, DIRECT)).last_message?.message, `\0${whole.slice(2)}`);
    });
  });

  describe("of users", () => {
    it("are sorted by the code points of the folded name, in pages that go on after any name", async () => {
      // "𐐨" is beyond U+FFFF, where the order of UTF-16 is another one.
      const names = ["Zoe", "älva", "ﬀ-x", "\u{10428}bc", "豈xx", "bob", "Bobby"];
      const others = await store.users(...names);
      await store.commit(...others.flatMap((id) => [addContact(ANNA, id), block(BERT, id)]));
      const expected = ["bob", "Bobby", "ﬀ-x", "Zoe", "älva", "豈xx", "\u{10428}bc"];
      const seen: string[] = [];
      for (let [after, hasMore] = ["", true]; hasMore;) {
        const page = await store.reader.contacts(ANNA, { after, limit: 2 });
        seen.push(...page.contacts.map((contact) => contact.username));
        [after, hasMore] = [fold(seen.at(-1)), page.hasMore];
      }
      assert.deepEqual(seen, expected);
      const { blocked, hasMore } = await store.reader.blocked(BERT, { after: "bo", limit: 7 });
      assert.deepEqual([blocked.map((one) => one.username), hasMore], [expected, false]);
      const between = await store.reader.blocked(BERT, { after: "bobb", limit: 2 });
      assert.deepEqual([between.blocked.map((one) => one.username), between.hasMore], [["Bobby", "ﬀ-x"], true]);
    });

    it("say of whom one has blocked the other, and leave these out of whom one watches", async () => {
      const [dora = ""] = await store.users("dora");
      await store.commit(addContact(ANNA, BERT), addContact(ANNA, CARL), addContact(ANNA, dora));
      await store.commit(block(ANNA, BERT), block(dora, ANNA));
      const { contacts } = await store.reader.contacts(ANNA, { after: "", limit: 9 });
      assert.deepEqual(contacts, [
        { userId: BERT, username: "bert", isBlocked: true },
        { userId: CARL, username: "carl", isBlocked: false },
        { userId: dora, username: "dora", isBlocked: true },
      ]);
      assert.deepEqual(await store.reader.watchedBy(ANNA, 9), [CARL]);
      await store.one(addContact(BERT, CARL));
      await store.one(addContact(BERT, dora));
      assert.equal((await store.reader.watchedBy(BERT, 1)).length, 1);
    });

    it("of the directory are all that are active and have not blocked who asks, in slices", async () => {
      const [dora = "", emil = "", frida = ""] = await store.users("Dora", "emil", "frida");
      await store.commit(
        { kind: "updateProfile", userId: CARL, changes: { first_name: "Änne", second_name: "STRASSE" } },
        { kind: "updateProfile", userId: BERT, changes: { first_name: "anne" } },
        { kind: "setAccountState", userId: emil, state: "disabled" },
        { kind: "deleteAccount", userId: frida, username: "gone", usernameKey: "deleted:frida" },
        block(dora, ANNA),
        block(ANNA, BERT),
      );
      const find = async (userId: UserId, contains: string, after = "", limit = 9) => {
        const { users, next } = await store.reader.directory({ userId, contains, after, limit });
        return [users.map(({ profile }) => profile.username), next] as const;
      };
      assert.deepEqual(await find(ANNA, ""), [["anna", "bert", "carl"], undefined]);
      assert.deepEqual(await find(CARL, ""), [["anna", "bert", "carl", "Dora"], undefined]);
      assert.deepEqual(await find(CARL, "", "", 2), [["anna", "bert"], "bert"]);
      assert.deepEqual(await find(CARL, "", "bert", 2), [["carl", "Dora"], undefined]);
      assert.deepEqual(await find(CARL, "ann"), [["anna", "bert"], undefined]);
      assert.deepEqual(await find(ANNA, "anne"), [[], undefined], "the first name of somebody blocked is hidden");
      assert.deepEqual(await find(ANNA, searchForm("änn")), [["carl"], undefined]);
      assert.deepEqual(await find(ANNA, "strasse"), [["carl"], undefined]);
      assert.deepEqual(await find(ANNA, "ER", "a"), [[], undefined], "the part is folded already");
      const { users } = await store.reader.directory({ userId: ANNA, contains: "bert", after: "", limit: 1 });
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
