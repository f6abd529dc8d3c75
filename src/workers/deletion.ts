// What a deleted account is called.
import type { UserId } from "../protocol/ids.ts";
import type { WriteOf } from "../store/store.ts";

/**
 * The write that deletes an account: its messages stay, under a name that tells nothing of whose they were. The name's
 * key is one that no name has (a colon is in none), so nobody can have registered it.
 */
export function deletionOf(userId: UserId): WriteOf<"deleteAccount"> {
  const username = `deleted-${userId.slice(0, 8)}-${userId.slice(-6)}`;
  return { kind: "deleteAccount", userId, username, usernameKey: `deleted:${userId}` };
}
