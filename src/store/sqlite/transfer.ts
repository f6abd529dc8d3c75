// The embedded store as source or target of a migration.
import type Database from "better-sqlite3";
import { chatForm } from "../../protocol/ids.ts";
import type { ChatId } from "../../protocol/ids.ts";
import { StoreOpenError } from "../store.ts";
import { BATCH_COUNT } from "../transfer.ts";
import type { ChatEnd, MessageRecord, RecordKind, Records, StoreTransfer } from "../transfer.ts";
import { storeError } from "./errors.ts";
import { COMMON_CHAT_ROW } from "./schema.ts";
import type { StoreLock } from "./store-lock.ts";

/** Is there in a store that is the unfinished target of a migration; its one row names the source. */
const STATE_TABLE = "unfinished_migration";

const USER_COLUMNS = `user_id, username, username_key, password_hash, first_name, second_name, bio, file_name, state,
  must_change_password, created_ms, last_login_ms`;

/** Pages by key, so that no statement stays open between two; `place` and `second` are not part of a record. */
const READ: { readonly [K in RecordKind]: string } = {
  users: `SELECT id AS place, 0 AS second, ${USER_COLUMNS} FROM users
    WHERE id > @place ORDER BY id LIMIT ${BATCH_COUNT}`,
  tokens: `SELECT t.id AS place, 0 AS second, t.token_hash, u.user_id, t.time_ms, t.previous_hash, t.previous_ms
    FROM tokens t JOIN users u ON u.id = t.user WHERE t.id > @place ORDER BY t.id LIMIT ${BATCH_COUNT}`,
  groups: `SELECT c.id AS place, 0 AS second, c.chat_id, c.kind, c.title, c.topic, c.posting, c.history_rule, c.archived,
      u.user_id AS creator_id, c.member_count, iif(c.kind = 'gone', 0, c.last_ms) AS last_ms
    FROM chats c LEFT JOIN users u ON u.id = c.creator WHERE c.id > @place AND c.kind IN ('group', 'gone')
    ORDER BY c.id LIMIT ${BATCH_COUNT}`,
  contacts: pairs("contacts", "contact"),
  blocks: pairs("blocks", "blocked"),
  reactions: `SELECT r.id AS place, 0 AS second, c.chat_id, r.message & 0xffffffff AS seq, r.reaction, u.user_id, r.rev
    FROM reactions r JOIN users u ON u.id = r.user JOIN chats c ON c.id = r.message >> 32
    WHERE r.id > @place ORDER BY r.id LIMIT ${BATCH_COUNT}`,
  members: `SELECT m.user AS place, m.chat AS second, u.user_id, c.chat_id, m.read_seq AS seq, m.role, m.since_seq
    FROM members m JOIN users u ON u.id = m.user JOIN chats c ON c.id = m.chat
    WHERE (m.user, m.chat) > (@place, @second) AND (m.read_seq > 0 OR m.role IS NOT NULL) ORDER BY m.user, m.chat LIMIT ${BATCH_COUNT}`,
};

interface Place {
  readonly place: number;
  readonly second: number;
}

