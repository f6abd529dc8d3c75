// Groups: what they are, and the rules by which changes of them are refused, the same for all stores.
import { isAtLeast, lastMessageOf } from "../protocol/entities.ts";
import type { ChatSummary, HistoryRule, Message, Posting, Role } from "../protocol/entities.ts";
import { chatForm, SERVER_USER_ID } from "../protocol/ids.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import type { Audience, GroupView, Notice } from "./effects.ts";
import { Refusal } from "./refusal.ts";

/** Settings of a group; its moderators may change all but `archived`. */
export interface GroupSettings {
  readonly title: string;
  /** "" for none. */
  readonly topic: string;
  readonly posting: Posting;
  readonly history: HistoryRule;
  /** Nobody can write in it any more, but the server; by the administrator alone. */
  readonly archived: boolean;
}

/** Rules about who may write in a group. */
export type SpeakingRules = Pick<GroupSettings, "posting" | "archived">;

export interface GroupLimits {
  /** Members of a group. */
  readonly members: number;
  /** Groups that one user is in. */
  readonly groups: number;
}

/** A group as everybody in it sees it. */
export interface Group extends GroupSettings {
  readonly chatId: ChatId;
  readonly memberCount: number;
  readonly lastSeq: number;
  readonly rev: number;
  readonly lastMessage: Message | undefined;
}

/** Somebody in a group. */
export interface GroupMember {
  readonly userId: UserId;
  readonly role: Role;
  /** The first message that came after the joining. */
  readonly sinceSeq: number;
  readonly readSeq: number;
}

/** A member by name, as lists of them have it. */
export interface NamedMember {
  readonly userId: UserId;
  readonly username: string;
  readonly role: Role;
}

/** A group that changed, and everybody in it. `isChanged` is false where it was so already. */
export interface GroupChanged {
  readonly isChanged: boolean;
  readonly group: Group;
  readonly members: readonly GroupMember[];
}

/** A group that a deleted account was in: who owns it now, where that was its last owner. */
export interface GroupLeft {
  readonly chatId: ChatId;
  readonly successor: NamedMember | undefined;
}

/** A group as one of its members sees it. */
export function groupSummary(group: Group, { role, sinceSeq, readSeq }: GroupMember): ChatSummary {
  const { chatId, title, topic, posting, history, archived, memberCount, lastSeq, rev, lastMessage } = group;
  const firstSeq = history === "joined" ? sinceSeq : 1;
  const isVisible = lastMessage !== undefined && lastMessage.seq >= firstSeq;
  return {
    chat_id: chatId,
    kind: "group",
    title,
    ...(topic !== "" && { topic }),
    role,
    posting,
    history,
    ...(archived && { archived }),
    member_count: memberCount,
    last_seq: lastSeq,
    rev,
    read_seq: readSeq,
    unread: lastSeq - readSeq,
    ...(history === "joined" && { since_seq: sinceSeq }),
    ...(isVisible && { last_message: lastMessageOf(lastMessage) }),
  };
}

/** Whether the settings are the same. */
export function isSame(one: GroupSettings, other: GroupSettings): boolean {
  return (
    one.title === other.title &&
    one.topic === other.topic &&
    one.posting === other.posting &&
    one.history === other.history &&
    one.archived === other.archived
  );
}

/** The part of an audience by which events of a group reach sessions alone that are given its messages. */
export function groupAudience(chatId: ChatId): Pick<Audience, "group"> {
  return chatForm(chatId)?.kind === "group" ? { group: chatId } : {};
}

/** View of a group: a user, and the first message that this user sees. */
export function viewsOf({ history }: Group, members: readonly GroupMember[]): GroupView[] {
  return members.map(({ userId, sinceSeq }) => ({ userId, firstSeq: history === "joined" ? sinceSeq : 1 }));
}

/** The group as each of its members is told of it, by `textOf`. */
export function chatNotices(
  group: Group,
  members: readonly GroupMember[],
  textOf: (chat: ChatSummary) => string,
): Notice[] {
  return members.map((member) => ({ text: textOf(groupSummary(group, member)), users: [member.userId] }));
}

