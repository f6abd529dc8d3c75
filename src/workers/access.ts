// Who may use which chat, and who is meant by a name: the checks that several controllers share.
import { ProtocolError, badField } from "../protocol/codes.ts";
import { COMMON_CHAT, directChatUsers, isUserId, type ChatId, type UserId } from "../protocol/ids.ts";
import { usernameKey } from "../protocol/text.ts";
import type { StoreReader, User } from "../store/store.ts";
import type { Identity } from "./task.ts";

/** How many users this thread remembers to exist; beyond it the oldest are asked for again. */
const MAX_KNOWN_USERS = 100_000;

/** Users that exist; users are never removed, so this never has to forget for truth's sake. */
const knownUsers = new Set<UserId>();

/**
 * The other user of a one-to-one chat by its id alone, or undefined for the common chat.
 * @throws ProtocolError 404 for what is no chat, 403 for a chat of two others.
 */
export function partnerByName(chatId: ChatId, identity: Identity): UserId | undefined {
  if (chatId === COMMON_CHAT) return undefined;
  const users = directChatUsers(chatId);
  if (users === undefined) throw new ProtocolError("no_such_chat", "chat_id: no such chat");
  if (!users.includes(identity.userId)) throw new ProtocolError("forbidden", "chat_id: not a member of this chat");
  return users[0] === identity.userId ? users[1] : users[0];
}

/** The same of a user that exists. @throws ProtocolError 404 also for a chat with nobody. */
export async function partnerIn(chatId: ChatId, identity: Identity, reader: StoreReader): Promise<UserId | undefined> {
  const partner = partnerByName(chatId, identity);
  if (partner !== undefined && !knownUsers.has(partner)) {
    const user = await reader.userById(partner);
    if (user === undefined) throw new ProtocolError("no_such_chat", "chat_id: no such chat");
    remember(partner);
  }
  return partner;
}

function remember(userId: UserId): void {
  if (knownUsers.size >= MAX_KNOWN_USERS) {
    for (const oldest of knownUsers) {
      knownUsers.delete(oldest);
      break;
    }
  }
  knownUsers.add(userId);
}

/**
 * The user that a request means by `contact` (a name) or `contact_id`, which wins.
 * @throws ProtocolError 400 when neither is given, 404 when there is no such user.
 */
export async function meantUser(named: { contact?: string; contact_id?: UserId }, reader: StoreReader): Promise<User> {
  if (named.contact_id !== undefined) {
    const user = isUserId(named.contact_id) ? await reader.userById(named.contact_id) : undefined;
    if (user === undefined) throw new ProtocolError("no_such_user", "contact_id: no such user");
    return user;
  }
  if (named.contact === undefined) throw badField("contact", "missing");
  return userNamed(named.contact, "contact", reader);
}

/** @throws ProtocolError 404 when nobody has this name any more; `field` is the one that gave it. */
export async function userNamed(name: string, field: string, reader: StoreReader): Promise<User> {
  const user = await reader.userByKey(usernameKey(name));
  if (user === undefined || user.state === "deleted") throw new ProtocolError("no_such_user", `${field}: no such user`);
  return user;
}
