// The signals that ask a process to end.

export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGQUIT"] as const;
/** The terminal is gone: for what works for somebody at one, this is a request to end too. */
export const TERMINAL_SIGNALS = [...STOP_SIGNALS, "SIGHUP"] as const;

type StopSignal = (typeof TERMINAL_SIGNALS)[number];

/**
 * The same signal again so soon is the same request to stop, delivered twice, in milliseconds: Ctrl+C reaches the whole
 * process group, and npm or timeout(1) passes on what it got.
 */
const SAME_SIGNAL_MS = 100;

/** Listens from its making until `close`. */
export class StopSignals {
  /** Resolves with the first of the signals. */
  readonly asked: Promise<StopSignal>;
  readonly #signals: readonly StopSignal[];
  readonly #onAgain: (signal: StopSignal) => void;
  #onFirst: (signal: StopSignal) => void = () => {};
  #first: { readonly signal: StopSignal; readonly atMs: number } | undefined;

  /** `onAgain` is called when somebody who asked for the end asks again. */
  constructor(signals: readonly StopSignal[], onAgain: (signal: StopSignal) => void = () => process.exit(1)) {
    this.#signals = signals;
    this.#onAgain = onAgain;
    this.asked = new Promise((resolve) => (this.#onFirst = resolve));
    for (const signal of signals) process.on(signal, this.#take);
  }

  readonly #take = (signal: NodeJS.Signals): void => {
    const known = this.#signals.find((name) => name === signal);
    if (known === undefined) return;
    const nowMs = performance.now();
    if (this.#first === undefined) {
      this.#first = { signal: known, atMs: nowMs };
      this.#onFirst(known);
    } else if (known !== this.#first.signal || nowMs - this.#first.atMs >= SAME_SIGNAL_MS) this.#onAgain(known);
  };

  close(): void {
    for (const signal of this.#signals) process.off(signal, this.#take);
  }
}

/** Lets the signals without a meaning here pass. SIGUSR1 would open Node's inspector, SIGUSR2 end the process. */
export function ignoreUserSignals(): void {
  for (const signal of ["SIGUSR1", "SIGUSR2"] as const) process.on(signal, () => undefined);
}
