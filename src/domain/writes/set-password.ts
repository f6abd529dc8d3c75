// A new password of a user.
import type { UserId } from "../../protocol/ids.ts";
import type { Nothing, WriteRules } from "./rules.ts";

/** Sets the password and makes every token of the user void but `keepTokenHash`. NotFound for a deleted account. */
export interface SetPassword {
  readonly kind: "setPassword";
  readonly userId: UserId;
  readonly passwordHash: string;
  readonly keepTokenHash: string | undefined;
  readonly mustChangePassword?: boolean;
  /** Only if this is still the user's, who must be active; undefined for the administrator. */
  readonly verifiedHash?: string;
}

export const setPassword: WriteRules<SetPassword, Nothing> = {};
