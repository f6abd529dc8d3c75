// The last 10 minutes of a server's samples, and the curves that are drawn of them.
import type { Sample } from "../../protocol/admin.ts";

/** How far back the curves go. */
export const WINDOW_MS = 600_000;

/** A figure of a sample; null where there was nothing to measure. */
export type Figure = (sample: Sample) => number | null;

export class AdminSamples {
  #samples: Sample[] = [];

  get last(): Sample | undefined {
    return this.#samples.at(-1);
  }

  get count(): number {
    return this.#samples.length;
  }

  /** Takes over what a server has kept, in place of what was known. */
  replace(samples: readonly Sample[]): void {
    this.#samples = [...samples];
    this.#trim();
  }

  add(sample: Sample): void {
    this.#samples.push(sample);
    this.#trim();
  }

  /**
   * The figure over the window that ends at `endMs`, oldest first, in `count` steps of equal time: the highest value of each
   * step, so that no peak is lost, and null where there is none. Steps begin at whole multiples of their length, so that
   * a curve moves on without changing its form.
   */
  curve(figure: Figure, count: number, endMs: number): (number | null)[] {
    const stepMs = WINDOW_MS / count;
    const lastStep = Math.floor(endMs / stepMs);
    const values = Array.from<number | null>({ length: count }).fill(null);
    for (const sample of this.#samples) {
      const index = count - 1 - (lastStep - Math.floor(sample.time_ms / stepMs));
      const value = figure(sample);
      if (value === null || index < 0 || index >= count) continue;
      values[index] = Math.max(values[index] ?? value, value);
    }
    return values;
  }

  #trim(): void {
    const oldestMs = (this.last?.time_ms ?? 0) - WINDOW_MS;
    let gone = 0;
    while ((this.#samples[gone]?.time_ms ?? Infinity) < oldestMs) gone += 1;
    if (gone > 0) this.#samples.splice(0, gone);
  }
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below the value: where a curve's scale ends. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 2.5, 5].find((factor) => factor * power >= value) ?? 10);
}
