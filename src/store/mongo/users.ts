// The users that the writer knows: an append needs to know that they exist, and their names.
import type { AccountState } from "../../protocol/admin.ts";
import type { UserId } from "../../protocol/ids.ts";
import { usernameKey } from "../../protocol/text.ts";
import { writerRefusal } from "../may.ts";
import type { WriteOutcome } from "../../domain/writes/table.ts";
import type { Collections, UserDocument } from "./documents.ts";

/** Users remembered; when full, all are forgotten. */
const REMEMBERED_USERS = 50_000;
/** Ids in one query. */
const IDS_PER_QUERY = 1_000;

export class KnownUsers {
  readonly #collections: Collections;
  readonly #names = new Map<UserId, string>();
  readonly #states = new Map<UserId, AccountState>();

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  /** Asks for those of the users that are not known yet. */
  async load(userIds: Iterable<UserId>): Promise<void> {
    if (this.#names.size > REMEMBERED_USERS) this.forget();
    const unknown = [...new Set(userIds)].filter((userId) => !this.#names.has(userId));
    for await (const { _id: userId, username, state } of find(this.#collections, unknown)) {
      this.#names.set(userId, username);
      this.#states.set(userId, state ?? "active");
    }
  }

  /** The user's name; undefined when there was no such user at the last `load`. */
  nameOf(userId: UserId): string | undefined {
    return this.#names.get(userId);
  }

  /** `usernameKey` of the user's name; "" when there was no such user at the last `load`. */
  keyOf(userId: UserId): string {
    return usernameKey(this.nameOf(userId) ?? "");
  }

  /** Whether at the last `load` there was such a user, whose account is not deleted: deleted ones write nothing any more. */
  isPresent(userId: UserId): boolean {
    return this.#names.has(userId) && this.#states.get(userId) !== "deleted";
  }

  /** The account's state at the last `load`; undefined when there was no such user. */
  stateOf(userId: UserId): AccountState | undefined {
    return this.#states.get(userId);
  }

  /** Why this user's own writes are refused; undefined when they are not. To be called after a `load`. */
  refusalOf(userId: UserId): WriteOutcome<never> | undefined {
    const refusal = writerRefusal(this.stateOf(userId));
    return refusal && { done: false, refusal };
  }

  forget(): void {
    this.#names.clear();
    this.#states.clear();
  }
}

/** The names of those of the users that exist. */
export async function usernames(collections: Collections, userIds: readonly UserId[]): Promise<Map<UserId, string>> {
  const names = new Map<UserId, string>();
  for await (const { _id: userId, username } of find(collections, userIds)) names.set(userId, username);
  return names;
}

/** The ids of those of the names that somebody has, by `username_key`. */
export async function readIds({ users }: Collections, keys: readonly string[]): Promise<Map<string, UserId>> {
  const ids = new Map<string, UserId>();
  for (let start = 0; start < keys.length; start += IDS_PER_QUERY) {
    const some = keys.slice(start, start + IDS_PER_QUERY);
    const found = users.find({ username_key: { $in: some } }, { projection: { username_key: 1 } });
    for await (const { _id, username_key } of found) ids.set(username_key, _id);
  }
  return ids;
}

/** Those of the users that exist, sorted by the key of their names, after a key. */
export async function usernamesAfter(
  { users }: Collections,
  userIds: readonly UserId[],
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<{ readonly userId: UserId; readonly username: string }[]> {
  const filter = { _id: { $in: [...userIds] }, username_key: { $gt: after } };
  const found = users
    .find(filter, { projection: { username: 1 } })
    .sort({ username_key: 1 })
    .limit(limit);
  return (await found.toArray()).map(({ _id: userId, username }) => ({ userId, username }));
}

type FoundUser = Pick<UserDocument, "_id" | "username" | "state">;

async function* find({ users }: Collections, userIds: readonly UserId[]): AsyncGenerator<FoundUser, void, undefined> {
  for (let start = 0; start < userIds.length; start += IDS_PER_QUERY) {
    const ids = userIds.slice(start, start + IDS_PER_QUERY);
    yield* users.find({ _id: { $in: ids } }, { projection: { username: 1, state: 1 } });
  }
}
