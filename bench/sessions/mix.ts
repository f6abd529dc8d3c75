// A mix of requests: each session asks for something at random times, and waits for the answer.
import { randomInt } from "node:crypto";
import { Histogram } from "../engine/histogram.ts";
import { monotonicUs } from "../engine/stamp.ts";
import type { Session } from "./session.ts";

interface Activity {
  readonly action: string;
  /** How often, compared with the others. */
  readonly weight: number;
  data(text: string): Record<string, unknown>;
}

/** Reading is more frequent than writing; the shares are a guess at a busy office, fixed so that runs compare. */
const ACTIVITIES: readonly Activity[] = [
  { action: "add_message", weight: 40, data: (text) => ({ chat_id: "common", message: text }) },
  { action: "common_chat", weight: 20, data: () => ({ limit: 50 }) },
  { action: "mark_read", weight: 20, data: () => ({ chat_id: "common", seq: 1 }) },
  { action: "profile", weight: 8, data: () => ({}) },
  { action: "ping", weight: 5, data: () => ({}) },
  { action: "search_in_chat", weight: 5, data: () => ({ chat_id: "common", word: "lazy dog" }) },
  { action: "update_profile", weight: 2, data: () => ({ bio: "seen in a benchmark" }) },
];
const TOTAL_WEIGHT = ACTIVITIES.reduce((sum, { weight }) => sum + weight, 0);

/** Result of one kind of request. */
export interface ActionOutcome {
  readonly latency: Histogram;
  refused: number;
}

/**
 * Every session asks `perSec` times a second on average, at random, until `durationMs` are over; never two requests of
 * a session at once. Resolves with the answers' times by action.
 */
export async function runMix(
  sessions: readonly Session[],
  perSec: number,
  durationMs: number,
  text: string,
): Promise<Map<string, ActionOutcome>> {
  const outcomes = new Map(ACTIVITIES.map(({ action }) => [action, { latency: new Histogram(), refused: 0 }]));
  const endUs = monotonicUs() + durationMs * 1000;
  await Promise.all(
    sessions.map(async (session) => {
      for (;;) {
        // Exponential pauses: sessions know nothing of each other.
        await pause((-Math.log(1 - Math.random()) * 1000) / perSec);
        if (monotonicUs() >= endUs) return;
        const activity = choose();
        const fromUs = monotonicUs();
        const { code } = await session.request(activity.action, activity.data(text));
        const outcome = outcomes.get(activity.action);
        outcome?.latency.record(monotonicUs() - fromUs);
        if (outcome && code !== 200) outcome.refused += 1;
      }
    }),
  );
  return outcomes;
}

function choose(): Activity {
  let ticket = randomInt(TOTAL_WEIGHT);
  for (const activity of ACTIVITIES) {
    ticket -= activity.weight;
    if (ticket < 0) return activity;
  }
  throw new Error("the weights do not add up");
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
