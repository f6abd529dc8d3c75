// Group commit: the writes of all connections in batches; while one batch commits, the next is collected. A lone write goes
// out at once, and batches grow with the load.
import type { Logger } from "../../log/logger.ts";
import type { Pools } from "../../threads/pools.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import type { WriteKind, WriteOf, WriteResults } from "../../domain/writes/table.ts";
import { packWrites } from "../../threads/packing.ts";
import { lostEnds, lostGroups } from "./lost-batch.ts";
import { OverloadReplies } from "./overload-replies.ts";
import type { CommitPacer } from "./commit-pacer.ts";
import type { Effect, GroupReset } from "../../domain/effects.ts";
import type { CommitResult, CommitTask, GroupResult, OwnOutcome, WriteGroup } from "../../threads/task.ts";

/**
 * Bytes of packed writes in one batch. At 64 KiB for the largest request and thousands of small ones it bounds what a
 * batch takes in memory and how long the next one waits; what is beyond it is the next batch.
 */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/**
 * 16 batches: with a store that takes 1 MiB in a second, which is slow, the last one of them waits for as long as the
 * other limit allows; and clients wait for an answer for not much longer than that.
 */
const COMMIT_LIMITS: CommitLimits = { maxWaitingBytes: 32 * 1024 * 1024, maxWaitMs: 10_000 };
/** How long nothing must have been written before the store's housekeeping goes on, in milliseconds. */
const QUIET_MS = 25;
/**
 * While batches follow one another, one step of housekeeping (about 3 ms) in so many milliseconds: a twentieth of the
 * storage thread. Work that falls behind under load is made up for when it is over.
 */
const STEP_INTERVAL_MS = 60;

/** A batch that may have stored something although it failed is followed by another within so many milliseconds. */
const SETTLE_MS = 1_000;

/** So far batches' times may run ahead to differ; when the clock was put back further, they follow it. Milliseconds. */
const MAX_AHEAD_MS = 1_000;

/** Writes of the server's own answer no request. */
const NOBODY = { action: null, id: undefined };

/** How much may wait for the store that is slower than what is written; what is beyond it is answered with 503. */
export interface CommitLimits {
  /** Bytes of packed writes. */
  readonly maxWaitingBytes: number;
  /** How long a write may wait for its batch to begin, in milliseconds. */
  readonly maxWaitMs: number;
}

export interface GroupCommitParts {
  readonly pools: Pools;
  readonly pacer: CommitPacer;
  readonly log: Logger;
  readonly limits?: CommitLimits;
  /** Asked at each batch which of its events are to be compressed as well. */
  readonly compression?: () => CommitTask["compression"];
  /**
   * Told of each batch before its groups are, so that events go out in the order of commits. Returns what resolves when
   * every session that has room was given them; undefined when all were.
   */
  readonly onCommitted: (result: CommitResult) => Promise<void> | undefined;
  /** Told, before its groups are, of a batch of which nobody knows whether it is stored. */
  readonly onLost?: (batch: LostBatch) => void;
  /** Told of each group with new messages how long it took from its arrival to the writes of its events, in milliseconds. */
  readonly onDelivered?: (durationMs: number) => void;
}

/** What the writes of a lost batch may have taken away. */
export interface LostBatch {
  readonly resets: readonly GroupReset[];
  readonly ends: readonly Effect[];
}

/** A write of the server's own, which answers no request. */
export interface OwnPlan<K extends WriteKind> {
  readonly write: WriteOf<K>;
  /** Carried out when the write is done. */
  readonly effects?: readonly Effect[];
}

/** Its outcome; the effects are those of the plan and those of the write. */
export interface OwnResult<K extends WriteKind> {
  readonly result: WriteResults[K];
  readonly effects: readonly Effect[];
}

/** State of the store's writing, as far as it is known without asking; times on the monotonic clock. */
export interface WriteState {
  /** When a batch was last refused since one was stored; undefined when the last one was stored. */
  readonly refusedAtMs: number | undefined;
  /** When the batch under way began; undefined when there is none. */
  readonly batchSinceMs: number | undefined;
}

