// Pacing of costly work: the more it costs, the longer it waits until the next time.
import type { Disposable } from "../../src/util/disposable.ts";
import { guard } from "./guard.ts";

/** Of all time, at most a third is spent on the work; the rest is for keys, the mouse and the network. */
const REST_PER_WORK = 2;
const MAX_REST_MS = 400;

export class Paced implements Disposable {
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;
  #restUntilMs = 0;

  constructor(work: () => void) {
    this.#work = guard(work);
  }

  /** Does the work now, or as soon as the last time is paid for. */
  ask(): void {
    if (this.#timer !== undefined) return;
    const waitMs = this.#restUntilMs - performance.now();
    if (waitMs <= 0) this.now();
    else this.#timer = setTimeout(() => this.now(), waitMs);
  }

  /** Does the work at once. */
  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const startMs = performance.now();
    this.#work();
    const endMs = performance.now();
    this.#restUntilMs = endMs + Math.min(MAX_REST_MS, (endMs - startMs) * REST_PER_WORK);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
