// Work of a store that can wait, done to its end.
import type { StoreWriter } from "../../src/store/store.ts";

/** Far more than the stores of tests need. */
const MAX_STEPS = 10_000;

/** Takes steps until nothing is left to do; resolves with how many there were. Rejects when it comes to no end. */
export async function maintainAll(writer: StoreWriter, nowMs: number): Promise<number> {
  let steps = 0;
  while ((await writer.maintain?.(nowMs)) === true) {
    steps += 1;
    if (steps >= MAX_STEPS) throw new Error(`more is to do after ${MAX_STEPS} steps`);
  }
  return steps;
}
