// `messenger migrate`: everything arrives, either way, also when the way is broken off; what must not be is refused.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMON_CHAT, directChatId, groupChatId } from "../../src/protocol/ids.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { migrateStore, MigrationStopped } from "../../src/store/migrate.ts";
import type { MigrationProgress, MigrationSummary } from "../../src/store/migrate.ts";
import { openReader, openTransfer, openWriter } from "../../src/store/open.ts";
import { StoreOpenError } from "../../src/store/store.ts";
import type { Write } from "../../src/domain/writes/table.ts";
import { allChats, append, markRead, newUser, putToken, START_MS } from "../contract/fixture.ts";
import { describeMongodb } from "../support/mongodb.ts";
import { searchToEnd } from "../support/search.ts";

const NAMES = ["anna", "Bert", "Çağla", "dora", "emil"];
const userId = (index: number): UserId => index.toString(16).padStart(24, "0");
const USERS = NAMES.map((_, index) => userId(index));
const [ANNA = "", BERT = "", CAGLA = ""] = USERS;
const COMMON_COUNT = 1_200;

function react(userId: UserId, reaction: string): Write {
  return { kind: "react", chatId: COMMON_CHAT, userId, seq: COMMON_COUNT, reaction, on: true };
}

/** Something of everything, and more messages than one batch of a migration has. */
async function fill(url: string, dataDir: string): Promise<void> {
  const writer = await openWriter(url, { dataDir });
  const direct = directChatId(ANNA, BERT);
  const writes: Write[] = [
    ...NAMES.map((name, index) => ({ ...newUser(name, userId(index)), mustChangePassword: index === 1 })),
    { kind: "updateProfile", userId: ANNA, changes: { bio: "\0 o'clock", file_name: "a.png" } },
    { kind: "addContact", userId: ANNA, contactId: BERT },
    { kind: "addContact", userId: ANNA, contactId: CAGLA },
    { kind: "block", userId: BERT, blockedId: CAGLA },
    putToken(ANNA, "token one"),
    putToken(BERT, "token two"),
    append(direct, ANNA, "m1", "\0 \u{1f600} 'quoted' $ne"),
    append(direct, BERT, "m1", "x".repeat(8192)),
    append(directChatId(ANNA, CAGLA), ANNA, "m1", "unread"),
    ...Array.from({ length: COMMON_COUNT }, (_, index) => {
      return append(COMMON_CHAT, USERS[index % USERS.length] ?? "", `c${index}`, `message ${index}`);
    }),
    markRead(CAGLA, COMMON_CHAT, 77),
    { kind: "setAccountState", userId: userId(3), state: "disabled" },
    { kind: "deleteAccount", userId: userId(4), username: "deleted", usernameKey: "deleted" },
  ];
  for (const outcome of await writer.commit(writes, START_MS + 0.4)) assert.ok(outcome.done);
  const changes: Write[] = [
    { ...append(direct, BERT, "m2", "answer"), replyTo: 1, mentions: [ANNA] } as Write,
    { kind: "editMessage", chatId: direct, userId: ANNA, seq: 1, text: "edited", sinceMs: 0 },
    { kind: "deleteMessage", chatId: COMMON_CHAT, userId: ANNA, seq: 1 },
    ...[CAGLA, BERT, ANNA].flatMap((one): Write[] => [react(one, "❤️"), react(one, "👍")]),
    { kind: "pinMessage", chatId: direct, userId: ANNA, seq: 2, on: true },
    { kind: "pinMessage", chatId: direct, userId: ANNA, seq: 1, on: true },
  ];
  for (const outcome of await writer.commit(changes, START_MS + 1)) assert.ok(outcome.done);
  for (const outcome of await writer.commit(groups(), START_MS + 2)) assert.ok(outcome.done);
  await writer.close();
}

const [GROUP, EMPTY, GONE] = ["a", "b", "c"].map((digit) => groupChatId(digit.repeat(24))) as [string, string, string];

/** One with messages and somebody who sees the last alone, one without, and one that is deleted. */
function groups(): Write[] {
  const limits = { members: 9, groups: 9 };
  const made = [GROUP, EMPTY, GONE].map((chatId): Write => {
    const [title, topic, memberIds] = [chatId, "about", [BERT]];
    return { kind: "createGroup", chatId, userId: ANNA, title, topic, memberIds, limits };
  });
  return [
    ...made,
    append(GROUP, ANNA, "g1", "first"),
    append(GONE, ANNA, "g1", "secret"),
    { kind: "updateGroup", chatId: GROUP, userId: ANNA, changes: { history: "joined", posting: "moderators" } },
    { kind: "addMember", chatId: GROUP, userId: ANNA, memberId: CAGLA, role: "moderator", limits },
    append(GROUP, CAGLA, "g2", "second"),
    { kind: "deleteGroup", chatId: GONE, userId: ANNA },
    { kind: "updateGroup", chatId: GROUP, userId: undefined, changes: { archived: true } },
  ];
}

/** What a server reads of a store. */
async function everything(url: string, dataDir: string): Promise<unknown> {
  const reader = await openReader(url, { dataDir });
  const page = { before: undefined, after: undefined, limit: 200 };
  const told = await Promise.all(
    USERS.map(async (id) => {
      const chats = await allChats(reader, id, 200, true);
      return {
        user: await reader.userById(id),
        contacts: await reader.contacts(id, { after: "", limit: 200 }),
        blocked: await reader.blocked(id, { after: "", limit: 200 }),
        blocks: await reader.blocksOf(id),
        chats,
        members: await Promise.all([GROUP, EMPTY, GONE].map((chatId) => reader.member(chatId, id))),
        creator: await reader.groupCreator(GONE),
        histories: await Promise.all(chats.map((chat) => reader.history(chat.chat_id, page))),
      };
    }),
  );
  const holders = await Promise.all(["token one", "token two"].map((hash) => reader.userByToken(hash, START_MS)));
  const found = await searchToEnd(reader, COMMON_CHAT, "MESSAGE 77", undefined, 10);
  const pins = await reader.pins(directChatId(ANNA, BERT), undefined);
  const target = { chatId: COMMON_CHAT, seq: COMMON_COUNT, reaction: "👍" };
  const reactions = await reader.reactions(target, { after: "", limit: 10 });
  assert.deepEqual([pins.messages.length, reactions?.users.length], [2, 3]);
  const accounts = await reader.accounts({ contains: "", after: "", limit: 10 });
  await reader.close();
  return { told, holders, found, pins, reactions, accounts };
}

