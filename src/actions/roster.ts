// What a session is told when it begins: contacts, blocks, chats and the own profile, as they are from then on.
import type { LoginResult } from "../protocol/actions.ts";
import type { ContactMap } from "../protocol/entities.ts";
import type { UserId } from "../protocol/ids.ts";
import { LOGIN_CHATS, LOGIN_USERS, MAX_WATCHED } from "../protocol/limits.ts";
import type { Contact, StoreReader } from "../store/store.ts";

/** The part of a login's answer that is read after the session has begun, and whose presence the session is told of. */
export interface Roster {
  readonly fields: Omit<LoginResult, "username" | "user_id" | "token" | "online">;
  readonly watched: readonly UserId[];
}

/** Undefined for an account that is gone. */
export async function readRoster(userId: UserId, reader: StoreReader): Promise<Roster | undefined> {
  const user = await reader.userById(userId);
  if (user === undefined || user.state !== "active") return undefined;
  const firstUsers = { after: "", limit: LOGIN_USERS };
  const { contacts, hasMore: hasMoreContacts } = await reader.contacts(userId, firstUsers);
  const { blocked, hasMore: hasMoreBlocked } = await reader.blocked(userId, firstUsers);
  const { chats, next } = await reader.chats(userId, undefined, LOGIN_CHATS);
  return {
    fields: {
      contacts: mapOf(contacts),
      user_data: user.profile,
      chats,
      ...(next !== undefined && { more_chats: true as const }),
      blocked: mapOf(blocked),
      ...((hasMoreContacts || hasMoreBlocked) && { more_contacts: true as const }),
      ...(user.mustChangePassword && { must_change_password: true as const }),
    },
    watched: await reader.watchedBy(userId, MAX_WATCHED),
  };
}

function mapOf(contacts: readonly Contact[]): ContactMap {
  return Object.fromEntries(contacts.map((contact) => [contact.username, contact.userId]));
}
