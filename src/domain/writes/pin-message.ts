// The pinning of a message for everybody in its chat, or its unpinning.
import { Refusal } from "../refusal.ts";
import { changedMessage, REFUSED_CHANGE, type Changed, type MessageTarget } from "./message-change.ts";
import type { WriteRules } from "./rules.ts";

/** Of messages by anybody. One that is pinned keeps its place. Quota with MAX_PINS others. */
export interface PinMessage extends MessageTarget {
  readonly kind: "pinMessage";
  readonly on: boolean;
}

export const pinMessage: WriteRules<PinMessage, Changed> = {
  done: changedMessage,
  refused: { ...REFUSED_CHANGE, [Refusal.Quota]: { reason: "quota", info: "seq: too many pinned messages" } },
};
