// Counts of reactions, as stores keep them beside the message.

/** By kind, in the order of the first of each. */
export type ReactionCounts = readonly (readonly [reaction: string, count: number])[];

/** Of the JSON that stores keep; null and undefined stand for none. */
export function countsOf(json: string | null | undefined): ReactionCounts {
  return json == null ? [] : (JSON.parse(json) as ReactionCounts); // nobody else writes there
}

/** The counts when a kind has this count now. */
export function withCount(counts: ReactionCounts, reaction: string, count: number): ReactionCounts {
  const isThere = counts.some(([kind]) => kind === reaction);
  if (!isThere) return count === 0 ? counts : [...counts, [reaction, count]];
  return counts
    .map(([kind, before]) => [kind, kind === reaction ? count : before] as const)
    .filter(([, now]) => now > 0);
}

export function countOf(counts: ReactionCounts, reaction: string): number {
  return counts.find(([kind]) => kind === reaction)?.[1] ?? 0;
}
