// The outcomes of writes that carry nothing.
import { Refusal } from "./store.ts";

export const DONE = { done: true, result: {} } as const;
export const NOT_FOUND = { done: false, refusal: Refusal.NotFound } as const;
export const CONFLICT = { done: false, refusal: Refusal.Conflict } as const;
