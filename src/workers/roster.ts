// What a session is told when it begins: contacts, blocks, chats and the own profile, as they are from then on.
import type { LoginResult } from "../protocol/actions.ts";
import type { ChatSummary, ContactMap } from "../protocol/entities.ts";
import type { UserId } from "../protocol/ids.ts";
import { PAGE_TEXT_BYTES } from "../protocol/limits.ts";
import type { Contact, StoreReader } from "../store/store.ts";

/** The part of a login's answer that is read after the session has begun, and whose presence the session is told of. */
export interface Roster {
  readonly fields: Omit<LoginResult, "username" | "user_id" | "token" | "online">;
  readonly watched: ContactMap;
}

/** Undefined for an account that is gone. */
export async function readRoster(userId: UserId, reader: StoreReader): Promise<Roster | undefined> {
  const user = await reader.userById(userId);
  if (user === undefined || user.state !== "active") return undefined;
  const contacts = await reader.contactsOf(userId);
  const { blocked, blockedBy } = await reader.blocksOf(userId);
  const hidden = new Set([...blockedBy, ...blocked.map((contact) => contact.userId)]);
  return {
    fields: {
      contacts: mapOf(contacts),
      user_data: user.profile,
      chats: bounded(await reader.chatsOf(userId)),
      blocked: mapOf(blocked),
      ...(user.mustChangePassword && { must_change_password: true as const }),
    },
    watched: mapOf(contacts.filter((contact) => !hidden.has(contact.userId))),
  };
}

/**
 * The chats, with as many of their newest last messages as fit into a page: otherwise a hundred strangers who write one
 * long message each would make an answer that no client takes.
 */
function bounded(chats: readonly ChatSummary[]): ChatSummary[] {
  let leftBytes = PAGE_TEXT_BYTES;
  const newest = chats.toSorted((one, other) => (other.last_message?.time ?? 0) - (one.last_message?.time ?? 0));
  const withText = new Set<ChatSummary>();
  for (const chat of newest) {
    leftBytes -= Buffer.byteLength(chat.last_message?.message ?? "");
    if (leftBytes < 0) break;
    withText.add(chat);
  }
  return chats.map((chat) => {
    const { last_message: _left, ...rest } = chat;
    return withText.has(chat) ? chat : rest;
  });
}

function mapOf(contacts: readonly Contact[]): ContactMap {
  return Object.fromEntries(contacts.map((contact) => [contact.username, contact.userId]));
}
