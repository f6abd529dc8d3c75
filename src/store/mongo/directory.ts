// The directory of users, slice by slice.
import { SLICE_ROWS, sliceOf } from "../slices.ts";
import { isInDirectory } from "../store.ts";
import type { DirectoryQuery, DirectorySlice, DirectoryUser } from "../store.ts";
import { profileOf } from "./account-writes.ts";
import { pairId } from "./documents.ts";
import type { Collections } from "./documents.ts";

/** See StoreReader. */
export async function readDirectory(
  { users, blocks }: Collections,
  { userId, contains, after, limit }: DirectoryQuery,
): Promise<DirectorySlice> {
  const documents = await users
    .find({ username_key: { $gt: after } }, { projection: { password_hash: 0 } })
    .sort({ username_key: 1 })
    .limit(SLICE_ROWS)
    .toArray();
  const ids = documents.map(({ _id }) => _id);
  const pairs = ids.flatMap((id) => [pairId(userId, id), pairId(id, userId)]);
  const blocked = new Set<string>();
  for await (const { _id } of blocks.find({ _id: { $in: pairs } }, { projection: { _id: 1 } })) blocked.add(_id);
  const { found, next } = sliceOf(documents, {
    limit,
    keyOf: (document) => document.username_key,
    choose: (document): DirectoryUser | undefined => {
      const { _id, state = "active" } = document;
      const user = { profile: profileOf(document), isBlocked: blocked.has(pairId(userId, _id)) };
      const isThere = state === "active" && !blocked.has(pairId(_id, userId));
      return isThere && isInDirectory(user, contains) ? user : undefined;
    },
  });
  return { users: found, next };
}
