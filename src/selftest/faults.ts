// Faults of a selftest: kills, freezes and cuts at random moments that a seed repeats.
import type { CuttingProxy } from "./cutting-proxy.ts";
import type { SeededRandom } from "./random.ts";
import type { ScratchServer } from "./scratch-server.ts";

/** How often each was done; cuts and tears count connections. */
export interface FaultCounts {
  kills: number;
  restarts: number;
  cuts: number;
  tears: number;
  freezes: number;
}

/** How often each kind is chosen among the others. */
const WEIGHTS = { kill: 4, restart: 2, cut: 4, tear: 4, freeze: 1 } as const;
const BETWEEN_MS = { min: 50, max: 900 } as const;
const FREEZE_MS = { min: 50, max: 1_500 } as const;
/** How long it may take after a fault until a message is acknowledged again. */
const SERVICE_TIMEOUT_MS = 60_000;
const POLL_MS = 5;

interface Stage {
  readonly server: ScratchServer;
  readonly proxy: CuttingProxy;
  readonly random: SeededRandom;
  /** How many messages have been acknowledged so far. */
  readonly acknowledgedCount: () => number;
}

export class Faults {
  readonly counts: FaultCounts = { kills: 0, restarts: 0, cuts: 0, tears: 0, freezes: 0 };
  /** The longest time from a fault to the next acknowledgement, in milliseconds. */
  longestOutageMs = 0;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** One fault after another until `signal` ends it. Rejects when the server does not come back. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#served();
    while (!signal.aborted) {
      await pause(this.#stage.random.between(BETWEEN_MS.min, BETWEEN_MS.max), signal);
      if (signal.aborted) return;
      const startMs = performance.now();
      await this.#cause(this.#stage.random.pick(WEIGHTS));
      await this.#served();
      this.longestOutageMs = Math.max(this.longestOutageMs, performance.now() - startMs);
    }
  }

  async #cause(kind: keyof typeof WEIGHTS): Promise<void> {
    const { server, proxy, random } = this.#stage;
    switch (kind) {
      case "kill":
        await server.kill();
        this.counts.kills += 1;
        return server.start();
      case "restart":
        await server.stop();
        this.counts.restarts += 1;
        return server.start();
      case "cut":
        this.counts.cuts += proxy.cut(random.next(), random);
        return;
      case "tear":
        this.counts.tears += proxy.tear(random.next(), random);
        return;
      case "freeze":
        server.freeze();
        this.counts.freezes += 1;
        await pause(random.between(FREEZE_MS.min, FREEZE_MS.max));
        server.thaw();
    }
  }

  /** Resolves when one more message has been acknowledged. */
  async #served(): Promise<void> {
    const before = this.#stage.acknowledgedCount();
    const deadlineMs = performance.now() + SERVICE_TIMEOUT_MS;
    while (this.#stage.acknowledgedCount() === before) {
      if (performance.now() > deadlineMs) throw new Error("no message was acknowledged any more");
      await pause(POLL_MS);
    }
  }
}

/** Resolves after that time, or when `signal` is aborted. */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
  });
}
