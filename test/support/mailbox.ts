// Things that arrive in order and are taken by who waits for them, each wait with a deadline.

/** How long anything may take to arrive, in milliseconds: far longer than it ever takes. */
const PATIENCE_MS = 30_000;

interface Waiting<T> {
  readonly wanted: (item: T) => boolean;
  readonly resolve: (item: T) => void;
  readonly reject: (error: Error) => void;
}

export class Mailbox<T> {
  readonly #what: string;
  readonly #items: T[] = [];
  readonly #waiting = new Set<Waiting<T>>();
  #hasEnded = false;

  /** `what` says in errors what was waited for. */
  constructor(what: string) {
    this.#what = what;
  }

  get size(): number {
    return this.#items.length;
  }

  put(item: T): void {
    for (const waiting of this.#waiting) {
      if (!waiting.wanted(item)) continue;
      this.#waiting.delete(waiting);
      return waiting.resolve(item);
    }
    this.#items.push(item);
  }

  /** Nothing more will arrive: who waits is told. */
  end(): void {
    this.#hasEnded = true;
    for (const { reject } of this.#waiting) reject(new Error(`closed while waiting for ${this.#what}`));
    this.#waiting.clear();
  }

  /** Takes all that is there and wanted, in order. */
  take(wanted: (item: T) => boolean): T[] {
    const taken: T[] = [];
    for (let index = 0; index < this.#items.length;) {
      const item = this.#items[index];
      if (item !== undefined && wanted(item)) taken.push(...this.#items.splice(index, 1));
      else index += 1;
    }
    return taken;
  }

  next(timeoutMs = PATIENCE_MS): Promise<T> {
    return this.first(() => true, timeoutMs);
  }

  /** Takes the first that is wanted, waiting for it. */
  first(wanted: (item: T) => boolean, timeoutMs = PATIENCE_MS): Promise<T> {
    const index = this.#items.findIndex(wanted);
    const [found] = index === -1 ? [] : this.#items.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#hasEnded) return Promise.reject(new Error(`closed, and ${this.#what} has not come`));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Error(`no such thing within ${timeoutMs} ms: ${this.#what}`));
      }, timeoutMs);
      const waiting: Waiting<T> = {
        wanted,
        resolve: (item) => (clearTimeout(timer), resolve(item)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      };
      this.#waiting.add(waiting);
    });
  }
}
