// Checks that several controllers share: who may use which chat, and which user a name stands for.
import { ProtocolError, badField } from "../protocol/codes.ts";
import { chatForm, isUserId, type ChatForm, type ChatId, type UserId } from "../protocol/ids.ts";
import { usernameKey } from "../protocol/text.ts";
import { isAtLeast, type Role } from "../protocol/entities.ts";
import { plainMember, type Member } from "../domain/chats.ts";
import type { StoreReader, User } from "../store/store.ts";
import type { Identity } from "../domain/effects.ts";

/**
 * The chat that a request names, by its id alone: for writes, which are decided when they are committed.
 * @throws ProtocolError 404 for what is no chat in this session, 403 for a one-to-one chat of two others.
 */
export function requireChat(chatId: ChatId, { userId, features }: Identity): ChatForm {
  const form = chatForm(chatId);
  const isKnown = form?.kind !== "group" || features.includes("groups");
  if (form === undefined || !isKnown) throw new ProtocolError("no_such_chat", "chat_id: no such chat");
  if (form.kind === "direct" && !form.users.includes(userId)) {
    throw new ProtocolError("forbidden", "chat_id: not a member of this chat");
  }
  return form;
}

/**
 * Role of the session's user in a group.
 * @throws ProtocolError 404 for what is no group of the user, other chats too; 403 for who has a lower role than `least`.
 */
export async function requireGroup(
  chatId: ChatId,
  identity: Identity,
  reader: StoreReader,
  least: Role = "member",
): Promise<Role> {
  const isGroup = chatForm(chatId)?.kind === "group";
  const role = isGroup ? (await requireMember(chatId, identity, reader)).role : undefined;
  if (role === undefined) throw new ProtocolError("no_such_chat", "chat_id: no such group");
  if (!isAtLeast(role, least)) throw roleTooLow();
  return role;
}

export function roleTooLow(): ProtocolError {
  return new ProtocolError("role_too_low", "chat_id: your role in this group is too low");
}

/**
 * Membership of the session's user in a chat, as it is stored now.
 * @throws ProtocolError as `requireChat`, 404 also for a group of others and for a chat with nobody.
 */
export async function requireMember(chatId: ChatId, identity: Identity, reader: StoreReader): Promise<Member> {
  const { kind } = requireChat(chatId, identity);
  if (kind === "everyone") return plainMember(kind);
  const member = await reader.member(chatId, identity.userId);
  if (member === undefined) throw new ProtocolError("no_such_chat", "chat_id: no such chat");
  return member;
}

/**
 * Reads for a member. Membership of a group is checked again after the reading, so nothing that was committed after a
 * removal is ever answered.
 * @throws ProtocolError as `requireMember`.
 */
export async function readAsMember<T>(
  chatId: ChatId,
  identity: Identity,
  reader: StoreReader,
  read: (member: Member) => Promise<T>,
): Promise<T> {
  for (let member = await requireMember(chatId, identity, reader); ;) {
    const result = await read(member);
    if (member.kind !== "group") return result;
    const now = await requireMember(chatId, identity, reader);
    if (now.firstSeq <= member.firstSeq) return result;
    member = now;
  }
}

/**
 * The user that a request means by `contact` (a name) or `contact_id`, which wins.
 * @throws ProtocolError 400 when neither is given, 404 when there is no such user.
 */
export async function resolveUser(
  named: { contact?: string; contact_id?: UserId },
  reader: StoreReader,
): Promise<User> {
  if (named.contact_id !== undefined) {
    const user = isUserId(named.contact_id) ? await reader.userById(named.contact_id) : undefined;
    if (user === undefined) throw new ProtocolError("no_such_user", "contact_id: no such user");
    return user;
  }
  if (named.contact === undefined) throw badField("contact", "missing");
  return requireUser(named.contact, "contact", reader);
}

/** @throws ProtocolError 404 when nobody has this name any more; `field` is the one that gave it. */
export async function requireUser(name: string, field: string, reader: StoreReader): Promise<User> {
  const user = await reader.userByKey(usernameKey(name));
  if (user === undefined || user.state === "deleted") throw new ProtocolError("no_such_user", `${field}: no such user`);
  return user;
}
