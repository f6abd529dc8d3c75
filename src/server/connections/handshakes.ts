// Queue of TLS handshakes: each is a millisecond of work for the event loop, and a peer can ask for any number.
import { FairQueue } from "../../util/fair-queue.ts";

/** The connection, and whether it is still there when its turn comes. */
export interface Greeter {
  readonly id: number;
  readonly isClosed: boolean;
}

interface PendingHandshake {
  readonly greeter: Greeter;
  readonly begin: () => void;
}

/** One at a time, and after each the event loop belongs to others for as long as it took. */
export class Handshakes {
  readonly #waiting = new FairQueue<PendingHandshake>();
  #isResting = false;

  /**
   * Calls `begin`, which may do its work in the next tick, when its turn has come: at once while nobody else greets. Turns
   * go round by address.
   */
  run(greeter: Greeter, address: string, begin: () => void): void {
    this.#waiting.push({ greeter, begin }, address, String(greeter.id));
    if (!this.#isResting) this.#next();
  }

  readonly #next = (): void => {
    this.#isResting = false;
    for (let next = this.#waiting.take(); next !== undefined; next = this.#waiting.take()) {
      if (next.greeter.isClosed) continue;
      this.#isResting = true;
      const startMs = performance.now();
      next.begin();
      process.nextTick(() => setTimeout(this.#next, performance.now() - startMs).unref());
      return;
    }
  };
}