const WRITE: { readonly [K in RecordKind]: readonly string[] } = {
  users: [
    `INSERT INTO users (${USER_COLUMNS}) VALUES (@user_id, @username, @username_key, @password_hash, @first_name,
       @second_name, @bio, @file_name, @state, @must_change_password, @created_ms, @last_login_ms)
     ON CONFLICT (user_id) DO UPDATE SET username = @username, username_key = @username_key,
       password_hash = @password_hash, first_name = @first_name, second_name = @second_name, bio = @bio,
       file_name = @file_name, state = @state, must_change_password = @must_change_password,
       created_ms = @created_ms, last_login_ms = @last_login_ms`,
    `INSERT OR IGNORE INTO members (user, chat, read_seq) SELECT id, ${COMMON_CHAT_ROW}, 0 FROM users WHERE user_id = @user_id`,
  ],
  tokens: [
    `INSERT OR IGNORE INTO tokens (token_hash, user, time_ms, previous_hash, previous_ms)
     SELECT @token_hash, id, @time_ms, @previous_hash, @previous_ms FROM users WHERE user_id = @user_id`,
  ],
  groups: [
    `INSERT INTO chats (chat_id, kind, title, topic, posting, history_rule, archived, creator, member_count, last_ms)
     VALUES (@chat_id, @kind, @title, @topic, @posting, @history_rule, @archived,
       (SELECT id FROM users WHERE user_id = @creator_id), @member_count, @last_ms)
     ON CONFLICT (chat_id) DO UPDATE SET kind = @kind, title = @title, topic = @topic, posting = @posting,
       history_rule = @history_rule, archived = @archived, member_count = @member_count`,
  ],
  contacts: [insertPair("contacts", "contact")],
  blocks: [insertPair("blocks", "blocked")],
  reactions: [
    `INSERT OR IGNORE INTO reactions (message, reaction, user, rev)
     SELECT c.id << 32 | @seq, @reaction, u.id, @rev FROM chats c, users u
     WHERE c.chat_id = @chat_id AND u.user_id = @user_id`,
  ],
  members: [
    `INSERT INTO members (user, chat, read_seq, role, since_seq)
     SELECT u.id, c.id, @seq, @role, @since_seq FROM users u, chats c
     WHERE u.user_id = @user_id AND c.chat_id = @chat_id
     ON CONFLICT DO UPDATE SET read_seq = @seq, role = @role, since_seq = @since_seq`,
  ],
};

function pairs(table: string, other: string): string {
  return `SELECT p.user AS place, p.${other} AS second, u.user_id, o.user_id AS other_id
    FROM ${table} p JOIN users u ON u.id = p.user JOIN users o ON o.id = p.${other}
    WHERE (p.user, p.${other}) > (@place, @second) ORDER BY p.user, p.${other} LIMIT ${BATCH_COUNT}`;
}

function insertPair(table: string, other: string): string {
  return `INSERT OR IGNORE INTO ${table} (user, ${other})
    SELECT u.id, o.id FROM users u, users o WHERE u.user_id = @user_id AND o.user_id = @other_id`;
}

/** Throws StoreOpenError for a store that only `messenger migrate` may open. */
export function refuseUnfinished(database: Database.Database, file: string): void {
  const source = unfinishedSource(database);
  if (source === undefined) return;
  throw new StoreOpenError(
    `store ${file} is not complete: a migration from ${source} was broken off; run messenger migrate again, or remove it`,
  );
}

function unfinishedSource(database: Database.Database): string | undefined {
  const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(STATE_TABLE) !== undefined;
  if (!isThere) return undefined;
  return database.prepare<[], { source: string }>(`SELECT source FROM ${STATE_TABLE}`).get()?.source;
}

/** See StoreTransfer. Owns the connection and the lock. */
export class SqliteTransfer implements StoreTransfer {
  readonly label: string;
  readonly #database: Database.Database;
  readonly #release: () => void;

  constructor(database: Database.Database, lock: StoreLock, isSource: boolean) {
    this.label = `sqlite:${database.name}`;
    this.#database = database;
    this.#release = () => (isSource ? lock.undo() : lock.free());
  }

  async unfinished(): Promise<string | undefined> {
    return this.#run(() => unfinishedSource(this.#database));
  }

