// Confirmation of a token by its first use: the one that it replaced is void.
import type { Nothing, WriteRules } from "./rules.ts";

export interface ConfirmToken {
  readonly kind: "confirmToken";
  readonly tokenHash: string;
}

export const confirmToken: WriteRules<ConfirmToken, Nothing> = {};
