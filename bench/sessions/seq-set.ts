// Sequence numbers of a chat that a client has: a complete beginning, and single ones after it.

export class SeqSet {
  #completeTo = 0;
  readonly #later = new Set<number>();

  /** The highest number up to which nothing is missing. */
  get completeTo(): number {
    return this.#completeTo;
  }

  /** Numbers up to `seq` count as had. */
  startAfter(seq: number): void {
    this.#completeTo = seq;
  }

  /** Having one twice is no fault: a page and an event may both bring it. */
  add(seq: number): void {
    if (seq !== this.#completeTo + 1) {
      if (seq > this.#completeTo) this.#later.add(seq);
      return;
    }
    this.#completeTo = seq;
    while (this.#later.delete(this.#completeTo + 1)) this.#completeTo += 1;
  }
}
