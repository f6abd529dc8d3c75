// The writes that concern users: accounts, profiles, tokens, contacts.
import type Database from "better-sqlite3";
import type { AccountState } from "../../protocol/admin.ts";
import type { Profile } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import { isStillPassword, writerRefusal } from "../may.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import { COMMON_CHAT_ROW } from "./schema.ts";
import { CONFLICT, DONE, NOT_FOUND } from "../write-outcomes.ts";

/** Users whose row is remembered, so that an append reads no table; when full, all are forgotten. */
const REMEMBERED_USERS = 50_000;

/** The part of a user that appends need. */
export interface UserRow {
  readonly id: number;
  readonly username: string;
  readonly state: AccountState;
}

interface AccountRow {
  readonly id: number;
  readonly user_id: UserId;
  readonly username: string;
  readonly username_key: string;
  readonly first_name: string;
  readonly second_name: string;
  readonly bio: string;
  readonly file_name: string | null;
}

const ACCOUNT = "SELECT id, user_id, username, username_key, first_name, second_name, bio, file_name FROM users";

function prepare(database: Database.Database) {
  return {
    find: database.prepare<[UserId], UserRow>("SELECT id, username, state FROM users WHERE user_id = ?"),
    account: database.prepare<[UserId], AccountRow>(`${ACCOUNT} WHERE user_id = ? AND state <> 'deleted'`),
    accountByKey: database.prepare<[string], AccountRow>(`${ACCOUNT} WHERE username_key = ?`),
    create: database.prepare<[UserId, string, string, string, number, number]>(
      `INSERT INTO users (user_id, username, username_key, password_hash, must_change_password, created_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    mark: database.prepare<[number | bigint, number, number]>(
      "INSERT INTO members (user, chat, read_seq) VALUES (?, ?, ?)",
    ),
    update: database.prepare<[string, string, string, string | null, number]>(
      "UPDATE users SET first_name = ?, second_name = ?, bio = ?, file_name = ? WHERE id = ?",
    ),
    password: database.prepare<[number], string>("SELECT password_hash FROM users WHERE id = ?").pluck(),
    isBlocked: database
      .prepare<[number, number, number, number], number>(
        `SELECT EXISTS (SELECT 1 FROM blocks WHERE user = ? AND blocked = ?)
           OR EXISTS (SELECT 1 FROM blocks WHERE user = ? AND blocked = ?)`,
      )
      .pluck(),
    addContact: database.prepare<[number, number]>("INSERT OR IGNORE INTO contacts (user, contact) VALUES (?, ?)"),
    dropContact: database.prepare<[number, number]>("DELETE FROM contacts WHERE user = ? AND contact = ?"),
  };
}

/** Carries out the writes about users; called within the batch's transaction only. */
export class UserWrites {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #remembered = new Map<UserId, UserRow>();

  constructor(database: Database.Database) {
    this.#sql = prepare(database);
  }

  /** The user's row, be the account deleted or not; undefined when there is none. */
  find(userId: UserId): UserRow | undefined {
    const known = this.#remembered.get(userId);
    if (known !== undefined) return known;
    const row = this.#sql.find.get(userId);
    if (row === undefined) return undefined;
    if (this.#remembered.size >= REMEMBERED_USERS) this.#remembered.clear();
    this.#remembered.set(userId, row);
    return row;
  }

  /** The user's row; undefined also for a deleted account. */
  findPresent(userId: UserId): UserRow | undefined {
    const row = this.find(userId);
    return row?.state === "deleted" ? undefined : row;
  }

  /** Why this user's own writes are refused; undefined when they are not. */
  refusalOf(userId: UserId): WriteOutcome<never> | undefined {
    const refusal = writerRefusal(this.find(userId)?.state);
    return refusal && { done: false, refusal };
  }

  /** To be called after a rollback: what is remembered may not be stored. */
  forget(): void {
    this.#remembered.clear();
  }

  /** `commonSeq` is the last seq of the common chat: the new user has nothing unread. */
  create(write: WriteOf<"createUser">, commonSeq: number, nowMs: number): WriteOutcome<"createUser"> {
    const { userId, username, usernameKey, passwordHash, mustChangePassword = false } = write;
    const holder = this.#sql.accountByKey.get(usernameKey);
    if (holder?.user_id === userId) return { done: true, result: { profile: profileOf(holder) } };
    if (holder !== undefined || this.find(userId) !== undefined) return CONFLICT;
    const { lastInsertRowid } = this.#sql.create.run(
      userId,
      username,
      usernameKey,
      passwordHash,
      Number(mustChangePassword),
      nowMs,
    );
    this.#sql.mark.run(lastInsertRowid, COMMON_CHAT_ROW, commonSeq);
    const profile = { user_id: userId, username, first_name: "", second_name: "", bio: "", file_name: null };
    return { done: true, result: { profile } };
  }

  updateProfile({ userId, changes }: WriteOf<"updateProfile">): WriteOutcome<"updateProfile"> {
    const refused = this.refusalOf(userId);
    if (refused !== undefined) return refused;
    const account = this.#sql.account.get(userId);
    if (account === undefined) return NOT_FOUND;
    const next = {
      ...profileOf(account),
      first_name: changes.first_name ?? account.first_name,
      second_name: changes.second_name ?? account.second_name,
      bio: changes.bio ?? account.bio,
      file_name: changes.file_name === undefined ? account.file_name : changes.file_name,
    };
    this.#sql.update.run(next.first_name, next.second_name, next.bio, next.file_name, account.id);
    return { done: true, result: { profile: next } };
  }

  isStillPassword({ id }: UserRow, verified: string | undefined, next?: string): boolean {
    return isStillPassword(this.#sql.password.get(id) ?? "", verified, next);
  }

  addContact(write: WriteOf<"addContact">): WriteOutcome<"addContact"> {
    const refused = this.refusalOf(write.userId);
    if (refused !== undefined) return refused;
    const user = this.findPresent(write.userId);
    const contact = this.findPresent(write.contactId);
    if (user === undefined || contact === undefined) return NOT_FOUND;
    if (this.#sql.addContact.run(user.id, contact.id).changes === 0) return CONFLICT;
    return { done: true, result: { isBlocked: this.isBlocked(user.id, contact.id) } };
  }

  /** Whether one of two users, by their rows, has blocked the other. */
  isBlocked(one: number, other: number): boolean {
    return this.#sql.isBlocked.get(one, other, other, one) === 1;
  }

  deleteContact(write: WriteOf<"deleteContact">): WriteOutcome<"deleteContact"> {
    const user = this.find(write.userId);
    const contact = this.find(write.contactId);
    if (user === undefined || contact === undefined) return NOT_FOUND;
    return this.#sql.dropContact.run(user.id, contact.id).changes > 0 ? DONE : NOT_FOUND;
  }
}

function profileOf({ user_id, username, first_name, second_name, bio, file_name }: AccountRow): Profile {
  return { user_id, username, first_name, second_name, bio, file_name };
}
