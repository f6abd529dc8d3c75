// Login: a new token, in place of the one that it was asked with.
import { ProtocolError } from "../../protocol/codes.ts";
import type { UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { WriteRules } from "./rules.ts";

/** Tokens kept per user: as many devices may stay logged in. */
export const TOKENS_PER_USER = 100;

/**
 * Makes `newTokenHash` a token of the user, who must be active, with `passwordHash` only if that is still the user's; with
 * `oldTokenHash` only if that one is a token of the same user and not expired. That one stays good until the new one is
 * confirmed or replaced, and takes the place of a successor that was not. Beyond TOKENS_PER_USER the user's oldest tokens go.
 */
export interface PutToken {
  readonly kind: "putToken";
  readonly userId: UserId;
  readonly passwordHash: string | undefined;
  readonly oldTokenHash: string | undefined;
  readonly newTokenHash: string;
}

/** `replacedHash`: a successor of the old token that was never used, and is void now. */
export interface NewToken {
  readonly replacedHash?: string;
}

/** The one answer to every failed login, so that it tells nothing of what was wrong. */
const WRONG_CREDENTIALS = { reason: "wrong_credentials", info: "wrong username, password or token" } as const;

export function wrongCredentials(): ProtocolError {
  return new ProtocolError(WRONG_CREDENTIALS.reason, WRONG_CREDENTIALS.info);
}

export const putToken: WriteRules<PutToken, NewToken> = {
  // The session of a token that was never used: its answer was lost, or somebody else has the old token.
  done: ({ userId }, { replacedHash }) =>
    replacedHash === undefined ? {} : { effects: [{ kind: "endReplaced", userId, tokenHash: replacedHash }] },
  refused: { [Refusal.NotFound]: { ...WRONG_CREDENTIALS, effects: [{ kind: "loginFailed" }] } },
};
