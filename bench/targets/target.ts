// The interface of a target: a kind of server that the bench starts, and how a client of it connects and sends.
import type { Cores } from "../measure/pinning.ts";
import type { PlannedSender, Step } from "../engine/commands.ts";
import type { ServerAddress } from "../engine/dial.ts";
import type { FrameFormat } from "../engine/frames.ts";

/** Requirements of a scenario before a server starts. */
export interface StartPlan {
  /** Clients that will connect, at most. */
  readonly clientCount: number;
  readonly cores: Cores;
  /** Folder for configuration and data, empty at the start and removed by the caller afterwards. */
  readonly folder: string;
}

/** Absent settings are as usual: this checkout, plain text, limits off. */
export interface TargetParameters {
  readonly checkout?: string;
  readonly tls?: "yes";
  readonly limits?: "default";
}

/** A kind of server. */
export interface Target {
  /** As in the results, for example `plain-node-shared`. */
  readonly name: string;
  /** How it is started otherwise than usual: in the results, so that tables of several files keep it apart. */
  readonly parameters?: TargetParameters;
  /** Undefined when it can run here; otherwise what is missing. */
  missing(): string | undefined;
  start(plan: StartPlan): Promise<RunningTarget>;
}

/** A server that runs. */
export interface RunningTarget extends ServerAddress {
  readonly name: string;
  /** Process to measure; undefined for a server that the bench has not started. */
  readonly pid: number | undefined;
  readonly format: FrameFormat;
  /** Guarantee of an acknowledgement with the store that was asked for by `--store`. */
  readonly guarantee?: string | undefined;
  /** How many connections may be in their first steps at once. */
  readonly connectParallel: number;
  /** First frames of client number `index`, to be among the receivers of the common chat. */
  steps(index: number): readonly Step[];
  /** Makes client number `index` sender `id` of texts of `textBytes` bytes to the common chat. */
  commonSender(index: number, id: number, textBytes: number): PlannedSender;
  /** Samples of the server between two moments (Unix milliseconds), if it has any. */
  ownFigures?(fromMs: number, toMs: number): Promise<Readonly<Record<string, number>>>;
  /** Ends the server; resolves when it is gone. Idempotent. */
  close(): Promise<void>;
}
