// Another text of an own message.
import { Refusal } from "../refusal.ts";
import { changedMessage, REFUSED_CHANGE, type Changed, type Mentions, type MessageTarget } from "./message-change.ts";
import type { WriteRules } from "./rules.ts";

/**
 * Changes the text of an own message; the text before stays in no file of the store. TooLate for one that was sent before
 * `sinceMs` (Unix milliseconds). The same text changes nothing.
 */
export interface EditMessage extends MessageTarget, Mentions {
  readonly kind: "editMessage";
  readonly text: string;
  readonly sinceMs: number;
}

export const editMessage: WriteRules<EditMessage, Changed> = {
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
