// The forms of ids on the wire: users, chats, messages.

/** 24 lower-case hexadecimal digits. */
export type UserId = string;
/** `common`, or `dm:<user_id>:<user_id>` with the ids in ascending order. */
export type ChatId = string;

export const COMMON_CHAT: ChatId = "common";

/** The account under which the server itself speaks: whatever it is called, nobody else has this id, and it never logs in. */
export const SERVER_USER_ID: UserId = "0".repeat(24);

const USER_ID = /^[0-9a-f]{24}$/;
const DIRECT_CHAT = /^dm:([0-9a-f]{24}):([0-9a-f]{24})$/;

export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

/** The one-to-one chat of two different users. */
export function directChatId(one: UserId, other: UserId): ChatId {
  return one < other ? `dm:${one}:${other}` : `dm:${other}:${one}`;
}

/** The two users of a one-to-one chat in ascending order; undefined for `common` and for anything that is no chat. */
export function directChatUsers(chatId: ChatId): readonly [UserId, UserId] | undefined {
  const match = DIRECT_CHAT.exec(chatId);
  const [, first, second] = match ?? [];
  return first !== undefined && second !== undefined && first < second ? [first, second] : undefined;
}
