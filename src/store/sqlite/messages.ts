// The writes that concern chats: appends and read marks, with the counters of a batch written once.
import type Database from "better-sqlite3";
import type { Posting } from "../../protocol/entities.ts";
import { chatForm, COMMON_CHAT, otherUser, SERVER_USER_ID } from "../../protocol/ids.ts";
import type { ChatId, ChatKind, UserId } from "../../protocol/ids.ts";
import { postingRefusal, type Actor, type MessageChanger, type SpeakingRules } from "../../domain/groups.ts";
import { directRefusal, writerRefusal } from "../may.ts";
import { Refusal } from "../../domain/refusal.ts";
import { hasMoreFields } from "../../domain/writes/append.ts";
import { MAX_FAMILIAR_MEMBERS } from "../../protocol/limits.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { Indexer } from "./indexer.ts";
import { MAX_SEQ, mentionColumns, type InGroup } from "./rows.ts";
import { sentMessage } from "./sent-message.ts";
import type { UserRow, UserWrites } from "./users.ts";
import { NO_CHAT, NOT_FOUND } from "../write-outcomes.ts";

/** Chats whose counter is remembered, so that an append reads no table; when full, all are forgotten. */
const REMEMBERED_CHATS = 50_000;

/** Rows of one statement where many messages follow one another: it takes a third off the time of each. */
const ROWS_PER_STATEMENT = 32;

const APPEND_ROWS = (count: number): string =>
  `INSERT INTO messages (id, user, message_id, time_ms, text) VALUES ${Array(count).fill("(? << 32 | ?, ?, ?, ?, ?)").join(", ")}
   ON CONFLICT (message_id, user, id >> 32) DO NOTHING`;

/** A chat as the writer knows it, with the rules of a group. */
interface Chat extends SpeakingRules {
  readonly id: number;
  readonly kind: ChatKind | "gone";
  /** Of a group: what users are in it, as far as they were asked for; by user row. */
  readonly members: Map<number, InGroup | undefined>;
  /** The participants' rows of a one-to-one chat. */
  readonly users: readonly [number, number] | undefined;
  /** Why nothing may be sent here; looked up again after what may change it. */
  refusal: { readonly since: number; readonly is: Refusal | undefined } | undefined;
  lastSeq: number;
  /** Time of the batch under way, when it has appended; Unix milliseconds. */
  appendedMs: number | null;
  /** Last seq at which the indexer hears of the chat. */
  announceAt: number;
  /** Read marks set by the batch under way, by user row. */
  readonly marks: Map<number, number>;
}

interface ChatRow {
  readonly id: number;
  readonly kind: ChatKind | "gone";
  readonly posting: Posting;
  readonly archived: 0 | 1;
  readonly first_user: number | null;
  readonly second_user: number | null;
  readonly last_seq: number;
  readonly indexed_seq: number;
}

