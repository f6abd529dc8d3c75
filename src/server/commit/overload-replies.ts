// Replies when writes come faster than the store takes them, and one line in the log now and then.
import type { Logger } from "../../log/logger.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { BatchEncoder } from "../../threads/batch-encoder.ts";
import { unpackWrites } from "../../threads/packing.ts";
import type { GroupResult, WriteGroup } from "../../threads/task.ts";

/** How often the log says so while it lasts, in milliseconds. */
const LOG_INTERVAL_MS = 10_000;

export class OverloadReplies {
  readonly #log: Logger;
  #refusedCount = 0;
  #loggedMs = -Infinity;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Answers all writes of a group that was never given to the store with 503. */
  refuse(group: WriteGroup): GroupResult {
    const encoder = new BatchEncoder(Date.now());
    encoder.beginGroup(group.framing);
    const error = new ProtocolError("store_away", "the store is too slow for now; nothing was stored, try again");
    for (const pending of unpackWrites(group.writes)) encoder.refuse(pending, error);
    const [result] = encoder.finish().groupResults;
    if (result === undefined) throw new Error("a group without a result");
    this.#refusedCount += result.refusedCount;
    this.#tell();
    return result;
  }

  #tell(): void {
    const nowMs = performance.now();
    if (nowMs - this.#loggedMs < LOG_INTERVAL_MS) return;
    this.#log.warn("the store is slower than what is written; writes are refused", { refused: this.#refusedCount });
    this.#loggedMs = nowMs;
    this.#refusedCount = 0;
  }
}
