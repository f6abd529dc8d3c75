// A reaction to a message, or its taking back.
import { Refusal } from "../refusal.ts";
import { changedMessage, REFUSED_CHANGE, type Changed, type MessageTarget } from "./message-change.ts";
import type { WriteRules } from "./rules.ts";

/**
 * Adds the user's reaction of this kind, or takes it back, whoever wrote the message. Quota where the message has
 * MAX_REACTION_KINDS others.
 */
export interface React extends MessageTarget {
  readonly kind: "react";
  readonly reaction: string;
  readonly on: boolean;
}

export const react: WriteRules<React, Changed> = {
  done: changedMessage,
  refused: { ...REFUSED_CHANGE, [Refusal.Quota]: { reason: "quota", info: "reaction: too many kinds" } },
};
