// Checks of what a server sends: every result and event is `unknown` until one of these has accepted it.
import type { ActionName, ResultOf } from "../protocol/actions.ts";
import type { AvatarTicket, ChatSummary, ContactMap } from "../protocol/entities.ts";
import { HISTORY_RULES, POSTINGS, ROLES } from "../protocol/entities.ts";
import type { Message, OwnSession, Profile, Reaction, Role } from "../protocol/entities.ts";
import type { EventName, Events } from "../protocol/events.ts";
import { CHAT_KINDS } from "../protocol/ids.ts";

/** True when the value has the shape of T; members that T does not name are not looked at. */
export type Shape<T> = (value: unknown) => value is T;

export const isText = (value: unknown): value is string => typeof value === "string";
export const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
export const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
export const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** Of a member that may be left out, and only of such; null is not the same here, since the types do not know it. */
export function optional<T>(shape: Shape<T>): Shape<T> {
  return (value): value is T => value === undefined || shape(value);
}

export function listOf<T>(shape: Shape<T>): Shape<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(shape);
}

/** An object whose named members have these shapes. */
export function objectOf<T extends object>(shapes: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const members: [string, Shape<unknown>][] = Object.entries(shapes);
  return (value): value is T =>
    isRecord(value) && members.every(([name, shape]) => shape(Object.hasOwn(value, name) ? value[name] : undefined));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isContactMap = (value: unknown): value is ContactMap => isRecord(value) && Object.values(value).every(isText);

const isDeleter = (value: unknown): value is NonNullable<Message["deleted"]> =>
  value === "author" || value === "moderator";

const isTrue = (value: unknown): value is true => value === true;

const isReaction = objectOf<Reaction>({ count: isCount, user_ids: listOf(isText) });
const isReactions = (value: unknown): value is NonNullable<Message["reactions"]> =>
  isRecord(value) && Object.values(value).every(isReaction);

export const isMessage = objectOf<Message>({
  chat_id: isText,
  seq: isCount,
  message_id: isText,
  user_id: isText,
  username: isText,
  message: isText,
  time: isTime,
  rev: optional(isCount),
  edited: optional(isTime),
  deleted: optional(isDeleter),
  reply_to: optional(isCount),
  mentions: optional(listOf(isText)),
  mentions_all: optional(isTrue),
  reactions: optional(isReactions),
  pinned: optional(isTrue),
});

const isProfile = objectOf<Profile>({
  user_id: isText,
  username: isText,
  first_name: isText,
  second_name: isText,
  bio: isText,
  file_name: isTextOrNull,
});

const isOneOf =
  <T extends string>(words: readonly T[]): Shape<T> =>
  (value): value is T =>
    words.some((word) => word === value);

const isChatKind = isOneOf(CHAT_KINDS);

const isRole = isOneOf(ROLES);

const isChatSummary = objectOf<ChatSummary>({
  chat_id: isText,
  kind: optional(isChatKind),
  title: optional(isText),
  topic: optional(isText),
  role: optional(isRole),
  posting: optional(isOneOf(POSTINGS)),
  archived: optional(isTrue),
  history: optional(isOneOf(HISTORY_RULES)),
  member_count: optional(isCount),
  contact_user_id: optional(isText),
  contact_username: optional(isText),
  last_seq: isCount,
  rev: optional(isCount),
  read_seq: isCount,
  unread: isCount,
  since_seq: optional(isCount),
  last_message: optional(isMessage),
});

const isTicket = objectOf<AvatarTicket>({
  port: isCount,
  username: isText,
  password: isText,
  path: isText,
  secure: isFlag,
});

const isOwnSession = objectOf<OwnSession>({
  address: isText,
  since: isTime,
  last_active: isTime,
  current: isFlag,
});

const isServer = objectOf<{ name: string; version: string }>({ name: isText, version: isText });
const isRegistration = (value: unknown): value is "open" | "invite" | "closed" =>
  value === "open" || value === "invite" || value === "closed";
const nothing = (value: unknown): value is Record<string, never> => isRecord(value);
const history = {
  chat_id: isText,
  length: isCount,
  rev: optional(isCount),
  messages: listOf(isMessage),
  has_more: isFlag,
};

const isMemberRole = objectOf({ user_id: isText, username: isText, role: isRole });

const isMarks = (value: unknown): value is Record<string, number> =>
  isRecord(value) && Object.values(value).every(isCount);

/** Of the actions that the client asks for; one that is not here cannot be asked for. */
const RESULTS = {
  register: objectOf({ username: isText, user_id: isText }),
  login: objectOf({
    username: isText,
    user_id: isText,
    contacts: isContactMap,
    online: listOf(isText),
    token: isText,
    user_data: isProfile,
    chats: listOf(isChatSummary),
    more_chats: optional(isTrue),
    blocked: optional(isContactMap),
    must_change_password: optional(isTrue),
    more_contacts: optional(isTrue),
    features: optional(listOf(isText)),
    server: optional(isServer),
  }),
  server_info: objectOf({
    server: isServer,
    features: listOf(isText),
    registration: isRegistration,
    limits: objectOf({
      message_chars: isCount,
      frame_bytes: isCount,
      reaction_kinds: optional(isCount),
      pins: optional(isCount),
      group_members: optional(isCount),
      user_groups: optional(isCount),
      edit_window: optional(isCount),
    }),
    time: isTime,
  }),
  chats: objectOf({ chats: listOf(isChatSummary), next: optional(isText) }),
  history: objectOf(history),
  users: objectOf({
    users: listOf(
      objectOf({
        user_id: isText,
        username: isText,
        first_name: isText,
        second_name: isText,
        file_name: isTextOrNull,
        online: isFlag,
      }),
    ),
    has_more: isFlag,
  }),
  contacts: objectOf({
    contacts: listOf(objectOf({ user_id: isText, username: isText, online: isFlag })),
    has_more: isFlag,
  }),
  blocked: objectOf({ blocked: listOf(objectOf({ user_id: isText, username: isText })), has_more: isFlag }),
  logout: objectOf({ username: isText, user_id: isText }),
  add_contact: objectOf({ new_contact: isContactMap }),
  delete_contact: objectOf({ contact: isText }),
  get_chat: objectOf({ ...history, contact_user_id: isText, contact_username: isText }),
  common_chat: objectOf(history),
  add_message: objectOf({ chat_id: isText, seq: isCount, message_id: isText, time: isTime }),
  edit_message: objectOf({ chat_id: isText, seq: isCount, rev: isCount, edited: optional(isTime) }),
  delete_message: objectOf({ chat_id: isText, seq: isCount, rev: isCount }),
  react: objectOf({ chat_id: isText, seq: isCount, rev: isCount }),
  reactions: objectOf({ users: listOf(objectOf({ user_id: isText, username: isText })), has_more: isFlag }),
  pin_message: objectOf({ chat_id: isText, seq: isCount, rev: isCount }),
  pins: objectOf({ messages: listOf(isMessage), next: optional(isText) }),
  changes: objectOf({ chat_id: isText, rev: isCount, messages: listOf(isMessage), has_more: isFlag }),
  search: objectOf({ messages: listOf(isMessage), next: optional(isText) }),
  search_in_chat: objectOf({ messages: listOf(isMessage), has_more: isFlag }),
  profile: objectOf({ user_data: isProfile }),
  update_profile: objectOf({ user_data: isProfile }),
  mark_read: objectOf({ chat_id: isText, read_seq: isCount }),
  typing: nothing,
  avatar_ticket: objectOf({ ftp: isTicket }),
  change_password: nothing,
  sessions: objectOf({ sessions: listOf(isOwnSession) }),
  end_sessions: nothing,
  block_contact: objectOf({ contact: isText }),
  unblock_contact: objectOf({ contact: isText }),
  delete_account: nothing,
  ping: nothing,
  create_group: objectOf({ chat: isChatSummary }),
  group: objectOf({ chat: isChatSummary }),
  update_group: objectOf({ chat: isChatSummary }),
  members: objectOf({
    members: listOf(objectOf({ user_id: isText, username: isText, role: isRole, online: isFlag })),
    has_more: isFlag,
  }),
  add_member: objectOf({ member: isMemberRole }),
  remove_member: objectOf({ chat_id: isText, username: isText }),
  set_role: objectOf({ member: isMemberRole }),
  marks: objectOf({ marks: isMarks }),
  delete_group: objectOf({ chat_id: isText }),
} satisfies { readonly [A in ActionName]?: Shape<ResultOf<A>> };

/** The actions whose results the client understands. */
export type ClientAction = keyof typeof RESULTS;

const isRoleOrNull = (value: unknown): value is Role | null => value === null || isRole(value);

const isContactChange = (value: unknown): value is Events["contact"] =>
  isRecord(value) && (isContactMap(value["added"]) || isContactMap(value["deleted"]));

const isBlockChange = (value: unknown): value is Events["block"] =>
  isRecord(value) && (isContactMap(value["blocked"]) || isContactMap(value["unblocked"]));

const EVENTS: { readonly [E in EventName]: Shape<Events[E]> } = {
  message: isMessage,
  changed: isMessage,
  presence: objectOf({ user_id: isText, username: isText, online: isFlag }),
  typing: objectOf({ chat_id: isText, user_id: isText, username: isText }),
  read: objectOf({ chat_id: isText, user_id: isText, seq: isCount }),
  profile: objectOf({ user_data: isProfile }),
  contact: isContactChange,
  block: isBlockChange,
  chat: objectOf({ chat: isChatSummary }),
  chat_gone: objectOf({ chat_id: isText, reason: isOneOf(["left", "removed", "deleted"] as const) }),
  member: objectOf({ chat_id: isText, user_id: isText, username: isText, role: isRoleOrNull }),
  gap: objectOf({
    chat_id: isText,
    from_seq: optional(isCount),
    to_seq: optional(isCount),
    from_rev: optional(isCount),
    to_rev: optional(isCount),
  }),
  closing: objectOf({ reason: isText }),
};

/** True when the fields of a response are the result of this action. */
export function isResult<A extends ClientAction>(action: A, fields: unknown): fields is ResultOf<A> {
  const shape: Shape<ResultOf<ClientAction>> = RESULTS[action];
  return shape(fields);
}

/** True for the name of an event that this client knows; others are from a newer server and mean nothing to it. */
export function isEventName(name: unknown): name is EventName {
  return isText(name) && Object.hasOwn(EVENTS, name);
}

export function isEventOf<E extends EventName>(event: E, value: unknown): value is Events[E] {
  return EVENTS[event](value);
}
