// The JavaScript load engine: holds connections, sends at a rate, and tells what arrived. Knows nothing of chats.
import type { ConnectReport, LoadReport, PlannedConnection, SendReport, SentCount } from "./commands.ts";
import { EngineConnection } from "./connection.ts";
import type { ServerAddress } from "./dial.ts";
import type { FrameFormat } from "./frames.ts";
import { Histogram } from "./histogram.ts";
import { sendPipelined, sendSteadily, type SendingConnection } from "./pacer.ts";
import { compareReceived } from "./settlement.ts";
import { monotonicUs } from "./stamp.ts";
import { histogramReport, Tally } from "./tally.ts";

const POLL_MS = 10;
/** How long after the last expected message doubled ones are still waited for. */
const QUIET_MS = 50;

/** Where an engine connects to. */
export interface EngineTarget extends ServerAddress {
  readonly format: FrameFormat;
}

/** See COMMANDS for what each method does and answers. */
export class Engine {
  readonly #target: EngineTarget;
  readonly #connections: EngineConnection[] = [];
  #tally = new Tally(0, 0);
  /** By sender id: the number of the first message that the next `begin` counts. */
  readonly #firstNumbers = new Map<number, number>();

  constructor(target: EngineTarget) {
    this.#target = target;
  }

  add(planned: PlannedConnection): void {
    this.#connections.push(new EngineConnection(planned, this.#target.format, this.#tally));
  }

  /** Opens all connections that were added, `parallel` at a time. */
  async connect(parallel: number, deadlineMs: number): Promise<ConnectReport> {
    const stepsUs = new Histogram();
    let failed = 0;
    let firstFailure = "";
    const waiting = this.#connections.filter((connection) => !connection.ready && !connection.closed);
    const deadline = setTimeout(() => {
      for (const connection of this.#connections) if (!connection.ready) connection.close("the deadline is over");
    }, deadlineMs);
    const openNext = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        try {
          stepsUs.record(await next.open(this.#target));
        } catch (error) {
          failed += 1;
          firstFailure ||= error instanceof Error ? error.message : String(error);
        }
      }
    };
    await Promise.all(Array.from({ length: parallel }, openNext));
    clearTimeout(deadline);
    return { ready: stepsUs.count, failed, firstFailure, stepsUs: histogramReport(stepsUs) };
  }

  async quiet(quietMs: number, deadlineMs: number): Promise<Record<string, never>> {
    const received = (): number => this.#connections.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
    const deadlineUs = monotonicUs() + deadlineMs * 1000;
    for (let before = -1; received() !== before && monotonicUs() < deadlineUs;) {
      before = received();
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
    return {};
  }

  begin(fromUs: number, toUs: number): Record<string, never> {
    this.#tally = new Tally(fromUs, toUs);
    for (const connection of this.#connections) connection.receiver.begin(this.#tally, this.#firstNumbers);
    return {};
  }

  async send(perSec: number, fromUs: number, toUs: number): Promise<SendReport> {
    const lateness = await sendSteadily(this.#senders(), this.#tally, perSec, fromUs, toUs);
    return this.#sendReport(lateness);
  }

  async pipeline(unacknowledged: number, toUs: number): Promise<SendReport> {
    await sendPipelined(this.#senders(), unacknowledged, toUs);
    return this.#sendReport(new Histogram());
  }

  async settle(deadlineMs: number, sent: ReadonlyMap<number, SentCount>): Promise<LoadReport> {
    const deadlineUs = monotonicUs() + deadlineMs * 1000;
    const compare = (): ReturnType<typeof compareReceived> => compareReceived(this.#connections, sent);
    let result = compare();
    while ((result.missing > 0 || this.#unanswered() > 0) && monotonicUs() < deadlineUs) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      result = compare();
    }
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    for (const [id, { to }] of sent) this.#firstNumbers.set(id, to);
    const { acknowledged, refused, windowBytes, windowAcknowledged } = this.#tally;
    const { cpuUs, wallUs } = this.#tally.spent();
    return {
      ...compare().counts,
      acknowledged,
      refused,
      windowBytes,
      windowAcknowledged,
      latencyUs: histogramReport(this.#tally.latency),
      acknowledgeUs: histogramReport(this.#tally.acknowledge),
      cpuUs,
      wallUs,
    };
  }

  close(): void {
    for (const connection of this.#connections) connection.close("the engine ends");
  }

  #senders(): SendingConnection[] {
    return this.#connections.flatMap((connection) =>
      connection.sender ? [{ connection, sender: connection.sender }] : [],
    );
  }

  #unanswered(): number {
    return this.#senders().reduce((sum, { sender }) => sum + sender.unanswered, 0);
  }

  #sendReport(lateness: Histogram): SendReport {
    const sent = this.#senders().map(({ sender }) => [sender.id, sender.nextNumber] as const);
    return { sent, overloaded: this.#tally.overloaded, latenessUs: histogramReport(lateness) };
  }
}