  async begin(source: string): Promise<void> {
    this.#change(() => {
      this.#database.exec(`CREATE TABLE ${STATE_TABLE} (source TEXT NOT NULL) STRICT`);
      this.#database.prepare(`INSERT INTO ${STATE_TABLE} (source) VALUES (?)`).run(source);
    });
  }

  async finish(): Promise<void> {
    this.#change(() => this.#database.exec(`DROP TABLE ${STATE_TABLE}`));
  }

  async isEmpty(): Promise<boolean> {
    const any = "SELECT 1 FROM users UNION ALL SELECT 1 FROM messages LIMIT 1";
    return this.#run(() => this.#database.prepare(any).get() === undefined);
  }

  async *read<K extends RecordKind>(kind: K): AsyncIterable<readonly Records[K][]> {
    const statement = this.#database.prepare<[Place], Records[K] & Place>(READ[kind]);
    for (let from: Place = { place: 0, second: 0 }; ;) {
      const rows = this.#run(() => statement.all({ place: from.place, second: from.second }));
      const last = rows.at(-1);
      if (last === undefined) return;
      from = last;
      yield rows.map(({ place: _place, second: _second, ...record }) => record as unknown as Records[K]);
    }
  }

  async write<K extends RecordKind>(kind: K, records: readonly Records[K][]): Promise<void> {
    const statements = WRITE[kind].map((sql) => this.#database.prepare<[Records[K]]>(sql));
    this.#change(() => {
      for (const record of records) for (const statement of statements) statement.run(record);
    });
  }

  async chats(): Promise<ChatEnd[]> {
    const all = "SELECT chat_id AS chatId, last_seq AS lastSeq FROM chats WHERE last_seq > 0 AND kind <> 'gone'";
    return this.#run(() => this.#database.prepare<[], ChatEnd>(all).all());
  }

  async *messages(chatId: ChatId, afterSeq: number): AsyncIterable<readonly MessageRecord[]> {
    const page = this.#database.prepare<[number, number, number], MessageRecord>(
      `SELECT m.id & 0xffffffff AS seq, u.user_id, m.message_id, m.time_ms, m.text, m.rev, m.changed_ms,
         m.edited_ms, m.deleted, m.reply_to, m.mentions, m.mentions_all, m.pinned, m.reactions
       FROM messages m JOIN users u ON u.id = m.user
       WHERE m.id > (? << 32 | ?) AND m.id < ((? + 1) << 32) ORDER BY m.id LIMIT ${BATCH_COUNT}`,
    );
    const chat = this.#chatRow(chatId);
    for (let seq = afterSeq; chat !== undefined;) {
      const rows = this.#run(() => page.all(chat, seq, chat));
      const last = rows.at(-1);
      if (last === undefined) return;
      seq = last.seq;
      yield rows;
    }
  }

  async append(chatId: ChatId, messages: readonly MessageRecord[]): Promise<void> {
    const insert = this.#database.prepare<[MessageRecord & { readonly chat: number }]>(
      `INSERT INTO messages (id, user, message_id, time_ms, text, rev, changed_ms, edited_ms, deleted, reply_to,
         mentions, mentions_all, pinned, reactions)
       SELECT @chat << 32 | @seq, id, @message_id, @time_ms, @text, @rev, @changed_ms, @edited_ms, @deleted,
         @reply_to, @mentions, @mentions_all, @pinned, @reactions
       FROM users WHERE user_id = @user_id`,
    );
    const count = this.#database.prepare<[{ lastSeq: number; lastMs: number; rev: number; chat: number }]>(
      "UPDATE chats SET last_seq = @lastSeq, last_ms = @lastMs, rev = max(rev, @rev) WHERE id = @chat",
    );
    this.#change(() => {
      const chat = this.#chatRow(chatId) ?? this.#createChat(chatId);
      for (const message of messages) insert.run({ ...message, chat });
      const rev = Math.max(0, ...messages.map((message) => message.rev ?? 0));
      const last = messages.at(-1);
      if (last !== undefined) count.run({ lastSeq: last.seq, lastMs: last.time_ms, rev, chat });
    });
  }

  async close(): Promise<void> {
    if (!this.#database.open) return;
    this.#database.close();
    this.#release();
  }

  #chatRow(chatId: ChatId): number | undefined {
    const find = this.#database.prepare<[ChatId], { id: number }>("SELECT id FROM chats WHERE chat_id = ?");
    return this.#run(() => find.get(chatId)?.id);
  }

  #createChat(chatId: ChatId): number {
    const form = chatForm(chatId);
    const users = form?.kind === "direct" ? form.users : [];
    const row = `(SELECT id FROM users WHERE user_id = ?)`;
    const create = `INSERT INTO chats (chat_id, first_user, second_user) VALUES (?, ${row}, ${row})`;
    const chat = Number(this.#database.prepare(create).run(chatId, ...users).lastInsertRowid);
    const mark = this.#database.prepare(`INSERT INTO members (user, chat, read_seq) VALUES (${row}, ?, 0)`);
    for (const user of users) mark.run(user, chat);
    return chat;
  }

  #change(change: () => void): void {
    this.#run(() => this.#database.transaction(change).immediate());
  }

  #run<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      throw storeError(error, this.#database.name);
    }
  }
}
