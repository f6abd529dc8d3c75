// A queue in which nobody is served twice while somebody else waits: whose last turn is longest ago is next.

/** Keys that are remembered although nothing of theirs waits; beyond it those served longest ago are forgotten. */
const MAX_REMEMBERED = 10_000;

/** Turns of a key. */
interface Turn {
  /** Number of its last turn; 0 before the first. */
  servedNo: number;
  waitingCount: number;
}

interface Entry<T> {
  readonly item: T;
  readonly who: Turn;
  readonly part: Turn;
}

/**
 * Turns go round by `who` (an account, an address), and among what is theirs by `part` (a connection, a name); what has
 * the same keys comes in order. A newcomer is before all that have had a turn, so a thousand others that come again and
 * again delay nobody by more than one.
 */
export class FairQueue<T> {
  readonly #entries: Entry<T>[] = [];
  /** Those served last at the end. */
  readonly #turns = new Map<string, Turn>();
  #servedCount = 0;

  get size(): number {
    return this.#entries.length;
  }

  push(item: T, who: string, part: string): void {
    const entry = { item, who: this.#turnOf(who), part: this.#turnOf(`${who}\n${part}`) };
    entry.who.waitingCount += 1;
    entry.part.waitingCount += 1;
    this.#entries.push(entry);
  }

  /** Removes and returns the next of the items that may go now. */
  take(mayGo: (item: T) => boolean = () => true): T | undefined {
    let next: Entry<T> | undefined;
    for (const entry of this.#entries) {
      if ((next === undefined || isBefore(entry, next)) && mayGo(entry.item)) next = entry;
    }
    if (next === undefined) return undefined;
    this.#remove(next);
    this.#servedCount += 1;
    next.who.servedNo = next.part.servedNo = this.#servedCount;
    return next.item;
  }

  /**
   * To be asked when the queue is full and `who` wants a place: the newest item of whoever has most of them is removed
   * and returned; undefined when that would be of `who`, or of somebody with no more than that.
   */
  displaceFor(who: string): T | undefined {
    const ownCount = this.#turns.get(who)?.waitingCount ?? 0;
    let newest: Entry<T> | undefined;
    for (const entry of this.#entries) {
      if (newest === undefined || entry.who.waitingCount >= newest.who.waitingCount) newest = entry;
    }
    if (newest === undefined || newest.who.waitingCount <= ownCount + 1) return undefined;
    this.#remove(newest);
    return newest.item;
  }

  #remove(entry: Entry<T>): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    entry.who.waitingCount -= 1;
    entry.part.waitingCount -= 1;
  }

  #turnOf(key: string): Turn {
    const turn = this.#turns.get(key) ?? { servedNo: 0, waitingCount: 0 };
    this.#turns.delete(key); // to the end
    this.#turns.set(key, turn);
    if (this.#turns.size > MAX_REMEMBERED) this.#forget();
    return turn;
  }

  #forget(): void {
    for (const [key, { waitingCount }] of this.#turns) {
      if (this.#turns.size <= MAX_REMEMBERED) return;
      if (waitingCount === 0) this.#turns.delete(key);
    }
  }
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  if (one.who !== other.who) return one.who.servedNo < other.who.servedNo;
  return one.part.servedNo < other.part.servedNo;
}
