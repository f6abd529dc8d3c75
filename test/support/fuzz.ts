// Properties run as fuzzers: a few times with a fixed seed in `npm test`, for a given time with any seed in
// `scripts/fuzz.mjs`, which is told what was tried.
import { appendFileSync } from "node:fs";
import fc from "fast-check";

/** Seconds for all fuzzers together; 0: each as often as it says itself. */
const TOTAL_SEC = Number(process.env["MESSENGER_FUZZ_SECONDS"] ?? 0);
const SEED = Number(process.env["MESSENGER_FUZZ_SEED"] ?? 20_261_123);
/** Where a line of JSON is added for each fuzzer. */
const REPORT_FILE = process.env["MESSENGER_FUZZ_REPORT"];
/** How long a fuzzer may take beyond its time: its last round. */
const PATIENCE_MS = 120_000;

/** What a fuzzer has tried. */
export class Tally {
  /** Runs of the property. */
  runs = 0;
  /** What was sent in them, where a run sends more than one thing. */
  inputs = 0;
  /** How many answers had each code. */
  readonly codes = new Map<number, number>();

  answered(code: number): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }
}

interface Options {
  /** Runs of one round; `npm test` does one. */
  readonly numRuns: number;
  /** Share of the whole time, in relation to other fuzzers. */
  readonly weight?: number;
  /** Looks, when all is over, whether enough was tried to say anything, and whether all is still well. */
  readonly after?: (tally: Tally) => Promise<void> | void;
}

let totalWeight = 0;

/** A test that is a fuzzer: `make` gives the property, and says in the tally what was tried. */
export function fuzzes<T>(title: string, make: (tally: Tally) => fc.IRawProperty<T>, options: Options): void {
  const { numRuns, weight = 1, after } = options;
  totalWeight += weight;
  it(title, async function () {
    const timeMs = (1_000 * TOTAL_SEC * weight) / totalWeight;
    this.timeout(timeMs + PATIENCE_MS);
    const tally = new Tally();
    const startMs = performance.now();
    let failure: string | undefined;
    for (let seed = SEED; failure === undefined; seed += 1) {
      const details = await fc.check(make(tally), { seed, numRuns, endOnFailure: true });
      tally.runs += details.numRuns;
      if (details.failed) failure = `${fc.defaultReportMessage(details) ?? "failed"}\n${String(details.errorInstance)}`;
      if (performance.now() - startMs >= timeMs) break;
    }
    const endMs = performance.now();
    if (failure === undefined) failure = await Promise.resolve(after?.(tally)).then(() => undefined, String);
    report(title, tally, endMs - startMs, failure);
    if (failure !== undefined) throw new Error(failure);
  });
}

function report(title: string, { runs, inputs, codes }: Tally, timeMs: number, failure: string | undefined): void {
  if (REPORT_FILE === undefined) return;
  const line = { title, runs, inputs: Math.max(runs, inputs), codes: Object.fromEntries(codes), timeMs, failure };
  appendFileSync(REPORT_FILE, `${JSON.stringify(line)}\n`);
}
