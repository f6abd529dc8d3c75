// A process of many sessions (orders.ts), started by session-pool.ts.
import type { ServerAddress } from "../engine/dial.ts";
import { Histogram } from "../engine/histogram.ts";
import { monotonicUs } from "../engine/stamp.ts";
import { histogramReport } from "../engine/tally.ts";
import { runMix } from "./mix.ts";
import type { CompleteReply, MixReply, OpenReply, Order, ProbeReply, Reply } from "./orders.ts";
import { Session } from "./session.ts";

const POLL_MS = 50;

class SessionHost {
  #sessions: Session[] = [];
  #server: ServerAddress = { host: "", port: 0 };

  /** Carries an order out; rejects with what went wrong. */
  async carryOut(order: Order): Promise<Reply> {
    switch (order.kind) {
      case "open":
        this.#server = order.server;
        this.#sessions = order.tokens.map((token) => new Session(token));
        return this.#openAll(order.parallel);
      case "cut":
        for (const session of this.#sessions) session.cut();
        return {};
      case "resume":
        return this.#openAll(order.parallel);
      case "complete":
        return this.#complete(order.deadlineMs);
      case "probe":
        return this.#probe(order);
      case "mix":
        return this.#mix(order);
    }
  }

  async #openAll(parallel: number): Promise<OpenReply> {
    const startedUs = monotonicUs();
    const each = new Histogram();
    let failed = 0;
    let firstFailure = "";
    const waiting = [...this.#sessions];
    const openNext = async (): Promise<void> => {
      for (let session = waiting.pop(); session; session = waiting.pop()) {
        const fromUs = monotonicUs();
        try {
          await session.open(this.#server);
          each.record(monotonicUs() - fromUs);
        } catch (error) {
          failed += 1;
          firstFailure ||= String(error);
        }
      }
    };
    await Promise.all(Array.from({ length: parallel }, openNext));
    const tookMs = (monotonicUs() - startedUs) / 1000;
    return { opened: each.count, failed, firstFailure, tookMs, eachUs: histogramReport(each) };
  }

  async #complete(deadlineMs: number): Promise<CompleteReply> {
    const deadlineUs = monotonicUs() + deadlineMs * 1000;
    const lastSeq = (await this.#first().request("common_chat", { limit: 1 })).length ?? 0;
    const incomplete = (): number => this.#sessions.filter(({ seqs }) => seqs.completeTo < lastSeq).length;
    while (incomplete() > 0 && monotonicUs() < deadlineUs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const gaps = this.#sessions.reduce((sum, { gapCount }) => sum + gapCount, 0);
    return { incomplete: incomplete(), lastSeq, gaps };
  }

  async #probe({ action, data, count }: Order & { kind: "probe" }): Promise<ProbeReply> {
    const each = new Histogram();
    let refused = 0;
    let messageCount = 0;
    for (let index = 0; index < count; index += 1) {
      const fromUs = monotonicUs();
      const { code, messages } = await this.#first().request(action, data);
      each.record(monotonicUs() - fromUs);
      if (code !== 200) refused += 1;
      messageCount = messages?.length ?? 0;
    }
    return { eachUs: histogramReport(each), refused, messageCount };
  }

  async #mix({ perSec, durationMs, text }: Order & { kind: "mix" }): Promise<MixReply> {
    const outcomes = await runMix(this.#sessions, perSec, durationMs, text);
    const entries = [...outcomes].map(
      ([action, { latency, refused }]) => [action, { latencyUs: histogramReport(latency), refused }] as const,
    );
    return { actions: Object.fromEntries(entries) };
  }

  #first(): Session {
    const [first] = this.#sessions;
    if (!first) throw new Error("there are no sessions");
    return first;
  }
}

const host = new SessionHost();
process.on("message", (order: Order) => {
  host.carryOut(order).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
