// Deletion of an account: its messages stay, under a name that tells nothing of whose they were.
import { eventText } from "../../protocol/events.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { Effect, GroupChange } from "../effects.ts";
import type { GroupLeft } from "../groups.ts";
import type { WriteRules } from "./rules.ts";

/** Users that are named as those who had a deleted account as a contact; others find out at their next login. */
export const HOLDERS_TOLD = 100_000;

/**
 * Frees the name: the user is called `username` from now on, in all messages too, and has the state `deleted`.
 * Empties the profile and the password hash; removes tokens, contacts and blocks, those of others with this user too.
 */
export interface DeleteAccount {
  readonly kind: "deleteAccount";
  readonly userId: UserId;
  /** Only if this is still the user's password; undefined for the administrator. */
  readonly verifiedHash?: string;
  readonly username: string;
  readonly usernameKey: string;
}

/** The user's name, and the users who had it as a contact: HOLDERS_TOLD at most, nobody when it was deleted before. */
export interface DeletedAccount {
  readonly formerName: string;
  readonly holders: readonly UserId[];
  /** The groups that it was in. */
  readonly groups: readonly GroupLeft[];
}

/** The write for a user. The new name's key is one that no name has (a colon is in none), so nobody can have registered it. */
export function deleteAccountWrite(userId: UserId): DeleteAccount {
  const username = `deleted-${userId.slice(0, 8)}-${userId.slice(-6)}`;
  return { kind: "deleteAccount", userId, username, usernameKey: `deleted:${userId}` };
}

export const deleteAccount: WriteRules<DeleteAccount, DeletedAccount> = {
  done: (write, result, nowMs) => ({
    effects: farewell(write, result, nowMs),
    groups: result.groups.map((left) => leaving(write, result, left, nowMs)),
  }),
};

/** Users with a deleted account as a contact are told its new name, and that it is a contact no more. */
function farewell(
  { userId, username }: DeleteAccount,
  { formerName, holders }: DeletedAccount,
  nowMs: number,
): Effect[] {
  if (holders.length === 0) return [];
  const profile = { user_id: userId, username, first_name: "", second_name: "", bio: "", file_name: null };
  const texts = [
    eventText("profile", { user_data: profile }, nowMs),
    eventText("contact", { deleted: { [formerName]: userId } }, nowMs),
  ];
  return texts.map((text) => ({ kind: "emit", text, to: { users: holders, others: false } }));
}

/** Members of a group with it are told that it left, and who owns the group now. */
function leaving(
  { userId }: DeleteAccount,
  { formerName: username }: DeletedAccount,
  { chatId, successor }: GroupLeft,
  nowMs: number,
): GroupChange {
  const texts = [eventText("member", { chat_id: chatId, user_id: userId, username, role: null }, nowMs)];
  if (successor !== undefined) {
    const { userId: user_id, username: name, role } = successor;
    texts.push(eventText("member", { chat_id: chatId, user_id, username: name, role }, nowMs));
  }
  return { event: "group", chatId, views: [], left: [userId], notices: texts.map((text) => ({ text })) };
}
