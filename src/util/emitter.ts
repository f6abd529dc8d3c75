// Typed announcements: an object tells any number of listeners what happened to it.
import { toDisposable, type Disposable } from "./disposable.ts";

/**
 * `Events` maps an event's name to its value, as in `Emitter<{ change: Contact; close: Error | undefined }>`.
 * Listeners are called synchronously, in the order in which they were added.
 */
export class Emitter<Events extends object> {
  readonly #listeners: { [K in keyof Events]?: ReadonlySet<(value: Events[K]) => void> } = {};

  /** Adds a listener until the result is disposed of. One that is added or removed during an `emit` counts from the next on. */
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): Disposable {
    // A function of its own for each call, so that the same listener added twice is called twice.
    const entry = (value: Events[K]): void => listener(value);
    this.#listeners[event] = new Set([...(this.#listeners[event] ?? []), entry]);
    return toDisposable(() => {
      const left = new Set(this.#listeners[event]);
      left.delete(entry);
      this.#listeners[event] = left;
    });
  }

  /** Calls every listener even if one throws; the first error is then thrown. */
  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    const errors: unknown[] = [];
    for (const listener of this.#listeners[event] ?? []) {
      try {
        listener(value);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
