// Presence of one contact, asked of the server: whoever adds a contact is told of later changes only.
import type { LoginResult } from "../protocol/actions.ts";
import { MAX_NAMES_PAGE } from "../protocol/limits.ts";
import type { UserId } from "../protocol/ids.ts";
import type { Requester } from "./history.ts";

/**
 * Undefined where that cannot be known: of servers of version 1 (`login` says nothing of the server), and of who is no contact.
 * Rejects as `request` does.
 */
export async function isContactOnline(
  requester: Requester,
  login: Pick<LoginResult, "server"> | undefined,
  contact: { readonly userId: UserId; readonly username: string },
): Promise<boolean | undefined> {
  if (login?.server === undefined) return undefined;
  // The list is asked for what comes after a name: the contact's own is among the first after its own beginning.
  const after = [...contact.username].slice(0, -1).join("");
  const page = { limit: MAX_NAMES_PAGE, ...(after === "" ? {} : { after }) };
  const { contacts } = await requester.request("contacts", page);
  return contacts.find((one) => one.user_id === contact.userId)?.online;
}