/** The acting user: a member by role, somebody who is none, or the administrator. */
export type Actor = Role | "administrator" | undefined;

/** Why who acts may not do what needs a role; asked before anything is known of the user who is named. */
export function actorRefusal(actor: Actor, least: Role): Refusal | undefined {
  if (actor === "administrator") return undefined;
  if (actor === undefined) return Refusal.NoChat;
  return isAtLeast(actor, least) ? undefined : Refusal.RoleTooLow;
}

/** Why a user is not added with a role. */
export function addRefusal(actor: Actor, role: Role): Refusal | undefined {
  const refusal = actorRefusal(actor, "moderator");
  if (refusal !== undefined || actor === "administrator") return refusal;
  return isAtLeast(actor, role) ? undefined : Refusal.RoleTooLow;
}

/** A member who is about to leave, or to lose a role. */
export interface Leaving {
  readonly actor: Actor;
  /** Undefined for who is no member. */
  readonly role: Role | undefined;
  readonly isSelf: boolean;
  readonly ownerCount: number;
  readonly memberCount: number;
}

/** Why a member is not removed. The last owner may leave as the last member only. */
export function removalRefusal({ actor, role, isSelf, ownerCount, memberCount }: Leaving): Refusal | undefined {
  const refusal = actorRefusal(actor, isSelf ? "member" : "moderator");
  if (refusal !== undefined) return refusal;
  if (role === undefined) return Refusal.NotMember;
  if (!isSelf && actor !== "administrator" && !isAtLeast(actor, role)) return Refusal.RoleTooLow;
  return role === "owner" && ownerCount === 1 && memberCount > 1 ? Refusal.Forbidden : undefined;
}

/** Why a member does not get another role. */
export function roleRefusal(leaving: Omit<Leaving, "isSelf" | "memberCount">, next: Role): Refusal | undefined {
  const { actor, role, ownerCount } = leaving;
  const refusal = actorRefusal(actor, "owner");
  if (refusal !== undefined) return refusal;
  if (role === undefined) return Refusal.NotMember;
  return role === "owner" && next !== "owner" && ownerCount === 1 ? Refusal.Forbidden : undefined;
}

/** Role in which somebody speaks in a group: the server is in none, and speaks in all of them for the administrator. */
export function speakerIn(role: Role | undefined, userId: UserId): Actor {
  return userId === SERVER_USER_ID ? "administrator" : role;
}

/** Why somebody may not send messages. */
export function postingRefusal(speaker: Actor, { posting, archived }: SpeakingRules): Refusal | undefined {
  if (speaker === "administrator") return undefined;
  if (speaker === undefined) return Refusal.NoChat;
  if (archived) return Refusal.Archived;
  return posting === "moderators" && !isAtLeast(speaker, "moderator") ? Refusal.RoleTooLow : undefined;
}

/** Why a member is not heard typing: nothing can come of it. */
export function typingRefusal(role: Role | undefined, { archived }: SpeakingRules): Refusal | undefined {
  if (role === undefined) return Refusal.NoChat;
  return archived ? Refusal.Archived : undefined;
}

/** Somebody who is about to change a message of a group. */
export interface MessageChanger extends SpeakingRules {
  readonly role: Role;
  /** The first message that they may see. */
  readonly firstSeq: number;
}

/** Why a member may not change a message of a group, whatever the message is; undefined without a group. */
export function changerRefusal(kind: string, seq: number, changer: MessageChanger | undefined): Refusal | undefined {
  if (changer === undefined) return undefined;
  const { role, firstSeq, archived } = changer;
  if (archived && kind !== "deleteMessage") return Refusal.Archived;
  const isTooLow = kind === "pinMessage" && !isAtLeast(role, "moderator");
  const refusal = kind === "editMessage" ? postingRefusal(role, changer) : isTooLow ? Refusal.RoleTooLow : undefined;
  return refusal ?? (seq < firstSeq ? Refusal.NotFound : undefined);
}
