// The outcomes of writes that carry nothing.
import { Refusal } from "../domain/refusal.ts";

export const DONE = { done: true, result: {} } as const;
export const NO_CHAT = { done: false, refusal: Refusal.NoChat } as const;
export const NOT_FOUND = { done: false, refusal: Refusal.NotFound } as const;
export const STALE_PASSWORD = { done: false, refusal: Refusal.StalePassword } as const;
export const CONFLICT = { done: false, refusal: Refusal.Conflict } as const;
