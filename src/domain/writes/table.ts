// The table of writes: every kind with its type, its result and its rules.
import { ProtocolError } from "../../protocol/codes.ts";
import type { GroupChanged } from "../groups.ts";
import { Refusal } from "../refusal.ts";
import { addContact, type AddContact, type AddedContact } from "./add-contact.ts";
import { addMember, type AddedMember, type AddMember } from "./add-member.ts";
import { append, type Append, type Appended } from "./append.ts";
import { block, type Block } from "./block.ts";
import { confirmToken, type ConfirmToken } from "./confirm-token.ts";
import { createGroup, type CreateGroup } from "./create-group.ts";
import { createUser, type CreatedUser, type CreateUser } from "./create-user.ts";
import { deleteAccount, type DeleteAccount, type DeletedAccount } from "./delete-account.ts";
import { deleteContact, type DeleteContact } from "./delete-contact.ts";
import { deleteGroup, type DeletedGroup, type DeleteGroup } from "./delete-group.ts";
import { deleteMessage, type DeleteMessage } from "./delete-message.ts";
import { deleteToken, type DeleteToken } from "./delete-token.ts";
import { dropTokens, type DropTokens } from "./drop-tokens.ts";
import { editMessage, type EditMessage } from "./edit-message.ts";
import { markRead, type MarkRead, type ReadMark } from "./mark-read.ts";
import type { Changed, ChangeRules, FoundMessage, Remade } from "./message-change.ts";
import { pinMessage, type PinMessage } from "./pin-message.ts";
import { putToken, type NewToken, type PutToken } from "./put-token.ts";
import { react, type React } from "./react.ts";
import { removeMember, type RemovedMember, type RemoveMember } from "./remove-member.ts";
import type { Completion, Nothing, RefusedAnswer, WriteRules } from "./rules.ts";
import { setAccountState, type SetAccountState } from "./set-account-state.ts";
import { setPassword, type SetPassword } from "./set-password.ts";
import { setRole, type MemberRole, type SetRole } from "./set-role.ts";
import { typing, type Typing, type TypingHeard } from "./typing.ts";
import { unblock, type Unblock } from "./unblock.ts";
import { updateGroup, type UpdateGroup } from "./update-group.ts";
import { updateProfile, type UpdatedProfile, type UpdateProfile } from "./update-profile.ts";

/** Changes of the store. Every kind is idempotent or refused, so a batch whose fate is unknown may run again. */
interface Writes {
  append: { write: Append; result: Appended };
  editMessage: { write: EditMessage; result: Changed };
  deleteMessage: { write: DeleteMessage; result: Changed };
  react: { write: React; result: Changed };
  pinMessage: { write: PinMessage; result: Changed };
  markRead: { write: MarkRead; result: ReadMark };
  typing: { write: Typing; result: TypingHeard };
  createUser: { write: CreateUser; result: CreatedUser };
  putToken: { write: PutToken; result: NewToken };
  confirmToken: { write: ConfirmToken; result: Nothing };
  deleteToken: { write: DeleteToken; result: Nothing };
  dropTokens: { write: DropTokens; result: Nothing };
  addContact: { write: AddContact; result: AddedContact };
  deleteContact: { write: DeleteContact; result: Nothing };
  updateProfile: { write: UpdateProfile; result: UpdatedProfile };
  setPassword: { write: SetPassword; result: Nothing };
  setAccountState: { write: SetAccountState; result: Nothing };
  deleteAccount: { write: DeleteAccount; result: DeletedAccount };
  block: { write: Block; result: Nothing };
  unblock: { write: Unblock; result: Nothing };
  createGroup: { write: CreateGroup; result: GroupChanged };
  updateGroup: { write: UpdateGroup; result: GroupChanged };
  addMember: { write: AddMember; result: AddedMember };
  removeMember: { write: RemoveMember; result: RemovedMember };
  setRole: { write: SetRole; result: MemberRole };
  deleteGroup: { write: DeleteGroup; result: DeletedGroup };
}

export type WriteKind = keyof Writes;
export type Write = Writes[WriteKind]["write"];
export type WriteOf<K extends WriteKind> = Extract<Write, { kind: K }>;
/** Results of writes that were done, by kind. */
export type WriteResults = { readonly [K in WriteKind]: Writes[K]["result"] };

/** The kinds that change a stored message. */
export type ChangeKind = { [K in WriteKind]: WriteResults[K] extends Changed ? K : never }[WriteKind];

export type ChangeWrite = WriteOf<ChangeKind>;

/** Those that need no more than the message: their rules say what becomes of it, and stores do not know them one by one. */
type PlainKind = Exclude<ChangeKind, "react" | "pinMessage">;
export type PlainChange = WriteOf<PlainKind>;

type Changes = { readonly [K in PlainKind]: ChangeRules<Writes[K]["write"]> };

const CHANGES: Changes = { editMessage, deleteMessage };

