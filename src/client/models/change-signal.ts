// Signal that a model has changed, at most once in a while however often it changes.
import type { Disposable } from "../../util/disposable.ts";
import { Emitter } from "../../util/emitter.ts";

/** How often a model is painted, at most. */
const PAINT_INTERVAL_MS = 50;

/** The first change after a quiet time is told in the next turn of the loop, later ones together. */
export class ChangeSignal implements Disposable {
  readonly #emitter = new Emitter<{ change: undefined }>();
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = 0;
  #disposed = false;
  #version = 0;

  constructor(intervalMs = PAINT_INTERVAL_MS) {
    this.#intervalMs = intervalMs;
  }

  onChange(listener: () => void): Disposable {
    return this.#emitter.on("change", listener);
  }

  /** Another number after each change, at once: for what is made of the model and kept. */
  get version(): number {
    return this.#version;
  }

  /** Something has changed. */
  touch(): void {
    this.#version += 1;
    if (this.#timer !== undefined || this.#disposed) return;
    const waitMs = Math.max(0, this.#lastMs + this.#intervalMs - performance.now());
    this.#timer = setTimeout(() => this.#tell(), waitMs);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = undefined;
    this.#lastMs = performance.now();
    this.#emitter.emit("change", undefined);
  }
}