const NOTHING_MORE = { reply_to: null, mentions: null, mentions_all: null, pinned: null, reactions: null };

describeMongodb("migrating a store", (server) => {
  let dataDir: string;
  let mongo: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "messenger-migrate-"));
    mongo = server().newUrl();
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
    await server().drop(mongo);
  });

  const migrate = async (
    from: string,
    to: string,
    onProgress: (progress: MigrationProgress) => void = () => {},
    signal = new AbortController().signal,
  ): Promise<MigrationSummary> => {
    const source = await openTransfer(from, { dataDir }, true);
    try {
      const target = await openTransfer(to, { dataDir }, false);
      return await migrateStore(source, target, onProgress, signal).finally(() => target.close());
    } finally {
      await source.close();
    }
  };
  /** Breaks off with the first batch of messages that was copied. */
  const breakOff = async (from: string, to: string): Promise<void> => {
    const stop = new AbortController();
    await assert.rejects(
      migrate(from, to, () => stop.abort(), stop.signal),
      { name: MigrationStopped.name },
    );
  };

  it("brings everything to MongoDB and back, and leaves the source as it was", async () => {
    await fill("sqlite:one.db", dataDir);
    const before = await everything("sqlite:one.db", dataDir);
    const bytes = await readFile(join(dataDir, "one.db"));
    const there = await migrate("sqlite:one.db", mongo);
    assert.deepEqual([there.userCount, there.chatCount, there.messageCount], [5, 4, COMMON_COUNT + 6]);
    assert.deepEqual(await everything(mongo, dataDir), before);
    assert.ok(bytes.equals(await readFile(join(dataDir, "one.db"))));
    const back = await migrate(mongo, "sqlite:two.db");
    assert.equal(back.digest, there.digest);
    assert.deepEqual(await everything("sqlite:two.db", dataDir), before);
  });

  it("lets a server go on where the other store ended", async () => {
    await fill(mongo, dataDir);
    await migrate(mongo, "sqlite:one.db");
    for (const url of [mongo, "sqlite:one.db"]) {
      const writer = await openWriter(url, { dataDir });
      const [again, next] = await writer.commit(
        [append(COMMON_CHAT, ANNA, "c0", "x"), append(COMMON_CHAT, ANNA, "next", "next")],
        START_MS,
      );
      const seqs = [again, next].map(
        (outcome) => outcome?.done === true && "isNew" in outcome.result && outcome.result,
      );
      assert.deepEqual(
        seqs.map((result) => result && [result.message.seq, result.isNew]),
        [
          [1, false],
          [COMMON_COUNT + 1, true],
        ],
      );
      await writer.close();
    }
  });

  for (const [name, way] of [
    ["to MongoDB", (): [string, string] => ["sqlite:one.db", mongo]],
    ["to SQLite", (): [string, string] => [mongo, "sqlite:one.db"]],
  ] as const) {
    it(`goes on after it was broken off on the way ${name}; until then no server opens the target`, async () => {
      const [from, to] = way();
      await fill(from, dataDir);
      await breakOff(from, to);
      await assert.rejects(openWriter(to, { dataDir }), { name: StoreOpenError.name, message: /migrate again/ });
      await assert.rejects(migrate(to, "sqlite:third.db"), { name: StoreOpenError.name, message: /not complete/ });
      const summary = await migrate(from, to);
      assert.ok(summary.continuedFrom > 0 && summary.continuedFrom < summary.messageCount);
      assert.deepEqual(await everything(to, dataDir), await everything(from, dataDir));
    });
  }

  it("refuses a target that holds something, and the part of another store", async () => {
    await fill("sqlite:one.db", dataDir);
    await fill("sqlite:two.db", dataDir);
    const refused = (message: RegExp) => ({ name: StoreOpenError.name, message });
    await assert.rejects(migrate("sqlite:one.db", "sqlite:two.db"), refused(/not empty/));
    await breakOff("sqlite:one.db", mongo);
    await assert.rejects(migrate("sqlite:two.db", mongo), refused(/holds a part of sqlite:.*one\.db/));
    await assert.rejects(migrate("sqlite:none.db", mongo), refused(/is not there/));
    await assert.rejects(migrate("sqlite:one.db", "sqlite:one.db"), refused(/in use/));
  });

  it("tells when the copy is not the same", async () => {
    await fill("sqlite:one.db", dataDir);
    await breakOff("sqlite:one.db", mongo);
    const target = await openTransfer(mongo, { dataDir }, false);
    const [chat] = await target.chats();
    assert.ok(chat);
    const forged = { seq: chat.lastSeq + 1, user_id: ANNA, message_id: "forged", time_ms: 1, text: "forged" };
    await target.append(chat.chatId, [
      { ...forged, rev: null, changed_ms: null, edited_ms: null, deleted: null, ...NOTHING_MORE },
    ]);
    await target.close();
    await assert.rejects(migrate("sqlite:one.db", mongo), { name: StoreOpenError.name, message: /differ/ });
  });
});
