// Search for the highest rate that holds: it grows until one does not, then halves the gap.

/** One try at a rate; `brokenBy` undefined means that it held, otherwise it says why not. */
export interface Step<Outcome> {
  readonly ratePerSec: number;
  readonly outcome: Outcome;
  readonly brokenBy: string | undefined;
  /** It broke by so much that a second try would be a waste of time. */
  readonly isHopeless: boolean;
}

export interface SearchOptions {
  readonly startPerSec: number;
  readonly maxPerSec: number;
  /** The search ends when the gap between what held and what did not is at most this share of the rate. */
  readonly precision: number;
  /** By how much the rate grows until one breaks. */
  readonly growth: number;
  /** So many growths in a row must fail: some servers batch better at a higher rate and hold it although a lower one broke. */
  readonly failures: number;
}

/**
 * Calls `attempt` with rising rates and returns the steps in the order tried. A rate that fails is tried once more
 * before it counts as too high (unless it is hopeless): one hiccup of the machine must not end the search.
 */
export async function findMax<Outcome>(
  options: SearchOptions,
  attempt: (ratePerSec: number) => Promise<Step<Outcome>>,
): Promise<Step<Outcome>[]> {
  const steps: Step<Outcome>[] = [];
  const holds = async (ratePerSec: number): Promise<boolean> => {
    for (let tries = 0; tries < 2; tries += 1) {
      const step = await attempt(ratePerSec);
      steps.push(step);
      if (step.brokenBy === undefined) return true;
      if (step.isHopeless) return false;
    }
    return false;
  };
  let held = 0;
  let broken = Infinity;
  let failureCount = 0;
  for (let rate = options.startPerSec; failureCount < options.failures && held < options.maxPerSec;) {
    if (await holds(rate)) {
      held = rate;
      broken = Infinity;
      failureCount = 0;
    } else {
      broken = Math.min(broken, rate);
      failureCount += 1;
    }
    if (rate >= options.maxPerSec) break;
    rate = Math.min(Math.round(rate * options.growth), options.maxPerSec);
  }
  while (broken !== Infinity && broken - held > broken * options.precision && broken > 1) {
    const middle = Math.round((held + broken) / 2);
    if (middle === held || middle === broken) break;
    if (await holds(middle)) held = middle;
    else broken = middle;
  }
  return steps;
}

/** The step with the highest rate that held. */
export function bestStep<Outcome>(steps: readonly Step<Outcome>[]): Step<Outcome> | undefined {
  return steps
    .filter(({ brokenBy }) => brokenBy === undefined)
    .reduce<Step<Outcome> | undefined>(
      (best, step) => (best && best.ratePerSec >= step.ratePerSec ? best : step),
      undefined,
    );
}
