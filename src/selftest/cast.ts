// People of a selftest: who talks where, and the texts by which every message is known again.
import type { Message } from "../protocol/entities.ts";
import { COMMON_CHAT, directChatId, type ChatId, type UserId } from "../protocol/ids.ts";

export const PASSWORD = "only for the selftest";

/** A user of the scratch server. */
export interface Member {
  readonly username: string;
  readonly userId: UserId;
}

export interface Cast {
  readonly talkers: readonly Member[];
  readonly listeners: readonly Member[];
}

/** The chat in which a talker sends its message of that number: every other one in the common chat. */
export function chatOf({ talkers, listeners }: Cast, talker: number, number: number): ChatId {
  const from = talkers[talker];
  const to = listeners[talker % listeners.length];
  return number % 2 === 0 || from === undefined || to === undefined
    ? COMMON_CHAT
    : directChatId(from.userId, to.userId);
}

/** Every chat that a listener takes part in, with the other one of a one-to-one chat. */
export function chatsOf(cast: Cast, listener: Member): Map<ChatId, UserId | undefined> {
  const chats = new Map<ChatId, UserId | undefined>([[COMMON_CHAT, undefined]]);
  for (const [index, talker] of cast.talkers.entries()) {
    const chatId = chatOf(cast, index, 1);
    if (chatId.includes(listener.userId)) chats.set(chatId, talker.userId);
  }
  return chats;
}

const MESSAGE_ID = /^t(\d{1,3})-(\d{1,12})$/;
/** Above any number of a message. */
const TALKER_STEP = 2 ** 40;

export function messageIdOf(talker: number, number: number): string {
  return `t${talker}-${number}`;
}

/** The text of a message: of different lengths, with characters of one to four bytes. */
export function textOf(talker: number, number: number): string {
  return `message ${number} of talker ${talker} – é漢😀 ${"…".repeat(number % 50)}`;
}

/** The change that is made of a message once it is acknowledged; undefined for most, which stay as they are. */
export type Change = "edited" | "deleted" | "reacted";

/** Of messages in both kinds of chats. */
const CHANGES: readonly (Change | undefined)[] = [
  undefined,
  "edited",
  "edited",
  "deleted",
  "deleted",
  "reacted",
  "reacted",
];
const CHANGE_PERIOD = 20;

export function changeOf(number: number): Change | undefined {
  return CHANGES[number % CHANGE_PERIOD];
}

export const REACTION = "👍";

export function editedTextOf(talker: number, number: number): string {
  return `${textOf(talker, number)} edited`;
}

/** The compared state of a message. */
export function stateOf({ rev = 0, message, deleted, reactions }: Message): string {
  return JSON.stringify([rev, message, deleted, reactions]);
}

/** A number that stands for one message of one talker, above 0; 0 for what no talker has sent. */
export function codeOf(messageId: string): number {
  const [, talker, number] = MESSAGE_ID.exec(messageId) ?? [];
  return talker === undefined ? 0 : Number(talker) * TALKER_STEP + Number(number);
}

/** The reverse of `codeOf`. */
export function partsOf(code: number): { readonly talker: number; readonly number: number } {
  return { talker: Math.floor(code / TALKER_STEP), number: code % TALKER_STEP };
}
