// The readings about accounts: the administrator's list, and who has blocked whom.
import type Database from "better-sqlite3";
import type { UserId } from "../../protocol/ids.ts";
import type { AccountState } from "../../protocol/admin.ts";
import { SLICE_ROWS, sliceOf, type ListQuery, type Slice } from "../slices.ts";
import type { Account, Contact } from "../store.ts";

interface AccountRow {
  readonly user_id: UserId;
  readonly username: string;
  readonly username_key: string;
  readonly state: AccountState;
  readonly created_ms: number;
  readonly last_login_ms: number | null;
}

interface ContactRow {
  readonly user_id: UserId;
  readonly username: string;
}

const ID_OF = "(SELECT id FROM users WHERE user_id = ?)";

function prepare(database: Database.Database) {
  return {
    // No condition on what is wanted: rows that are not would be looked at without end.
    accounts: database.prepare<[string], AccountRow>(
      `SELECT user_id, username, username_key, state, created_ms, last_login_ms FROM users
       WHERE username_key > ? ORDER BY username_key LIMIT ${SLICE_ROWS}`,
    ),
    blocked: database.prepare<[UserId], ContactRow>(
      `SELECT u.user_id, u.username FROM blocks b JOIN users u ON u.id = b.blocked WHERE b.user = ${ID_OF}`,
    ),
    blockedBy: database
      .prepare<[UserId], UserId>(
        `SELECT u.user_id FROM blocks b JOIN users u ON u.id = b.user WHERE b.blocked = ${ID_OF}`,
      )
      .pluck(),
    isBlocked: database
      .prepare<[UserId, UserId, UserId, UserId], number>(
        `SELECT EXISTS (SELECT 1 FROM blocks WHERE user = ${ID_OF} AND blocked = ${ID_OF})
           OR EXISTS (SELECT 1 FROM blocks WHERE user = ${ID_OF} AND blocked = ${ID_OF})`,
      )
      .pluck(),
  };
}

/** Reads on a connection that its owner opens and closes. */
export class AccountReads {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database.Database) {
    this.#sql = prepare(database);
  }

  /** See StoreReader. */
  accounts({ contains, after, limit }: ListQuery): Slice<Account> {
    return sliceOf(this.#sql.accounts.iterate(after), {
      limit,
      keyOf: (row) => row.username_key,
      choose: (row) => (row.state !== "deleted" && row.username_key.includes(contains) ? account(row) : undefined),
    });
  }

  blocksOf(userId: UserId): { blocked: Contact[]; blockedBy: UserId[] } {
    const blocked = this.#sql.blocked.all(userId).map((row) => ({ userId: row.user_id, username: row.username }));
    blocked.sort((one, other) => (one.username < other.username ? -1 : 1));
    return { blocked, blockedBy: this.#sql.blockedBy.all(userId) };
  }

  isBlocked(one: UserId, other: UserId): boolean {
    return this.#sql.isBlocked.get(one, other, other, one) === 1;
  }
}

function account(row: AccountRow): Account {
  const { user_id: userId, username, username_key: usernameKey, state, created_ms: createdMs } = row;
  return { userId, username, usernameKey, state, createdMs, lastLoginMs: row.last_login_ms ?? undefined };
}
