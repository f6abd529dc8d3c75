// A histogram of durations with a bounded error: counts in buckets that grow with the value.

const SUB_BUCKET_BITS = 6;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
/** Largest value told apart: 2^40 microseconds are twelve days. */
const MAX_EXPONENT = 40;
const BUCKET_COUNT = (MAX_EXPONENT - SUB_BUCKET_BITS + 2) * SUB_BUCKETS;

/** Buckets that are not empty: pairs of index and count. native/histogram.hpp uses the same indices. */
export type SparseBuckets = readonly (readonly [index: number, count: number])[];

/**
 * Counts durations in whole microseconds. Below 64 they are exact, above within 1/64 (1.6%): each power of two has 64
 * buckets. A quantile is the upper edge of its bucket, never less than what was recorded.
 */
export class Histogram {
  readonly #counts = new Float64Array(BUCKET_COUNT);
  #count = 0;
  #maxUs = 0;

  get count(): number {
    return this.#count;
  }

  get maxUs(): number {
    return this.#maxUs;
  }

  record(valueUs: number): void {
    const value = Math.max(0, Math.floor(valueUs));
    const index = bucketIndex(value);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    if (value > this.#maxUs) this.#maxUs = value;
  }

  /** The value in microseconds that a share `quantile` (0 to 1) of the recorded ones does not exceed; 0 when empty. */
  quantileUs(quantile: number): number {
    const wanted = Math.max(1, Math.ceil(this.#count * quantile));
    let seen = 0;
    for (let index = 0; index < BUCKET_COUNT; index += 1) {
      seen += this.#counts[index] ?? 0;
      if (seen >= wanted) return Math.min(bucketUpperUs(index), this.#maxUs);
    }
    return this.#maxUs;
  }

  /** Adds what another histogram counted. */
  merge(buckets: SparseBuckets, maxUs: number): void {
    for (const [index, count] of buckets) {
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
      this.#count += count;
    }
    if (maxUs > this.#maxUs) this.#maxUs = maxUs;
  }

  sparse(): SparseBuckets {
    const buckets: [number, number][] = [];
    this.#counts.forEach((count, index) => {
      if (count > 0) buckets.push([index, count]);
    });
    return buckets;
  }
}

function bucketIndex(value: number): number {
  if (value < SUB_BUCKETS) return value;
  const exponent = Math.min(MAX_EXPONENT, Math.floor(Math.log2(value)));
  const sub = Math.min(SUB_BUCKETS - 1, Math.floor(value / 2 ** (exponent - SUB_BUCKET_BITS)) - SUB_BUCKETS);
  return (exponent - SUB_BUCKET_BITS + 1) * SUB_BUCKETS + sub;
}

function bucketUpperUs(index: number): number {
  if (index < SUB_BUCKETS) return index;
  const exponent = Math.floor(index / SUB_BUCKETS) + SUB_BUCKET_BITS - 1;
  const width = 2 ** (exponent - SUB_BUCKET_BITS);
  return (SUB_BUCKETS + (index % SUB_BUCKETS) + 1) * width - 1;
}
