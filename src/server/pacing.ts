// Constants of pacing: how long what many wait for may go on, and how long it waits to become worth its while.

/** How long something goes on before the event loop has its turn, and how often it looks at the clock. */
export interface Slice {
  readonly ms: number;
  readonly visitsPerLook: number;
}

/**
 * Of the delivery to sessions: long beside a turn of the event loop, short beside a round. A message on its way into the
 * store comes back to the event loop several times, and waits for the end of a slice each time.
 */
export const DELIVERY_SLICE: Slice = { ms: 2, visitsPerLook: 16 };

/** When requests are carried out and when the next commit begins; see CommitPacer. */
export interface CommitPacing {
  /**
   * After a commit the next round waits for this share of what the last delivery took, so that the delivery leaves the
   * processor some time: the tasks and commits of a round need it.
   */
  readonly gapPerDelivery: number;
  /**
   * It waits for not more than `baseGapMs`, `gapMsPerMessage` for each message of the last commit, and `maxGapMs` in all.
   * Waiting saves more, the more messages come: with few of them it only adds latency, since a batch joins the delivery
   * wherever it is.
   */
  readonly baseGapMs: number;
  readonly gapMsPerMessage: number;
  readonly maxGapMs: number;
  /** When so many requests wait there is no gap: more of them make a round hardly cheaper. */
  readonly enoughRequests: number;
  /** Requests that one turn lets through: with more a round falls out of the processor's caches and costs more. */
  readonly turnRequests: number;
  /** After few messages the rest has its turn after this time: there may be nothing to commit. */
  readonly nextTurnMs: number;
  /** When a batch had so many messages, requests wait for the next one's commit, so that they become few tasks. */
  readonly manyMessages: number;
  /** But for so long at most: a slow store must not hold up those that only read. */
  readonly maxHoldMs: number;
  /**
   * How long a commit waits for requests that are being carried out, after few and after many messages: a slow one must
   * not hold it up, but what misses a commit under load waits for a whole round.
   */
  readonly maxGatherMs: number;
  readonly maxGatherManyMs: number;
}

export const COMMIT_PACING: CommitPacing = {
  gapPerDelivery: 0.7,
  baseGapMs: 5,
  gapMsPerMessage: 0.1,
  maxGapMs: 25,
  enoughRequests: 500,
  turnRequests: 1024,
  nextTurnMs: 2,
  manyMessages: 32,
  maxHoldMs: 25,
  maxGatherMs: 2,
  maxGatherManyMs: 15,
};

/** News of one user for many; see Announcements. */
export interface AnnouncementPacing extends Slice {
  /** Events for the news of one kind about one user, on average and at once; beyond them what comes waits for its time. */
  readonly eventsPerSec: number;
  readonly burstCount: number;
}

/** With 5,000 watchers, a user may come and go twice at once and then every 2.5 s; with 50 a hundred times as often. */
export const ANNOUNCEMENT_PACING: AnnouncementPacing = {
  eventsPerSec: 2_000,
  burstCount: 20_000,
  ms: 2,
  visitsPerLook: 16,
};
