// The directory of users, slice by slice.
import type Database from "better-sqlite3";
import type { Profile } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import { DIRECTORY_SLICE, isInDirectory } from "../store.ts";
import type { DirectoryQuery, DirectorySlice, DirectoryUser } from "../store.ts";

interface Row extends Profile {
  readonly username_key: string;
  readonly is_blocked: 0 | 1;
}

/** Reads on a connection that its owner opens and closes. */
export class Directory {
  readonly #sql: Database.Statement<[UserId, string], Row>;

  constructor(database: Database.Database) {
    this.#sql = database.prepare(
      `SELECT u.user_id, u.username, u.username_key, u.first_name, u.second_name, u.bio, u.file_name,
         EXISTS (SELECT 1 FROM blocks b WHERE b.user = me.id AND b.blocked = u.id) AS is_blocked
       FROM users me CROSS JOIN users u
       WHERE me.user_id = ? AND u.username_key > ? AND u.state = 'active'
         AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user = u.id AND b.blocked = me.id)
       ORDER BY u.username_key LIMIT ${DIRECTORY_SLICE}`,
    );
  }

  /** See StoreReader. */
  slice({ userId, contains, after, limit }: DirectoryQuery): DirectorySlice {
    const users: DirectoryUser[] = [];
    let count = 0;
    let last = after;
    for (const { username_key: key, is_blocked, ...profile } of this.#sql.iterate(userId, after)) {
      if (users.length === limit) return { users, next: last };
      count += 1;
      last = key;
      const user = { profile, isBlocked: is_blocked === 1 };
      if (isInDirectory(user, contains)) users.push(user);
    }
    return { users, next: count < DIRECTORY_SLICE ? undefined : last };
  }
}
