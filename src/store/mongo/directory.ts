// The directory of users, slice by slice.
import { DIRECTORY_SLICE, isInDirectory } from "../store.ts";
import type { DirectoryQuery, DirectorySlice, DirectoryUser } from "../store.ts";
import { profileOf } from "./account-writes.ts";
import { pairId } from "./documents.ts";
import type { Collections } from "./documents.ts";

/** See StoreReader. */
export async function readDirectory(
  { users, blocks }: Collections,
  { userId, contains, after, limit }: DirectoryQuery,
): Promise<DirectorySlice> {
  const filter = { username_key: { $gt: after }, state: { $nin: ["disabled" as const, "deleted" as const] } };
  const documents = await users
    .find(filter, { projection: { password_hash: 0 } })
    .sort({ username_key: 1 })
    .limit(DIRECTORY_SLICE)
    .toArray();
  const ids = documents.map(({ _id }) => _id);
  const pairs = ids.flatMap((id) => [pairId(userId, id), pairId(id, userId)]);
  const blocked = new Set<string>();
  for await (const { _id } of blocks.find({ _id: { $in: pairs } }, { projection: { _id: 1 } })) blocked.add(_id);
  const found: DirectoryUser[] = [];
  let last = after;
  for (const document of documents) {
    if (found.length === limit) return { users: found, next: last };
    last = document.username_key;
    const user = { profile: profileOf(document), isBlocked: blocked.has(pairId(userId, document._id)) };
    const hasBlocked = blocked.has(pairId(document._id, userId));
    if (!hasBlocked && isInDirectory(user, contains)) found.push(user);
  }
  return { users: found, next: documents.length < DIRECTORY_SLICE ? undefined : last };
}
