// The forms of ids on the wire: users and chats. The one file that looks into a chat's id.

/** 24 lower-case hexadecimal digits. */
export type UserId = string;
/** `common`, `dm:<user_id>:<user_id>` with the ids in ascending order, or `group:<24 lower-case hexadecimal digits>`. */
export type ChatId = string;

/** `everyone`: the common chat. `direct`: of two users. `group`: of a list of members. */
export const CHAT_KINDS = ["everyone", "direct", "group"] as const;
export type ChatKind = (typeof CHAT_KINDS)[number];

/** Facts about a chat that its id holds; the members of a group are not among them. */
export type ChatForm =
  | { readonly kind: "everyone" | "group" }
  /** The two users in ascending order. */
  | { readonly kind: "direct"; readonly users: readonly [UserId, UserId] };

/** The chat of all users; every server has it. */
export const COMMON_CHAT: ChatId = "common";

/** The account under which the server itself speaks: whatever it is called, nobody else has this id, and it never logs in. */
export const SERVER_USER_ID: UserId = "0".repeat(24);

const USER_ID = /^[0-9a-f]{24}$/;
const DIRECT_CHAT = /^dm:([0-9a-f]{24}):([0-9a-f]{24})$/;
const GROUP_CHAT = /^group:[0-9a-f]{24}$/;

/** Bounds of all groups' ids, exclusive, by code units. */
export const GROUP_IDS = { after: "group:", before: "group;" } as const;

export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

/** Undefined for what is no chat's id. */
export function chatForm(chatId: string): ChatForm | undefined {
  if (chatId === COMMON_CHAT) return { kind: "everyone" };
  const users = directChatUsers(chatId);
  if (users !== undefined) return { kind: "direct", users };
  return GROUP_CHAT.test(chatId) ? { kind: "group" } : undefined;
}

/** The one-to-one chat of two different users. */
export function directChatId(one: UserId, other: UserId): ChatId {
  return one < other ? `dm:${one}:${other}` : `dm:${other}:${one}`;
}

/** The group whose client chose this id: 24 hexadecimal digits. */
export function groupChatId(groupId: string): ChatId {
  return `group:${groupId.toLowerCase()}`;
}

/** The two users of a one-to-one chat in ascending order; undefined for every other text. */
function directChatUsers(chatId: string): readonly [UserId, UserId] | undefined {
  const match = DIRECT_CHAT.exec(chatId);
  const [, first, second] = match ?? [];
  return first !== undefined && second !== undefined && first < second ? [first, second] : undefined;
}

/** The other user of a one-to-one chat; undefined where this user is none of the two, and for every other chat. */
export function otherUser(chatId: string, userId: UserId): UserId | undefined {
  const [first, second] = directChatUsers(chatId) ?? [];
  if (first === userId) return second;
  return second === userId ? first : undefined;
}