interface PendingGroup {
  readonly group: WriteGroup;
  /** When the requests behind it arrived, on the monotonic clock. */
  readonly receivedMs: number;
  /** When it began to wait, on the monotonic clock. */
  readonly sinceMs: number;
  readonly resolve: (result: GroupResult) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #parts: GroupCommitParts;
  readonly #limits: CommitLimits;
  readonly #overload: OverloadReplies;
  #waiting: PendingGroup[] = [];
  #waitingBytes = 0;
  /** Looks for what has waited for too long; one timer for all, so that a write costs none. */
  #expiry: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #wantsMaintenance = true;
  #maintainedMs = 0;
  #lastTimeMs = 0;
  #endQuiet: (() => void) | undefined;
  #settleTimer: NodeJS.Timeout | undefined;
  #refusedAtMs: number | undefined;
  #batchSinceMs: number | undefined;
  /** An empty batch is due. */
  #mustSettle = false;
  #isStopping = false;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? COMMIT_LIMITS;
    this.#overload = new OverloadReplies(parts.log);
  }

  /** State of the store's writing; times are on the monotonic clock. */
  get writeState(): WriteState {
    return { refusedAtMs: this.#refusedAtMs, batchSinceMs: this.#batchSinceMs };
  }

  /** Bytes of writes that wait for their batch to begin. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Resolves when the group's writes are durable or refused; rejects when their fate is not known. `receivedMs` is when
   * the requests behind it arrived, on the monotonic clock.
   */
  submit(group: WriteGroup, receivedMs: number = performance.now()): Promise<GroupResult> {
    const { maxWaitingBytes, maxWaitMs } = this.#limits;
    const waitingBytes = this.#waitingBytes + group.writes.length;
    if (waitingBytes > maxWaitingBytes) return Promise.resolve(this.#overload.refuse(group));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ group, receivedMs, sinceMs: performance.now(), resolve, reject });
      this.#waitingBytes = waitingBytes;
      this.#expiry ??= setTimeout(() => this.#expire(), maxWaitMs).unref();
      this.#endQuiet?.();
      this.#run();
    });
  }

  /** Refuses what has waited for too long: it has not been given to the store, so it is surely not stored. */
  #expire(): void {
    const { maxWaitMs } = this.#limits;
    const nowMs = performance.now();
    const lastIndex = this.#waiting.findLastIndex(({ sinceMs }) => nowMs - sinceMs >= maxWaitMs);
    for (const { group, resolve } of this.#take(lastIndex + 1)) resolve(this.#overload.refuse(group));
    const [oldest] = this.#waiting;
    const leftMs = oldest === undefined ? 0 : oldest.sinceMs + maxWaitMs - nowMs;
    this.#expiry = oldest === undefined ? undefined : setTimeout(() => this.#expire(), leftMs).unref();
  }

  #take(count: number): PendingGroup[] {
    const taken = this.#waiting.splice(0, count);
    for (const { group } of taken) this.#waitingBytes -= group.writes.length;
    return taken;
  }

  /**
   * Commits one write of the server's own; see EffectRunner.commit for one that has effects. Rejects with the ProtocolError
   * that a client would be answered when it was refused, and with another error when its fate is not known.
   */
  async write<K extends WriteKind>({ write, effects: planned = [] }: OwnPlan<K>): Promise<OwnResult<K>> {
    const pending = { write, replyTo: NOBODY, reply: { info: "", fields: {} }, effects: planned };
    const { effects, outcomes } = await this.submit({ framing: undefined, writes: packWrites([pending]) });
    const outcome = outcomes?.[0] as OwnOutcome<K> | undefined; // the kind of the one write that was submitted
    if (outcome === undefined) throw new Error("a write of the server's own came back without its outcome");
    if (!outcome.done) throw ProtocolError.of(outcome.refusal);
    return { result: outcome.result, effects };
  }

  /** Resolves when every write is committed; from then on there is no housekeeping any more. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#settleTimer);
    this.#endQuiet?.();
    while (this.#running !== undefined) await this.#running;
    clearTimeout(this.#expiry);
  }

  #run(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#work().finally(() => {
      this.#running = undefined;
      if (this.#isDue) this.#run();
    });
  }

  get #isDue(): boolean {
    return this.#waiting.length > 0 || this.#mustSettle;
  }

  async #work(): Promise<void> {
    while (this.#isDue) {
      if (this.#waitingBytes < MAX_BATCH_BYTES) await this.#parts.pacer.gather();
      await this.#commit(this.#takeBatch());
      this.#wantsMaintenance = true;
      if (performance.now() - this.#maintainedMs >= STEP_INTERVAL_MS) await this.#maintain();
      if (!this.#isDue) await this.#runMaintenance();
    }
  }

  /** Does what housekeeping there is when nothing has been written for a while; ends when something is. */
  async #runMaintenance(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, QUIET_MS);
      this.#endQuiet = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endQuiet = undefined;
    while (this.#wantsMaintenance && !this.#isStopping && !this.#isDue) await this.#maintain();
  }

  #takeBatch(): PendingGroup[] {
    let byteCount = 0;
    let groupCount = 0;
    for (const { group } of this.#waiting) {
      byteCount += group.writes.length;
      if (groupCount > 0 && byteCount > MAX_BATCH_BYTES) break;
      groupCount += 1;
    }
    return this.#take(groupCount);
  }

  /** Messages that a failed batch has stored all the same are announced with the next: when nobody writes, with an empty one. */
  #settleSoon(): void {
    clearTimeout(this.#settleTimer);
    if (this.#isStopping) return;
    this.#settleTimer = setTimeout(() => {
      this.#mustSettle = true;
      this.#endQuiet?.();
      this.#run();
    }, SETTLE_MS);
  }

  async #commit(batch: readonly PendingGroup[]): Promise<void> {
    this.#mustSettle = false;
    this.#parts.pacer.committing();
    this.#batchSinceMs = performance.now();
    const groups = batch.map(({ group }) => group);
    const compression = this.#parts.compression?.();
    const task = { kind: "commit", groups, timeMs: this.#batchTime(), compression } as const;
    try {
      // Writes may be repeated, so a batch that was lost with its thread gets a second one.
      const result = await this.#parts.pools.commit({ ...task, isRepeat: false }).catch((error: unknown) => {
        this.#parts.log.error("a batch was lost with its thread and is committed again", { error });
        return this.#parts.pools.commit({ ...task, isRepeat: true });
      });
      if (result.writeCount > 0) this.#refusedAtMs = result.unavailable ? performance.now() : undefined;
      if (result.unsettled) this.#settleSoon();
      this.#deliver(result, batch);
      for (const [index, { resolve, reject }] of batch.entries()) {
        const groupResult = result.groups[index];
        if (groupResult === undefined) reject(new Error("a batch came back without one of its groups"));
        else resolve(groupResult);
      }
    } catch (error) {
      this.#refusedAtMs = performance.now();
      this.#parts.onLost?.({ resets: lostGroups(groups), ends: lostEnds(groups) });
      for (const { reject } of batch) reject(error);
    } finally {
      this.#batchSinceMs = undefined;
    }
  }

  #deliver(result: CommitResult, batch: readonly PendingGroup[]): void {
    const startMs = performance.now();
    const isComplete = this.#parts.onCommitted(result);
    const arrivals = batch.flatMap(({ receivedMs }, index) =>
      (result.groups[index]?.messageCount ?? 0) > 0 ? [receivedMs] : [],
    );
    const complete = (): void => {
      const endMs = performance.now();
      this.#parts.pacer.deliveryTook(endMs - startMs);
      for (const receivedMs of arrivals) this.#parts.onDelivered?.(endMs - receivedMs);
    };
    if (isComplete === undefined) complete();
    else void isComplete.then(complete);
    this.#parts.pacer.committed(result.messageCount);
  }

  /** By their time the messages of a batch that is committed again are known as its own. */
  #batchTime(): number {
    const nowMs = Date.now();
    const isTaken = nowMs <= this.#lastTimeMs && nowMs > this.#lastTimeMs - MAX_AHEAD_MS;
    this.#lastTimeMs = isTaken ? this.#lastTimeMs + 1 : nowMs;
    return this.#lastTimeMs;
  }

  async #maintain(): Promise<void> {
    try {
      this.#wantsMaintenance = await this.#parts.pools.maintain();
    } catch (error) {
      this.#wantsMaintenance = false;
      this.#parts.log.error("the store's housekeeping failed", { error });
    }
    this.#maintainedMs = performance.now();
  }
}
