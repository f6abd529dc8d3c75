// Presence of new contacts, asked of the server: whoever adds a contact is told of later changes only.
import type { LoginResult } from "../protocol/actions.ts";
import type { ContactMap } from "../protocol/entities.ts";
import type { Events } from "../protocol/events.ts";
import { MAX_NAMES_PAGE } from "../protocol/limits.ts";
import type { UserId } from "../protocol/ids.ts";
import { isAnswer } from "./errors.ts";
import type { Requester } from "./history.ts";

/** Tells of each whether they are online, as far as that can be known. */
export async function tellPresence(
  requester: Requester,
  login: Pick<LoginResult, "server"> | undefined,
  contacts: ContactMap,
  tell: (presence: Events["presence"]) => void,
): Promise<void> {
  for (const [username, userId] of Object.entries(contacts)) {
    const online = await isContactOnline(requester, login, { userId, username }).catch((error: unknown) => {
      if (!isAnswer(error)) throw error;
    });
    if (online !== undefined) tell({ user_id: userId, username, online });
  }
}

/**
 * Undefined where that cannot be known: of servers of version 1 (`login` says nothing of the server), and of who is no contact.
 * Rejects as `request` does.
 */
async function isContactOnline(
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