function prepare(database: Database.Database) {
  return {
    chat: database.prepare<[ChatId], ChatRow>(
      "SELECT id, kind, posting, archived, first_user, second_user, last_seq, indexed_seq FROM chats WHERE chat_id = ?",
    ),
    createChat: database.prepare<[ChatId, number, number]>(
      "INSERT INTO chats (chat_id, first_user, second_user) VALUES (?, ?, ?)",
    ),
    count: database.prepare<[number, number | null, number]>(
      "UPDATE chats SET last_seq = ?, last_ms = coalesce(?, last_ms) WHERE id = ?",
    ),
    append: database.prepare<[number, number, number, string, number, string]>(APPEND_ROWS(1)),
    appendMany: database.prepare<[(number | string)[]]>(APPEND_ROWS(ROWS_PER_STATEMENT)),
    appendWhole: database.prepare<
      [number, number, number, string, number, string, number | null, string | null, 1 | null]
    >(
      `INSERT INTO messages (id, user, message_id, time_ms, text, reply_to, mentions, mentions_all)
       VALUES (? << 32 | ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message_id, user, id >> 32) DO NOTHING`,
    ),
    isThere: database.prepare<[number, number], number>(
      "SELECT 1 FROM messages WHERE id = (? << 32 | ?) AND deleted IS NULL",
    ),
    remove: database.prepare<[number, number, number, number]>(
      "DELETE FROM messages WHERE id BETWEEN ? << 32 | ? AND ? << 32 | ?",
    ),
    first: database.prepare<[number, string, number], { seq: number; time_ms: number; text: string }>(
      `SELECT id & 0xffffffff AS seq, time_ms, text FROM messages
       WHERE user = ? AND message_id = ? AND id >> 32 = ?`,
    ),
    inGroup: database.prepare<[number, number], InGroup>(
      `SELECT m.role, iif(c.history_rule = 'joined', m.since_seq, 1) AS firstSeq
       FROM members m JOIN chats c ON c.id = m.chat WHERE m.chat = ? AND m.user = ? AND m.role IS NOT NULL`,
    ),
    memberIds: database
      .prepare<[number, number], UserId>(
        `SELECT u.user_id FROM members m CROSS JOIN users u ON u.id = m.user
         WHERE m.chat = ? AND m.role IS NOT NULL LIMIT ?`,
      )
      .pluck(),
    mark: database.prepare<[number, number], { read_seq: number }>(
      "SELECT read_seq FROM members WHERE user = ? AND chat = ?",
    ),
    setMark: database.prepare<[number, number, number]>(
      `INSERT INTO members (user, chat, read_seq) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET read_seq = excluded.read_seq WHERE excluded.read_seq > read_seq`,
    ),
  };
}

/** Carries out the writes about chats; called within the batch's transaction only, which ends with `flush`. */
export class MessageWrites {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #users: UserWrites;
  readonly #indexer: Indexer;
  readonly #indexFromCount: number;
  readonly #chats = new Map<ChatId, Chat>();
  readonly #touched = new Set<Chat>();
  /** Grows when a block or the state of an account changes: what is remembered of chats before is out of date. */
  #standing = 0;

  /** The indexer hears of a chat whenever `indexFromCount` more messages are there to be indexed. */
  constructor(database: Database.Database, users: UserWrites, indexer: Indexer, indexFromCount: number) {
    this.#sql = prepare(database);
    this.#users = users;
    this.#indexer = indexer;
    this.#indexFromCount = indexFromCount;
  }

  /** Last seq of the common chat. */
  commonSeq(): number {
    return this.#find(COMMON_CHAT)?.lastSeq ?? 0;
  }

  /** To be called when a block, or the state of an account, has changed. */
  standingChanged(): void {
    this.#standing += 1;
  }

