// Logout: a token is void.
import type { Nothing, WriteRules } from "./rules.ts";

/** Done also for a token that is void already: it may have been replaced by another login meanwhile. */
export interface DeleteToken {
  readonly kind: "deleteToken";
  readonly tokenHash: string;
}

export const deleteToken: WriteRules<DeleteToken, Nothing> = {};
