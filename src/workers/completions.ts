// What follows from a write once it is durable: the rest of its response, and its effects. Pure.
import { ProtocolError } from "../protocol/codes.ts";
import type { Fields } from "../protocol/envelope.ts";
import { eventText } from "../protocol/events.ts";
import { otherUser, type UserId } from "../protocol/ids.ts";
import type { Profile } from "../protocol/entities.ts";
import { Refusal } from "../store/refusal.ts";
import type { WriteKind, WriteOf, WriteResults } from "../store/store.ts";
import type { Effect, Identity, PendingWrite } from "./task.ts";

/** What a completed write adds to its PendingWrite. `answered` is true when an effect makes the gateway answer. */
export interface Completion {
  readonly fields?: Fields;
  readonly effects?: readonly Effect[];
  readonly answered?: boolean;
}

type Completions = {
  readonly [K in WriteKind]: (
    write: WriteOf<K>,
    result: WriteResults[K],
    pending: PendingWrite,
    nowMs: number,
  ) => Completion;
};

const NOTHING: Completion = {};

const COMPLETIONS: Completions = {
  append: () => NOTHING, // the path of a message: the batch's encoder answers it by itself
  editMessage: (_write, { message: { seq, rev = 0, edited } }) => ({ fields: { seq, rev, ...(edited && { edited }) } }),
  deleteMessage: (_write, { message: { seq, rev = 0 } }) => ({ fields: { seq, rev } }),
  createUser: () => NOTHING,
  putToken: (write, { replacedHash }, pending) => ({
    effects: [...endOf(write.userId, replacedHash), loginEffect(write, pending)],
    answered: true,
  }),
  confirmToken: () => NOTHING,
  deleteToken: () => NOTHING,
  dropTokens: () => NOTHING,
  addContact: ({ userId, contactId }, { isBlocked }) => {
    return { effects: [{ kind: "watch", userId, contactId, on: !isBlocked }] };
  },
  deleteContact: () => NOTHING,
  updateProfile: (_write, { profile }, _pending, nowMs) => ({
    fields: { user_data: profile },
    effects: [profileEffect(profile, nowMs)],
  }),
  markRead: (write, { readSeq, changed, isPrivate }, _pending, nowMs) => ({
    fields: { read_seq: readSeq },
    effects: changed ? [readEffect(write, readSeq, isPrivate, nowMs)] : [],
  }),
  typing: () => NOTHING,
  setPassword: () => NOTHING,
  setAccountState: () => NOTHING,
  deleteAccount: (write, { formerName, holders }, _pending, nowMs) => ({
    effects: farewell(write, formerName, holders, nowMs),
  }),
  block: () => NOTHING,
  unblock: () => NOTHING,
};

/** Completes a write that was done. */
export function complete<K extends WriteKind>(
  write: WriteOf<K>,
  result: WriteResults[K],
  pending: PendingWrite,
  nowMs: number,
): Completion {
  const completion: Completions[K] = COMPLETIONS[write.kind];
  return completion(write, result, pending, nowMs);
}

/** Who had a deleted account as a contact is told what it is called now, and that it is a contact no more. */
function farewell(
  { userId, username }: WriteOf<"deleteAccount">,
  formerName: string,
  holders: readonly UserId[],
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

/** The session of a token that was never used, and is void now: its answer was lost, or somebody else has the old token. */
function endOf(userId: UserId, tokenHash: string | undefined): Effect[] {
  return tokenHash === undefined ? [] : [{ kind: "endReplaced", userId, tokenHash }];
}

function loginEffect(write: WriteOf<"putToken">, pending: PendingWrite): Effect {
  const { username, features } = pending.fields as { username: string; features: string[] };
  const identity: Identity = { userId: write.userId, username, tokenHash: write.newTokenHash, features };
  const isResumed = write.oldTokenHash !== undefined;
  return { kind: "login", identity, isResumed, replyTo: pending.replyTo, info: pending.info, fields: pending.fields };
}

/** The `profile` event of a changed profile. */
function profileEffect(profile: Profile, nowMs: number): Effect {
  const text = eventText("profile", { user_data: profile }, nowMs);
  return { kind: "emit", text, to: { users: [profile.user_id], watchersOf: profile.user_id, others: true } };
}

function readEffect(write: WriteOf<"markRead">, readSeq: number, isPrivate: boolean, nowMs: number): Effect {
  const event = { chat_id: write.chatId, user_id: write.userId, seq: readSeq };
  const other = isPrivate ? undefined : otherUser(write.chatId, write.userId);
  const users = other === undefined ? [write.userId] : [write.userId, other];
  return { kind: "emit", text: eventText("read", event, nowMs), to: { users, others: true } };
}

/** What the peer is told of a write that was refused. */
export function refusalError(kind: WriteKind, refusal: Refusal): ProtocolError {
  switch (refusal) {
    case Refusal.Disabled:
      return new ProtocolError("account_disabled", "the account is disabled");
    case Refusal.Blocked:
      return new ProtocolError("blocked", "chat_id: blocked");
    case Refusal.PartnerGone:
      return new ProtocolError("no_such_user", "chat_id: the other user's account is deleted");
    case Refusal.NoChat:
      return new ProtocolError("no_such_chat", "chat_id: no such chat");
    case Refusal.TooLate:
      return new ProtocolError("forbidden", "seq: the message is too old to be edited");
    case Refusal.StalePassword:
      return new ProtocolError("wrong_credentials", "password: wrong");
    default:
      return refusalOf(kind, refusal);
  }
}

function refusalOf(kind: WriteKind, refusal: Refusal): ProtocolError {
  const conflict = refusal === Refusal.Conflict;
  switch (kind) {
    case "createUser":
      return new ProtocolError("name_taken", "username: is taken");
    case "putToken":
      return wrongCredentials();
    case "block":
      return conflict
        ? new ProtocolError("already", "contact: is blocked already")
        : new ProtocolError("no_such_user", "contact: no such user");
    case "unblock":
      return new ProtocolError("no_such_user", "contact: is not blocked");
    case "addContact":
      return conflict
        ? new ProtocolError("already", "contact: is a contact already")
        : new ProtocolError("no_such_user", "contact: no such user");
    case "deleteContact":
      return new ProtocolError("no_such_user", "contact: is not in your contacts");
    case "editMessage":
    case "deleteMessage":
      return refusal === Refusal.Forbidden
        ? new ProtocolError("forbidden", "seq: the message is another user's")
        : new ProtocolError("no_such_message", "seq: no such message");
    case "append":
      if (refusal === Refusal.Rejected) return new ProtocolError("internal", "the message could not be stored");
      return new ProtocolError("no_such_user", "the account is gone");
    default:
      return new ProtocolError("no_such_user", "the account is gone");
  }
}

/** The one answer to every failed login, so that it tells nothing of what was wrong. */
export function wrongCredentials(): ProtocolError {
  return new ProtocolError("wrong_credentials", "wrong username, password or token");
}
