// Turns of sessions that have something to be sent: in slices, so that the event loop gets its turns in between.
import { DELIVERY_SLICE, type Slice } from "../pacing.ts";

/** A send queue, as the sweep knows it. */
export interface Swept {
  /** In which queue it is; the sweep alone sets it. */
  turn: "none" | "many" | "few";
  /** Writes what it has, as far as there is room for it. */
  flush(): void;
}

interface Waiter {
  readonly fewCount: number;
  readonly manyCount: number;
  readonly resolve: () => void;
}

/**
 * A session with something to send is queued once, and is sent all that has come by its turn in one go. So under load each
 * is written to once a round, whatever the number of events in it, and an event that comes meanwhile joins the round
 * where it is. Events for few sessions have a queue of their own, which takes turns with the other one: what concerns
 * two does not wait for what concerns thousands.
 */
export class Sweep {
  readonly #slice: Slice;
  readonly #few = new TurnQueue();
  readonly #many = new TurnQueue();
  #isRunning = false;
  readonly #waiters: Waiter[] = [];

  constructor(slice: Slice = DELIVERY_SLICE) {
    this.#slice = slice;
  }

  /** Queues somebody; `isOfFew` is true for an event that few are sent. */
  add(swept: Swept, isOfFew: boolean): void {
    if (swept.turn === "few" || (swept.turn === "many" && !isOfFew)) return;
    swept.turn = isOfFew ? "few" : "many";
    (isOfFew ? this.#few : this.#many).push(swept);
  }

  /** Goes on until everybody had a turn or the slice is over, and then in the next turns of the event loop. */
  start(): void {
    if (!this.#isRunning) this.#run();
  }

  /** Resolves when all that are queued now have had their turn; undefined when nobody is. */
  settled(): Promise<void> | undefined {
    if (!this.#isRunning) return undefined;
    const counts = { fewCount: this.#few.addedCount, manyCount: this.#many.addedCount };
    return new Promise((resolve) => this.#waiters.push({ ...counts, resolve }));
  }

  readonly #run = (): void => {
    this.#isRunning = this.#visit(performance.now() + this.#slice.ms);
    while (this.#waiters[0] !== undefined && this.#isOver(this.#waiters[0])) this.#waiters.shift()?.resolve();
    if (this.#isRunning) setImmediate(this.#run);
  };

  /** Returns whether somebody is left. */
  #visit(deadlineMs: number): boolean {
    for (let visitCount = 1; ; visitCount += 1) {
      const few = this.#few.shift("few");
      const many = this.#many.shift("many");
      if (few === undefined && many === undefined) return false;
      few?.flush();
      many?.flush();
      if (visitCount % this.#slice.visitsPerLook === 0 && performance.now() >= deadlineMs) return true;
    }
  }

  #isOver({ fewCount, manyCount }: Waiter): boolean {
    return this.#few.takenCount >= fewCount && this.#many.takenCount >= manyCount;
  }
}

/** Taken from the front are cut off when there are so many. */
const CUT_COUNT = 1024;

class TurnQueue {
  #queue: Swept[] = [];
  #index = 0;
  #cutCount = 0;

  /** How many were ever added. */
  get addedCount(): number {
    return this.#cutCount + this.#queue.length;
  }

  /** How many were ever taken. */
  get takenCount(): number {
    return this.#cutCount + this.#index;
  }

  push(swept: Swept): void {
    this.#queue.push(swept);
  }

  /** Takes the next whose turn is still in this queue. */
  shift(turn: Swept["turn"]): Swept | undefined {
    for (let swept = this.#queue[this.#index]; swept !== undefined; swept = this.#queue[this.#index]) {
      this.#index += 1;
      if (this.#index >= CUT_COUNT) this.#cut();
      if (swept.turn !== turn) continue; // it had its turn in the other queue
      swept.turn = "none";
      return swept;
    }
    return undefined;
  }

  #cut(): void {
    this.#queue.splice(0, this.#index);
    this.#cutCount += this.#index;
    this.#index = 0;
  }
}