export function isPlainChange<W extends { readonly kind: WriteKind }>(write: W): write is Extract<W, PlainChange> {
  return Object.hasOwn(CHANGES, write.kind);
}

export function isChange<W extends { readonly kind: WriteKind }>(write: W): write is Extract<W, ChangeWrite> {
  return isPlainChange(write) || write.kind === "react" || write.kind === "pinMessage";
}

/** The kinds that are about a group. */
export type GroupKind = "createGroup" | "updateGroup" | "addMember" | "removeMember" | "setRole" | "deleteGroup";

const GROUP_KINDS: { readonly [K in GroupKind]: true } = {
  createGroup: true,
  updateGroup: true,
  addMember: true,
  removeMember: true,
  setRole: true,
  deleteGroup: true,
};

export function isGroupWrite<W extends { readonly kind: WriteKind }>(
  write: W,
): write is Extract<W, { kind: GroupKind }> {
  return Object.hasOwn(GROUP_KINDS, write.kind);
}

/** The fate of one write; `K` is the kind of that write. */
export type WriteOutcome<K extends WriteKind = WriteKind> =
  { readonly done: true; readonly result: WriteResults[K] } | { readonly done: false; readonly refusal: Refusal };

type Rules = { readonly [K in WriteKind]: WriteRules<WriteOf<K>, WriteResults[K]> };

const RULES: Rules = {
  append,
  editMessage,
  deleteMessage,
  react,
  pinMessage,
  markRead,
  typing,
  createUser,
  putToken,
  confirmToken,
  deleteToken,
  dropTokens,
  addContact,
  deleteContact,
  updateProfile,
  setPassword,
  setAccountState,
  deleteAccount,
  block,
  unblock,
  createGroup,
  updateGroup,
  addMember,
  removeMember,
  setRole,
  deleteGroup,
};

/** Answers of most writes to their refusals. */
const REFUSED: Readonly<Record<Refusal, RefusedAnswer>> = {
  [Refusal.Conflict]: { reason: "already", info: "is so already" },
  [Refusal.NotFound]: { reason: "no_such_user", info: "the account is gone" },
  [Refusal.Forbidden]: { reason: "forbidden", info: "not allowed" },
  [Refusal.NoMessage]: { reason: "no_such_message", info: "no such message" },
  [Refusal.Quota]: { reason: "quota", info: "there are as many as there may be" },
  [Refusal.TooLate]: { reason: "forbidden", info: "too late" },
  [Refusal.Disabled]: { reason: "account_disabled", info: "the account is disabled" },
  [Refusal.Blocked]: { reason: "blocked", info: "chat_id: blocked" },
  [Refusal.PartnerGone]: { reason: "no_such_user", info: "chat_id: the other user's account is deleted" },
  [Refusal.NoChat]: { reason: "no_such_chat", info: "chat_id: no such chat" },
  [Refusal.StalePassword]: { reason: "wrong_credentials", info: "password: wrong" },
  [Refusal.RoleTooLow]: { reason: "role_too_low", info: "chat_id: your role in this group is too low" },
  [Refusal.Archived]: { reason: "forbidden", info: "chat_id: the group is archived" },
  [Refusal.NotMember]: { reason: "not_a_member", info: "username: is not a member" },
  [Refusal.Rejected]: { reason: "internal", info: "it could not be stored" },
};

const NOTHING: Completion = {};

/** Effects of a write that was done; `nowMs` is the time of its batch, Unix milliseconds. */
export function completionOf<K extends WriteKind>(
  write: WriteOf<K>,
  result: WriteResults[K],
  nowMs: number,
): Completion {
  const rules: Rules[K] = RULES[write.kind];
  return rules.done?.(write, result, nowMs) ?? NOTHING;
}

/** Effect of a change on its message, and whether the user must be allowed to write in the chat. */
export function changeOf<K extends PlainKind>(
  write: Writes[K]["write"] & { readonly kind: K },
  found: FoundMessage,
): { readonly made: Remade | Refusal | undefined; readonly isSpeech: boolean } {
  const { change, isSpeech }: Changes[K] = CHANGES[write.kind];
  return { made: change(write, found), isSpeech };
}

/** Answer to a refused write, and its effects. */
export function refusedAnswerOf({ kind }: Write, refusal: Refusal): RefusedAnswer & { readonly error: ProtocolError } {
  const answer = RULES[kind].refused?.[refusal] ?? REFUSED[refusal];
  return { ...answer, error: new ProtocolError(answer.reason, answer.info, answer.field) };
}

/** The outcome of a write that may have been done before, when nobody knows: what is refused because it was is done. */
export function outcomeOfRepeat({ kind }: Write, outcome: WriteOutcome | undefined): WriteOutcome {
  if (outcome === undefined) throw new Error("a write without its outcome");
  if (outcome.done) return outcome;
  const result = RULES[kind].doneBefore?.[outcome.refusal];
  return result === undefined ? outcome : { done: true, result };
}
