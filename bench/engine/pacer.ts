// Times at which messages are sent: at a steady rate whatever the target does, or as fast as it answers.
import type { EngineConnection } from "./connection.ts";
import { Histogram } from "./histogram.ts";
import { monotonicUs } from "./stamp.ts";
import type { Sender } from "./sender.ts";
import type { Tally } from "./tally.ts";

/** Bytes waiting in a sender's socket at which sending stops: the target does not read any more. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;
const PIPELINE_TICK_MS = 1;

/** A connection that sends. */
export interface SendingConnection {
  readonly connection: EngineConnection;
  readonly sender: Sender;
}

/**
 * Sends `perSec` messages a second between two times, in turn from all senders; message i is due at from + i / perSec
 * (open loop: nothing the target does puts it off). Resolves with how late messages were made. Stops early when the
 * tally says that the target is hopelessly behind.
 */
export async function sendSteadily(
  senders: readonly SendingConnection[],
  tally: Tally,
  perSec: number,
  fromUs: number,
  toUs: number,
): Promise<Histogram> {
  const lateness = new Histogram();
  const total = Math.floor(((toUs - fromUs) * perSec) / 1e6);
  let made = 0;
  while (made < total && !tally.overloaded) {
    const now = monotonicUs();
    const due = Math.min(total, Math.floor(((now - fromUs) * perSec) / 1e6) + 1);
    if (due > made) {
      lateness.record(now - (fromUs + (made * 1e6) / perSec));
      sendInTurn(senders, made, due, now);
      made = due;
      if (senders.some(({ connection }) => connection.unsentBytes > MAX_UNSENT_BYTES)) tally.overloaded = true;
    }
    await waitMs((fromUs + (made * 1e6) / perSec - monotonicUs()) / 1000);
  }
  return lateness;
}

/** Sends the messages number `made` to (excluding) `due` of all; message i is of sender i modulo their count. */
function sendInTurn(senders: readonly SendingConnection[], made: number, due: number, nowUs: number): void {
  senders.forEach(({ connection, sender }, index) => {
    const count = Math.ceil((due - index) / senders.length) - Math.ceil((made - index) / senders.length);
    if (count > 0) connection.write(sender.make(count, nowUs));
  });
}

/** Each sender keeps `unacknowledged` messages under way until `toUs`: a slow target gets fewer, never a backlog. */
export async function sendPipelined(
  senders: readonly SendingConnection[],
  unacknowledged: number,
  toUs: number,
): Promise<void> {
  for (let now = monotonicUs(); now < toUs; now = monotonicUs()) {
    for (const { connection, sender } of senders) {
      const count = unacknowledged - sender.unanswered;
      if (count > 0 && !connection.closed) connection.write(sender.make(count, now));
    }
    await waitMs(PIPELINE_TICK_MS);
  }
}

function waitMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, delayMs)));
}
