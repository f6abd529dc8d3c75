// Changes of accounts: disabled, deleted, blocked by others.
import type Database from "better-sqlite3";
import type { UserId } from "../../protocol/ids.ts";
import { HOLDERS_TOLD } from "../../domain/writes/delete-account.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { GroupWrites } from "./groups.ts";
import type { UserWrites } from "./users.ts";
import { CONFLICT, DONE, NOT_FOUND, STALE_PASSWORD } from "../write-outcomes.ts";

function prepare(database: Database.Database) {
  return {
    setState: database.prepare<[string, UserId]>(
      "UPDATE users SET state = ? WHERE user_id = ? AND state <> 'deleted' RETURNING id",
    ),
    dropTokens: database.prepare<[number]>("DELETE FROM tokens WHERE user = ?"),
    holders: database
      .prepare<[number, number], UserId>(
        "SELECT u.user_id FROM contacts c JOIN users u ON u.id = c.user WHERE c.contact = ? LIMIT ?",
      )
      .pluck(),
    dropContacts: database.prepare<[number, number]>("DELETE FROM contacts WHERE user = ? OR contact = ?"),
    dropBlocks: database.prepare<[number, number]>("DELETE FROM blocks WHERE user = ? OR blocked = ?"),
    anonymise: database.prepare<[string, string, number]>(
      `UPDATE users SET state = 'deleted', username = ?, username_key = ?, password_hash = '', first_name = '',
         second_name = '', bio = '', file_name = NULL WHERE id = ?`,
    ),
    block: database.prepare<[number, number]>("INSERT OR IGNORE INTO blocks (user, blocked) VALUES (?, ?)"),
    unblock: database.prepare<[number, number]>("DELETE FROM blocks WHERE user = ? AND blocked = ?"),
  };
}

/** Carries out the writes about accounts; called within the batch's transaction only. */
export class AccountWrites {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #users: UserWrites;
  readonly #groups: GroupWrites;

  constructor(database: Database.Database, users: UserWrites, groups: GroupWrites) {
    this.#sql = prepare(database);
    this.#users = users;
    this.#groups = groups;
  }

  setState({ userId, state }: WriteOf<"setAccountState">): WriteOutcome<"setAccountState"> {
    const user = this.#users.find(userId);
    if (user === undefined || this.#sql.setState.get(state, userId) === undefined) return NOT_FOUND;
    this.#users.forget(); // the old state
    if (state === "disabled") this.#sql.dropTokens.run(user.id);
    return DONE;
  }

  delete(write: WriteOf<"deleteAccount">): WriteOutcome<"deleteAccount"> {
    const { userId, verifiedHash, username, usernameKey } = write;
    const user = this.#users.find(userId);
    if (user === undefined) return NOT_FOUND;
    if (user.state !== "deleted" && !this.#users.isStillPassword(user, verifiedHash)) return STALE_PASSWORD;
    const holders = this.#sql.holders.all(user.id, HOLDERS_TOLD);
    const groups = this.#groups.leaveAll(user);
    this.#sql.dropTokens.run(user.id);
    this.#sql.dropContacts.run(user.id, user.id);
    this.#sql.dropBlocks.run(user.id, user.id);
    this.#sql.anonymise.run(username, usernameKey, user.id);
    this.#users.forget(); // the old name
    return { done: true, result: { formerName: user.username, holders, groups } };
  }

  block({ userId, blockedId }: WriteOf<"block">): WriteOutcome<"block"> {
    const refused = this.#users.refusalOf(userId);
    if (refused !== undefined) return refused;
    const user = this.#users.findPresent(userId);
    const blocked = this.#users.findPresent(blockedId);
    if (user === undefined || blocked === undefined) return NOT_FOUND;
    return this.#sql.block.run(user.id, blocked.id).changes > 0 ? DONE : CONFLICT;
  }

  unblock({ userId, blockedId }: WriteOf<"unblock">): WriteOutcome<"unblock"> {
    const user = this.#users.find(userId);
    const blocked = this.#users.find(blockedId);
    if (user === undefined || blocked === undefined) return NOT_FOUND;
    return this.#sql.unblock.run(user.id, blocked.id).changes > 0 ? DONE : NOT_FOUND;
  }
}
