// State of an account that a session gets at its start: contacts, blocks, chats and the own profile.
import type { LoginResult } from "../protocol/actions.ts";
import type { ChatSummary, ContactMap } from "../protocol/entities.ts";
import type { UserId } from "../protocol/ids.ts";
import { LOGIN_CHATS, LOGIN_CHATS_BYTES, LOGIN_USERS, MAX_WATCHED } from "../protocol/limits.ts";
import type { Contact, StoreReader } from "../store/store.ts";

/** The part of a login's answer that is read after the session has begun, and whose presence the session is told of. */
export interface LoginSnapshot {
  readonly fields: Omit<LoginResult, "username" | "user_id" | "token" | "online">;
  readonly watched: readonly UserId[];
}

/** Undefined for an account that is gone. */
export async function readLoginSnapshot(
  userId: UserId,
  withGroups: boolean,
  reader: StoreReader,
): Promise<LoginSnapshot | undefined> {
  const user = await reader.userById(userId);
  if (user === undefined || user.state !== "active") return undefined;
  const firstUsers = { after: "", limit: LOGIN_USERS };
  const { contacts, hasMore: hasMoreContacts } = await reader.contacts(userId, firstUsers);
  const { blocked, hasMore: hasMoreBlocked } = await reader.blocked(userId, firstUsers);
  const { chats: all, next } = await reader.chats(userId, undefined, LOGIN_CHATS, withGroups);
  const chats = firstOf(all);
  return {
    fields: {
      contacts: mapOf(contacts),
      user_data: user.profile,
      chats,
      ...((next !== undefined || chats.length < all.length) && { more_chats: true as const }),
      blocked: mapOf(blocked),
      ...((hasMoreContacts || hasMoreBlocked) && { more_contacts: true as const }),
      ...(user.mustChangePassword && { must_change_password: true as const }),
    },
    watched: await reader.watchedBy(userId, MAX_WATCHED),
  };
}

/** The first chats, as far as a login has room for them. */
function firstOf(chats: readonly ChatSummary[]): ChatSummary[] {
  let bytes = 0;
  const end = chats.findIndex((chat) => (bytes += Buffer.byteLength(JSON.stringify(chat))) > LOGIN_CHATS_BYTES);
  return end === -1 ? [...chats] : chats.slice(0, end);
}

function mapOf(contacts: readonly Contact[]): ContactMap {
  return Object.fromEntries(contacts.map((contact) => [contact.username, contact.userId]));
}
