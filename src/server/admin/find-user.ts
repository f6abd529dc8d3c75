// Look-up of the user whom the administrator means by a name.
import { ProtocolError } from "../../protocol/codes.ts";
import { SERVER_USER_ID } from "../../protocol/ids.ts";
import type { Pools } from "../../threads/pools.ts";
import type { FoundUser } from "../../threads/task.ts";

/** @throws ProtocolError 404 for nobody. */
export async function findUser(pools: Pools, username: string): Promise<FoundUser> {
  const user = await pools.findUser(username);
  if (user === undefined) throw new ProtocolError("no_such_user", `username: no such user ${username}`);
  return user;
}

/** @throws ProtocolError 404 for nobody, 403 for the account of the server itself, which is nobody's. */
export async function findPerson(pools: Pools, username: string): Promise<FoundUser> {
  const user = await findUser(pools, username);
  if (user.userId === SERVER_USER_ID) throw new ProtocolError("forbidden", "username: is the server's own account");
  return user;
}