  /** Appends messages, in order; one that is there already is answered by the first. */
  appendAll(writes: readonly WriteOf<"append">[], nowMs: number): WriteOutcome<"append">[] {
    const outcomes: WriteOutcome<"append">[] = [];
    for (let start = 0; start < writes.length; start += ROWS_PER_STATEMENT) {
      const some = writes.slice(start, start + ROWS_PER_STATEMENT);
      const many = some.length === ROWS_PER_STATEMENT ? this.#appendMany(some, nowMs) : undefined;
      outcomes.push(...(many ?? some.map((write) => this.#append(write, nowMs))));
    }
    return outcomes;
  }

  /** Appends new messages to one chat with one statement; undefined, and nothing done, when they are not just that. */
  #appendMany(writes: readonly WriteOf<"append">[], nowMs: number): WriteOutcome<"append">[] | undefined {
    const chat = writes[0] && this.#find(writes[0].chatId);
    if (chat === undefined) return undefined;
    const outcomes: WriteOutcome<"append">[] = [];
    const values: (number | string)[] = [];
    const senders: UserRow[] = [];
    let seq = chat.lastSeq;
    for (const write of writes) {
      if (hasMoreFields(write)) return undefined;
      const user = this.#users.find(write.userId);
      if (
        user?.state !== "active" ||
        this.#refusal(write.chatId, chat, user) !== undefined ||
        this.#chats.get(write.chatId) !== chat ||
        !this.#takesPart(chat, user)
      )
        return undefined;
      seq += 1;
      values.push(chat.id, seq, user.id, write.messageId, nowMs, write.text);
      senders.push(user);
      outcomes.push({ done: true, result: { message: sentMessage(write, user, seq, nowMs, write.text), isNew: true } });
    }
    const { changes } = this.#sql.appendMany.run(values);
    if (changes !== writes.length) {
      // Some are there already, so the seqs of those after them are not theirs.
      this.#sql.remove.run(chat.id, chat.lastSeq + 1, chat.id, seq);
      return undefined;
    }
    for (const [index, user] of senders.entries()) chat.marks.set(user.id, chat.lastSeq + index + 1);
    chat.lastSeq = seq;
    chat.appendedMs = nowMs;
    this.#touched.add(chat);
    return outcomes;
  }

  /** The outcome for a message that was stored before, whoever may write now; undefined for one that is gone. */
  storedBefore(write: WriteOf<"append">): WriteOutcome<"append"> | undefined {
    const user = this.#users.find(write.userId);
    return user && this.#stored(write, this.#find(write.chatId), user);
  }

  #isThere(chat: Chat, seq: number): boolean {
    return seq <= MAX_SEQ && this.#sql.isThere.get(chat.id, seq) !== undefined;
  }

  #append(write: WriteOf<"append">, nowMs: number): WriteOutcome<"append"> {
    const user = this.#users.find(write.userId);
    if (user === undefined) return NOT_FOUND;
    const known = this.#find(write.chatId);
    const refusal = writerRefusal(user.state) ?? this.#refusal(write.chatId, known, user);
    if (refusal !== undefined) return this.#storedFor(write, known, user) ?? { done: false, refusal };
    const chat = known ?? this.#create(write.chatId);
    if (chat === undefined) return NOT_FOUND;
    const { replyTo } = write;
    const isHidden = (replyTo ?? 1) < (this.#memberOf(chat, user)?.firstSeq ?? 1);
    if (replyTo !== undefined && (isHidden || !this.#isThere(chat, replyTo))) {
      return this.#stored(write, chat, user) ?? { done: false, refusal: Refusal.NoMessage };
    }
    const seq = chat.lastSeq + 1;
    const plain = [chat.id, seq, user.id, write.messageId, nowMs, write.text] as const;
    const { changes } = hasMoreFields(write)
      ? this.#sql.appendWhole.run(...plain, replyTo ?? null, ...mentionColumns(write))
      : this.#sql.append.run(...plain);
    if (changes === 0) return this.#stored(write, chat, user) ?? missing(chat);
    chat.lastSeq = seq;
    chat.appendedMs = nowMs;
    // The server speaks in groups without being in them, where it has no read mark.
    if (this.#takesPart(chat, user)) chat.marks.set(user.id, seq);
    this.#touched.add(chat);
    return { done: true, result: { message: sentMessage(write, user, seq, nowMs, write.text), isNew: true } };
  }

  markRead(write: WriteOf<"markRead">): WriteOutcome<"markRead"> {
    const user = this.#users.find(write.userId);
    const refused = this.#users.refusalOf(write.userId);
    if (user === undefined || refused !== undefined) return refused ?? NOT_FOUND;
    const chat = this.#find(write.chatId);
    const refusal = this.#refusal(write.chatId, chat, user);
    if (refusal === Refusal.NoChat && chatForm(write.chatId)?.kind === "group") return NO_CHAT;
    const isPrivate = refusal === Refusal.Blocked;
    const marked = (readSeq: number, changed: boolean): WriteOutcome<"markRead"> => {
      return { done: true, result: { readSeq, changed, isPrivate } };
    };
    if (chat === undefined) {
      return this.#participants(write.chatId)?.includes(user.id) === true ? marked(0, false) : NOT_FOUND;
    }
    if (!this.#takesPart(chat, user)) return NOT_FOUND;
    const before = chat.marks.get(user.id) ?? this.#sql.mark.get(user.id, chat.id)?.read_seq ?? 0;
    const after = Math.min(write.seq, chat.lastSeq);
    if (after <= before) return marked(before, false);
    chat.marks.set(user.id, after);
    this.#touched.add(chat);
    return marked(after, true);
  }

  typing({ userId, chatId }: WriteOf<"typing">): WriteOutcome<"typing"> {
    const user = this.#users.find(userId);
    if (user === undefined) return NOT_FOUND;
    const chat = this.#find(chatId);
    const refusal = writerRefusal(user.state) ?? this.#refusal(chatId, chat, user);
    // A rule about who may send messages is none about typing.
    if (refusal !== undefined && refusal !== Refusal.RoleTooLow) return { done: false, refusal };
    return { done: true, result: { otherIds: this.#othersIn(chatId, chat, userId) } };
  }

  /** Users who are told that somebody types: nobody in a big group. */
  #othersIn(chatId: ChatId, chat: Chat | undefined, userId: UserId): UserId[] {
    const other = otherUser(chatId, userId);
    if (other !== undefined) return [other];
    const ids = chat === undefined ? [] : this.#sql.memberIds.all(chat.id, MAX_FAMILIAR_MEMBERS + 1);
    return ids.length > MAX_FAMILIAR_MEMBERS ? [] : ids.filter((id) => id !== userId);
  }

  /** Why an active user may not be heard in the chat; undefined when they may. */
  heardRefusal(userId: UserId, chatId: ChatId): Refusal | undefined {
    const user = this.#users.find(userId);
    return user === undefined ? Refusal.NotFound : this.#refusal(chatId, this.#find(chatId), user);
  }

  /** Why this user may not send in the chat, which may not be there yet; undefined for the common chat and when they may. */
  #refusal(chatId: ChatId, chat: Chat | undefined, user: UserRow): Refusal | undefined {
    if (chat?.kind === "everyone") return undefined;
    const form = chatForm(chatId);
    if (form?.kind === "group") return chat ? postingRefusal(this.#speakerIn(chat, user), chat) : Refusal.NoChat;
    if (chat !== undefined && !this.#takesPart(chat, user)) return Refusal.NotFound;
    if (chat?.refusal?.since === this.#standing) return chat.refusal.is;
    const others = (form?.kind === "direct" ? form.users : []).map((userId) => this.#users.find(userId));
    if (!others.some((other) => other?.id === user.id)) return Refusal.NotFound;
    const partner = others.find((other) => other?.id !== user.id);
    const isBlocked = partner !== undefined && this.#users.isBlocked(user.id, partner.id);
    const is = directRefusal({ partner: partner?.state, isBlocked });
    if (chat !== undefined) chat.refusal = { since: this.#standing, is };
    return is;
  }

  /** Role in which the user speaks in a group. */
  #speakerIn(chat: Chat, user: UserRow): Actor {
    const isServer = chat.kind === "group" && this.#users.find(SERVER_USER_ID)?.id === user.id;
    return isServer ? "administrator" : this.#memberOf(chat, user)?.role;
  }

  /** Membership of the user in a group; undefined for who is no member of it, or where it is gone. */
  #memberOf(chat: Chat, user: UserRow): InGroup | undefined {
    if (!chat.members.has(user.id)) chat.members.set(user.id, this.#sql.inGroup.get(chat.id, user.id));
    return chat.members.get(user.id);
  }

  /** A member of a group who changes a message of it; undefined for who is none. */
  changerIn(chatId: ChatId, userId: UserId): MessageChanger | undefined {
    const user = this.#users.find(userId);
    const chat = this.#find(chatId);
    const member = user && chat?.kind === "group" ? this.#memberOf(chat, user) : undefined;
    return chat && member && { ...member, posting: chat.posting, archived: chat.archived };
  }

  #takesPart(chat: Chat, user: UserRow): boolean {
    if (chat.kind === "everyone") return true;
    return chat.kind === "direct" ? chat.users?.includes(user.id) === true : this.#memberOf(chat, user) !== undefined;
  }

  /** Writes what the batch has done in a chat, which is about to be changed otherwise, and forgets the chat. */
  release(chatId: ChatId): void {
    const chat = this.#chats.get(chatId);
    if (chat === undefined) return;
    if (this.#touched.delete(chat)) this.#write(chat);
    this.#chats.delete(chatId);
  }

  /** Writes the counters and marks of the batch. */
  flush(): void {
    for (const chat of this.#touched) this.#write(chat);
    this.#touched.clear();
  }

  #write(chat: Chat): void {
    this.#sql.count.run(chat.lastSeq, chat.appendedMs, chat.id);
    chat.appendedMs = null;
    for (const [user, seq] of chat.marks) this.#sql.setMark.run(user, chat.id, seq);
    chat.marks.clear();
    if (chat.lastSeq < chat.announceAt) return;
    chat.announceAt = chat.lastSeq + this.#indexFromCount;
    this.#indexer.announce(chat.id);
  }

  /** To be called after a rollback: what is remembered may not be stored. */
  forget(): void {
    this.#chats.clear();
    this.#touched.clear();
  }

  /** The outcome for a repeat of what may not be sent any more; who is not in a group is told nothing of it. */
  #storedFor(write: WriteOf<"append">, chat: Chat | undefined, user: UserRow): WriteOutcome<"append"> | undefined {
    return chat !== undefined && this.#takesPart(chat, user) ? this.#stored(write, chat, user) : undefined;
  }

  /** The outcome for a message that is there already; undefined when it is not. */
  #stored(write: WriteOf<"append">, chat: Chat | undefined, user: UserRow): WriteOutcome<"append"> | undefined {
    const row = chat && this.#sql.first.get(user.id, write.messageId, chat.id);
    if (row === undefined) return undefined;
    return { done: true, result: { message: sentMessage(write, user, row.seq, row.time_ms, row.text), isNew: false } };
  }

  #find(chatId: ChatId): Chat | undefined {
    const known = this.#chats.get(chatId);
    if (known !== undefined) return known;
    const row = this.#sql.chat.get(chatId);
    if (row === undefined) return undefined;
    const { id, kind, posting, first_user: first, second_user: second, last_seq: lastSeq } = row;
    const users: Chat["users"] = first === null || second === null ? undefined : [first, second];
    const rules = { posting, archived: row.archived === 1 };
    const announceAt = row.indexed_seq + this.#indexFromCount;
    return this.#remember(chatId, fresh({ id, kind, ...rules, users, lastSeq, announceAt }));
  }

  /** Makes a one-to-one chat with its first message; undefined when there cannot be such a chat. */
  #create(chatId: ChatId): Chat | undefined {
    const users = this.#participants(chatId);
    if (users === undefined) return undefined;
    const id = Number(this.#sql.createChat.run(chatId, ...users).lastInsertRowid);
    for (const user of users) this.#sql.setMark.run(user, id, 0);
    const announceAt = this.#indexFromCount;
    return this.#remember(
      chatId,
      fresh({ id, kind: "direct", posting: "all", archived: false, users, lastSeq: 0, announceAt }),
    );
  }

  #participants(chatId: ChatId): readonly [number, number] | undefined {
    const form = chatForm(chatId);
    if (form?.kind !== "direct") return undefined;
    const [one, other] = form.users.map((userId) => this.#users.find(userId));
    return one === undefined || other === undefined ? undefined : [one.id, other.id];
  }

  #remember(chatId: ChatId, chat: Chat): Chat {
    // A chat that the batch has changed must not be read from its table again before `flush`.
    if (this.#chats.size >= REMEMBERED_CHATS && this.#touched.size === 0) this.#chats.clear();
    this.#chats.set(chatId, chat);
    return chat;
  }
}

/** A chat of which the batch has changed nothing yet. */
function fresh(chat: Omit<Chat, "appendedMs" | "marks" | "refusal" | "members">): Chat {
  return { ...chat, appendedMs: null, marks: new Map(), refusal: undefined, members: new Map() };
}

function missing({ id }: Chat): never {
  throw new Error(`store: a message neither stored nor there already (chat ${id})`);
}
