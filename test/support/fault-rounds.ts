// One server process on one database, and what may be killed of both: what the fault rounds and their tests share.
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { openReader } from "../../src/store/open.ts";
import { FaultLoad } from "./fault-load.ts";
import type { Findings } from "./fault-load.ts";
import type { MongodbServer } from "./mongodb.ts";
import { ServerProcess } from "./server-process.ts";

export type Victim = "server" | "database" | "both";

/** What is not stored in MongoDB survives the messenger server only if its own store does. */
export interface FaultStage {
  readonly url: string;
  readonly database: MongodbServer | undefined;
}

const SENDER_COUNT = 20;

export class FaultRounds {
  readonly #stage: FaultStage;
  #server: ServerProcess;
  readonly load: FaultLoad;

  private constructor(stage: FaultStage, server: ServerProcess, load: FaultLoad) {
    this.#stage = stage;
    this.#server = server;
    this.load = load;
  }

  static async start(stage: FaultStage): Promise<FaultRounds> {
    const server = await ServerProcess.start(["--store", stage.url, "--registrations-per-address", "0"]);
    return new FaultRounds(stage, server, await FaultLoad.start(server.port, SENDER_COUNT));
  }

  /** Kills the victim with SIGKILL and starts it again; resolves with the milliseconds until a message was acknowledged. */
  async kill(victim: Victim): Promise<number> {
    const startMs = performance.now();
    const killed: Promise<unknown>[] = [];
    if (victim !== "database") killed.push(this.#server.kill());
    if (victim !== "server") killed.push(this.#killDatabase());
    await Promise.all(killed);
    const started: Promise<unknown>[] = [];
    if (victim !== "server") started.push(this.#startDatabase());
    if (victim !== "database") started.push(this.#restart());
    await Promise.all(started);
    return this.load.served(startMs);
  }

  /** Stops the database for that long; resolves with the milliseconds from its start until a message was acknowledged. */
  async withoutDatabase(durationMs: number): Promise<number> {
    await this.#stage.database?.signal("SIGTERM");
    await pause(durationMs);
    const startMs = performance.now();
    await this.#stage.database?.start();
    return this.load.served(startMs);
  }

  /** What the running server has written to standard error. */
  get serverLog(): string {
    return this.#server.stderr;
  }

  /** Ends the load and compares. */
  async finish(): Promise<Findings> {
    await this.load.stop();
    await this.#server.stop();
    const reader = await openReader(this.#stage.url, { dataDir: this.#server.data });
    const findings = await this.load.check(reader);
    await reader.close();
    return findings;
  }

  async remove(): Promise<void> {
    this.load.isOver = true;
    await this.#server.remove();
  }

  async #killDatabase(): Promise<void> {
    await this.#stage.database?.signal("SIGKILL");
  }

  async #startDatabase(): Promise<void> {
    await this.#stage.database?.start();
  }

  async #restart(): Promise<void> {
    this.#server = await this.#server.again(["--store", this.#stage.url, "--wait-for-store", "30"]);
  }
}
