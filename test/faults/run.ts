// The fault rounds as a program, longer than a test may take: node dist/test/faults/run.js [sqlite|mongodb] VICTIM ROUNDS
// kills VICTIM (server, database, both) ROUNDS times under load; "away SECONDS" stops the database once for that long.
import { setTimeout as pause } from "node:timers/promises";
import { FaultRounds } from "../support/fault-rounds.ts";
import type { Victim } from "../support/fault-rounds.ts";
import { MongodbServer } from "../support/mongodb.ts";

const [, , store = "mongodb", what = "server", number = "20"] = process.argv;

/** Load between two faults, in milliseconds. */
const BETWEEN_MS = 1_000;

const database = store === "mongodb" ? await MongodbServer.start() : undefined;
const stage = { url: database?.newUrl() ?? "sqlite:messenger.db", database };
const rounds = await FaultRounds.start(stage).catch(async (error: unknown) => {
  await database?.remove();
  throw error;
});
const backMs: number[] = [];
try {
  if (what === "away") {
    await pause(3 * BETWEEN_MS);
    backMs.push(await rounds.withoutDatabase(Number(number) * 1000));
    await pause(3 * BETWEEN_MS);
  } else {
    for (let round = 0; round < Number(number); round++) {
      await pause(BETWEEN_MS * (0.5 + Math.random()));
      backMs.push(await rounds.kill(what as Victim));
    }
  }
  const findings = await rounds.finish();
  console.log(JSON.stringify({ store: database?.product ?? store, what, number: Number(number), ...findings }));
  if (what === "away" || what === "database") console.log(JSON.stringify({ missedEvents: rounds.load.missedEvents() }));
  console.log(`service was back after (ms): ${summary(backMs)}`);
  for (const code of new Set(rounds.load.answers.map((answer) => answer.code))) {
    const took = rounds.load.answers.filter((answer) => answer.code === code).map((answer) => answer.tookMs);
    console.log(`${code === 0 ? "connection lost" : code}: ${took.length} times, took (ms): ${summary(took)}`);
  }
} catch (error) {
  console.log(rounds.serverLog.split("\n").slice(-20).join("\n"));
  throw error;
} finally {
  await rounds.remove();
  await database?.remove();
}

function summary(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
  return `median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`;
}
