// Another text of an own message.
import { Refusal } from "../refusal.ts";
import { changedMessage, REFUSED_CHANGE } from "./message-change.ts";
import type { ChangeRules, Mentions, MessageTarget } from "./message-change.ts";

/**
 * Changes the text of an own message; the text before stays in no file of the store. TooLate for one that was sent before
 * `sinceMs` (Unix milliseconds). The same text changes nothing.
 */
export interface EditMessage extends MessageTarget, Mentions {
  readonly kind: "editMessage";
  readonly text: string;
  readonly sinceMs: number;
}

export const editMessage: ChangeRules<EditMessage> = {
  change: ({ userId, text, mentions, mentionsAll, sinceMs }, found) => {
    if (found.isDeleted) return Refusal.NotFound;
    if (found.userId !== userId) return Refusal.Forbidden;
    if (found.sentMs < sinceMs) return Refusal.TooLate;
    if (found.text === text) return undefined;
    return { text, ...(mentions && { mentions }), ...(mentionsAll && { mentionsAll }) };
  },
  isSpeech: true,
  done: (write, result) => {
    const { fields, ...rest } = changedMessage(write, result);
    const { edited } = result.message;
    return { ...rest, fields: { ...fields, ...(edited !== undefined && { edited }) } };
  },
  refused: {
    ...REFUSED_CHANGE,
    [Refusal.TooLate]: { reason: "forbidden", info: "seq: the message is too old to be edited" },
  },
};
