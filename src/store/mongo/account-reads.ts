// The readings about accounts: the administrator's list, and who has blocked whom.
import type { UserId } from "../../protocol/ids.ts";
import { SLICE_ROWS, sliceOf, type ListQuery, type Slice } from "../slices.ts";
import type { Account, Contact } from "../store.ts";
import { pairId } from "./documents.ts";
import type { Collections, UserDocument } from "./documents.ts";
import { usernames } from "./users.ts";

/** Users of whom one query tells who has blocked whom. */
const USERS_PER_QUERY = 1_000;

/** See StoreReader.accounts. */
export async function readAccounts(
  { users }: Collections,
  { contains, after, limit }: ListQuery,
): Promise<Slice<Account>> {
  const rowCount = contains === "" ? Math.min(limit, SLICE_ROWS) : SLICE_ROWS;
  const documents = await users
    .find({ username_key: { $gt: after } }, { projection: { password_hash: 0, bio: 0 } })
    .sort({ username_key: 1 })
    .limit(rowCount)
    .toArray();
  return sliceOf(documents, {
    limit,
    rowCount,
    keyOf: ({ username_key: key }) => key,
    choose: (user) => (user.state !== "deleted" && user.username_key.includes(contains) ? accountOf(user) : undefined),
  });
}

export async function readBlocks(
  collections: Collections,
  userId: UserId,
): Promise<{ blocked: Contact[]; blockedBy: UserId[] }> {
  const [mine, others] = await Promise.all([
    collections.blocks.find({ user_id: userId }).toArray(),
    collections.blocks.find({ blocked_id: userId }).toArray(),
  ]);
  const ids = mine.map((block) => block.blocked_id);
  const blocked = [...(await usernames(collections, ids))].map(([id, username]) => ({ userId: id, username }));
  blocked.sort((one, other) => (one.username < other.username ? -1 : 1));
  return { blocked, blockedBy: others.map((block) => block.user_id) };
}

export async function readIsBlocked({ blocks }: Collections, one: UserId, other: UserId): Promise<boolean> {
  return (await blocks.findOne({ _id: { $in: [pairId(one, other), pairId(other, one)] } })) !== null;
}

/** Those of the users who have blocked this one, or whom this one has blocked. */
export async function readBlockedAmong(
  { blocks }: Collections,
  userId: UserId,
  ids: readonly UserId[],
): Promise<ReadonlySet<UserId>> {
  const blocked = new Set<UserId>();
  for (let start = 0; start < ids.length; start += USERS_PER_QUERY) {
    const part = ids.slice(start, start + USERS_PER_QUERY);
    const pairs = part.flatMap((id) => [pairId(userId, id), pairId(id, userId)]);
    for await (const { user_id, blocked_id } of blocks.find({ _id: { $in: pairs } })) {
      blocked.add(user_id === userId ? blocked_id : user_id);
    }
  }
  return blocked;
}

function accountOf(document: UserDocument): Account {
  const { _id: userId, username, username_key: usernameKey, state = "active", created_ms = 0 } = document;
  return { userId, username, usernameKey, state, createdMs: created_ms, lastLoginMs: document.last_login_ms };
}
