// The interface of a scenario: its input, and its name.
import type { EngineProgram } from "../engine/engine-process.ts";
import type { Cores } from "../measure/pinning.ts";
import type { ResultRow } from "../report/result.ts";
import { MessengerTarget } from "../targets/messenger.ts";
import type { RunningTarget, StartPlan, Target } from "../targets/target.ts";

/** Settings of the user; the scenarios take from it what they need. */
export interface BenchOptions {
  readonly clients: readonly number[];
  readonly senders: number;
  readonly textBytes: number;
  /** Messages a second; undefined searches for the highest rate that holds. */
  readonly ratePerSec: number | undefined;
  readonly startRatePerSec: number;
  readonly maxRatePerSec: number;
  readonly precision: number;
  readonly p99LimitMs: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly settleMs: number;
  readonly engineCount: number;
  /** How the receivers that are not sampled are looked at. */
  readonly verify: "full" | "walk" | "bytes";
  /** Receivers whose every message is timed and checked. */
  readonly sampledReceivers: number;
  /** Unacknowledged messages of a pipelining sender. */
  readonly pipelined: number;
  /** How many of them there are. */
  readonly pipeliningSenders: number;
  /** Logins at once in the login storm, and the cost of their bcrypt hashes. */
  readonly stormCount: number;
  readonly stormBcryptCost: number;
  /** Sessions that are connecting at the same time, where the scenario opens many. */
  readonly parallel: number;
  /** Messages in the store before the history scenario begins. */
  readonly storedMessages: number;
}

/** Something to be started: a target, or one with settings that a scenario wants. */
export interface Startable<Running extends RunningTarget> {
  start(plan: StartPlan): Promise<Running>;
}

/** A server that runs, and its end: `close` stops it and removes its folder. Idempotent. */
export interface Started<Running extends RunningTarget> {
  readonly running: Running;
  close(): Promise<void>;
}

/** Context of a scenario. */
export interface ScenarioContext {
  readonly options: BenchOptions;
  readonly program: EngineProgram;
  readonly cores: Cores;
  /** The highest rates that held in earlier runs, by measurement. */
  readonly heldRates: Map<string, number>;
  /** Starts a target in a fresh folder. */
  start<Running extends RunningTarget>(target: Startable<Running>, clientCount: number): Promise<Started<Running>>;
  /** One line for the person who waits. */
  progress(line: string): void;
}

/** One kind of measurement; it runs against one target at a time. */
export interface Scenario {
  readonly name: string;
  /** One sentence for --help and the report. */
  readonly summary: string;
  /** False for scenarios that speak our protocol and so run against our server only. */
  readonly forPeers: boolean;
  /** Gives each row as soon as it is measured: what comes after it may be broken off. */
  run(context: ScenarioContext, target: Target): AsyncIterable<ResultRow>;
}

/** Our server as a target, for scenarios that speak its protocol. Throws for a server that runs elsewhere. */
export function messengerOf(target: Target): MessengerTarget {
  if (target instanceof MessengerTarget) return target;
  throw new Error(`${target.name}: this scenario needs a server that the bench starts itself`);
}
