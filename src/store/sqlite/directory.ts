// The directory of users, slice by slice.
import type Database from "better-sqlite3";
import type { Profile } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import { SLICE_ROWS, sliceOf } from "../slices.ts";
import { isInDirectory } from "../store.ts";
import type { DirectoryQuery, DirectorySlice, DirectoryUser } from "../store.ts";

interface Row extends Profile {
  readonly username_key: string;
  /** Whether the account is active, and has not blocked the one who asks. */
  readonly is_there: 0 | 1;
  readonly is_blocked: 0 | 1;
}

/** Reads on a connection that its owner opens and closes. */
export class Directory {
  readonly #sql: Database.Statement<[UserId, string], Row>;

  constructor(database: Database.Database) {
    this.#sql = database.prepare(
      `SELECT u.user_id, u.username, u.username_key, u.first_name, u.second_name, u.bio, u.file_name,
         u.state = 'active' AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user = u.id AND b.blocked = me.id) AS is_there,
         EXISTS (SELECT 1 FROM blocks b WHERE b.user = me.id AND b.blocked = u.id) AS is_blocked
       FROM users me CROSS JOIN users u WHERE me.user_id = ? AND u.username_key > ?
       ORDER BY u.username_key LIMIT ${SLICE_ROWS}`,
    );
  }

  /** See StoreReader. */
  slice({ userId, contains, after, limit }: DirectoryQuery): DirectorySlice {
    const { found: users, next } = sliceOf(this.#sql.iterate(userId, after), {
      limit,
      keyOf: (row) => row.username_key,
      choose: ({ username_key: _, is_there, is_blocked, ...profile }): DirectoryUser | undefined => {
        const user = { profile, isBlocked: is_blocked === 1 };
        return is_there === 1 && isInDirectory(user, contains) ? user : undefined;
      },
    });
    return { users, next };
  }
}
