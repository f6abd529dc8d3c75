// The users that the writer knows: an append needs to know that they exist, and their names.
import type { UserId } from "../../protocol/ids.ts";
import type { Collections } from "./documents.ts";

/** Users remembered; when full, all are forgotten. */
const REMEMBERED_USERS = 50_000;
/** Ids in one query. */
const IDS_PER_QUERY = 1_000;

export class KnownUsers {
  readonly #collections: Collections;
  readonly #names = new Map<UserId, string>();

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  /** Asks for those of the users that are not known yet. */
  async load(userIds: Iterable<UserId>): Promise<void> {
    if (this.#names.size > REMEMBERED_USERS) this.#names.clear();
    const unknown = [...new Set(userIds)].filter((userId) => !this.#names.has(userId));
    for (const [userId, name] of await usernames(this.#collections, unknown)) this.#names.set(userId, name);
  }

  /** The user's name; undefined when there was no such user at the last `load`. */
  nameOf(userId: UserId): string | undefined {
    return this.#names.get(userId);
  }

  forget(): void {
    this.#names.clear();
  }
}

/** The names of those of the users that exist. */
export async function usernames(collections: Collections, userIds: readonly UserId[]): Promise<Map<UserId, string>> {
  const names = new Map<UserId, string>();
  for (let start = 0; start < userIds.length; start += IDS_PER_QUERY) {
    const ids = userIds.slice(start, start + IDS_PER_QUERY);
    const found = collections.users.find({ _id: { $in: ids } }, { projection: { username: 1 } });
    for await (const user of found) names.set(user._id, user.username);
  }
  return names;
}
