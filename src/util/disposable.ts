// Things that must be let go of: one, or many together.

/** `dispose()` may be called any number of times; only the first one acts. */
export interface Disposable {
  dispose(): void;
}

/** Makes a Disposable whose first `dispose()` runs `release`. */
export function toDisposable(release: () => void): Disposable {
  let pending: (() => void) | undefined = release;
  return {
    dispose(): void {
      const run = pending;
      pending = undefined;
      run?.();
    },
  };
}

/** Lets go of what was added, newest first. Things added after `dispose()` are let go of at once. */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  /** Returns `item`, so that it can be registered where it is made. */
  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  /** Every item is disposed of even if one throws; the first error is then thrown. */
  dispose(): void {
    this.#disposed = true;
    const items = [...this.#items].reverse();
    this.#items.clear();
    const errors: unknown[] = [];
    for (const item of items) {
      try {
        item.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
