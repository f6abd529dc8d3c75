// Result of a run of the bench: one row of figures per measurement, and where it was measured.

/** Figures by name; the names carry their units (`p99Ms`, `deliveriesPerSec`). */
export type Figures = Readonly<Record<string, number>>;

/** One measurement. */
export interface ResultRow {
  readonly scenario: string;
  readonly target: string;
  /** The requested settings: clients, senders, textBytes, ratePerSec. */
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly figures: Figures;
  /** CPU of the server within the measured window by thread name, as a share of one core. */
  readonly serverCpuByThread: Figures;
  /** Anything a reader must know before using the figures, for example that the generator was the limit. */
  readonly remarks: readonly string[];
}

/** Where and how a run was made. */
export interface Machine {
  readonly cpu: string;
  readonly coreCount: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly engine: string;
  readonly pinned: boolean;
  /** Mean number of running processes in the minute before the run: above about 0.5 the figures are not to be trusted. */
  readonly loadBefore: number;
}

/** A result file. */
export interface RunResult {
  readonly version: 1;
  readonly startedAt: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly rows: readonly ResultRow[];
}

/** Reads a result file's text; throws when it is none. */
export function parseRunResult(text: string): RunResult {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "version" in value && value.version === 1 && "rows" in value) {
    return value as RunResult; // written by the bench itself; the version says which form
  }
  throw new Error("not a result file of the bench");
}
