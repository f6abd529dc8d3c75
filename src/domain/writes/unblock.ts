// End of a block.
import type { UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { Nothing, WriteRules } from "./rules.ts";

export interface Unblock {
  readonly kind: "unblock";
  readonly userId: UserId;
  readonly blockedId: UserId;
}

export const unblock: WriteRules<Unblock, Nothing> = {
  refused: { [Refusal.NotFound]: { reason: "no_such_user", info: "contact: is not blocked" } },
  doneBefore: { [Refusal.NotFound]: {} },
};
