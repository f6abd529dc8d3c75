// Check of one receiver: each sender's messages came all, once, in the order sent.

/** How many numbers of missing messages a receiver remembers; beyond it a late message counts as doubled. */
const MAX_REMEMBERED = 100_000;

/** Follows the numbers (from 0) of one sender's messages as one receiver sees them. */
export class SenderTrack {
  #next = 0;
  #firstNumber = 0;
  readonly #missing = new Set<number>();
  #received = 0;
  #doubled = 0;
  #outOfOrder = 0;

  /** Numbers below `firstNumber` are not expected. */
  constructor(firstNumber: number) {
    this.#next = firstNumber;
    this.#firstNumber = firstNumber;
  }

  get doubled(): number {
    return this.#doubled;
  }

  /** Messages that arrived after a later one of the same sender. */
  get outOfOrder(): number {
    return this.#outOfOrder;
  }

  see(number: number): void {
    if (number === this.#next) {
      this.#next += 1;
      this.#received += 1;
    } else if (number > this.#next) {
      for (let late = this.#next; late < number && this.#missing.size < MAX_REMEMBERED; late += 1)
        this.#missing.add(late);
      this.#next = number + 1;
      this.#received += 1;
    } else if (this.#missing.delete(number)) {
      this.#outOfOrder += 1;
      this.#received += 1;
    } else this.#doubled += 1;
  }

  /** How many of the sender's messages up to (excluding) number `end` have not arrived. */
  lost(end: number): number {
    return Math.max(0, end - this.#firstNumber - this.#received);
  }
}
