// A small chat that goes on while something else happens to the server: what its people notice.
import { Histogram } from "../engine/histogram.ts";
import { Swarm } from "../swarm.ts";
import type { RunningMessenger } from "../targets/messenger.ts";
import { commonChatClients } from "./clients.ts";
import type { ScenarioContext } from "./scenario.ts";

/** Measured in pieces of this length, so that it can end soon after what it accompanies. */
const PIECE_MS = 2_000;
const SETTLE_MS = 30_000;

export interface ChatWatchPlan {
  readonly clientCount: number;
  readonly senderCount: number;
  readonly ratePerSec: number;
  readonly textBytes: number;
}

/** Delays that the people of the chat noticed. */
export interface Noticed {
  readonly latency: Histogram;
  /** Messages lost, doubled or out of order. */
  readonly wrong: number;
  readonly acknowledgedPerSec: number;
}

/** Clients number 0 to `clientCount` of a running server, at a steady low rate. */
export class ChatWatch {
  readonly #swarm: Swarm;
  readonly #ratePerSec: number;

  private constructor(swarm: Swarm, ratePerSec: number) {
    this.#swarm = swarm;
    this.#ratePerSec = ratePerSec;
  }

  static async open(
    { program, cores }: ScenarioContext,
    running: RunningMessenger,
    { clientCount, senderCount, ratePerSec, textBytes }: ChatWatchPlan,
  ): Promise<ChatWatch> {
    const swarm = new Swarm(running, { program, engineCount: 1, engineCore: cores.engine });
    const sampledReceivers = clientCount;
    swarm.add(
      commonChatClients(running, {
        clientCount,
        senderCount,
        textBytes,
        verify: "full",
        sampledReceivers,
        stalledEvery: 0,
      }),
    );
    await swarm.connect();
    return new ChatWatch(swarm, ratePerSec);
  }

  /** Watches for as long as `event` takes, at least `leastMs`; `onPiece` is called every two seconds. */
  async during(event: Promise<unknown>, leastMs: number, onPiece?: () => Promise<void>): Promise<Noticed> {
    const latency = new Histogram();
    let wrong = 0;
    let acknowledged = 0;
    let pieces = 0;
    let isOver = false;
    const over = event.finally(() => (isOver = true)).catch(() => undefined); // who gave the event handles its failure
    for (; !isOver || pieces * PIECE_MS < leastMs; pieces += 1) {
      const plan = { ratePerSec: this.#ratePerSec, warmupMs: 0, measureMs: PIECE_MS, settleMs: SETTLE_MS };
      const outcome = await this.#swarm.load(plan);
      latency.merge(outcome.latency.sparse(), outcome.latency.maxUs);
      wrong += outcome.lost + outcome.doubled + outcome.outOfOrder + outcome.refused;
      acknowledged += outcome.acknowledgedPerSec;
      await onPiece?.();
    }
    await over;
    return { latency, wrong, acknowledgedPerSec: acknowledged / pieces };
  }

  /** Watches for `durationMs`. */
  alone(durationMs: number): Promise<Noticed> {
    return this.during(Promise.resolve(), durationMs);
  }

  close(): Promise<void> {
    return this.#swarm.close();
  }
}
