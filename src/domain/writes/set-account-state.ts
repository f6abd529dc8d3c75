// An account disabled, or active again.
import type { UserId } from "../../protocol/ids.ts";
import type { Nothing, WriteRules } from "./rules.ts";

/** Disabling makes every token of the user void. NotFound for a deleted account. */
export interface SetAccountState {
  readonly kind: "setAccountState";
  readonly userId: UserId;
  readonly state: "active" | "disabled";
}

export const setAccountState: WriteRules<SetAccountState, Nothing> = {};
