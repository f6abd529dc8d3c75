// End of all other logins of a user: every token is void but one.
import type { UserId } from "../../protocol/ids.ts";
import type { Nothing, WriteRules } from "./rules.ts";

export interface DropTokens {
  readonly kind: "dropTokens";
  readonly userId: UserId;
  readonly keepTokenHash: string;
}

export const dropTokens: WriteRules<DropTokens, Nothing> = {};
