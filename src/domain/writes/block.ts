// Blocking of another user.
import type { UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { Nothing, WriteRules } from "./rules.ts";

/** Conflict when it is so already. */
export interface Block {
  readonly kind: "block";
  readonly userId: UserId;
  readonly blockedId: UserId;
}

export const block: WriteRules<Block, Nothing> = {
  refused: {
    [Refusal.Conflict]: { reason: "already", info: "contact: is blocked already" },
    [Refusal.NotFound]: { reason: "no_such_user", info: "contact: no such user" },
  },
  doneBefore: { [Refusal.Conflict]: {} },
};
