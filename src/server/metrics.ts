// Counters of the server since its start. Plain numbers: counting must cost nothing.
import type { CommitResult } from "../threads/task.ts";

export class Metrics {
  requests = 0;
  /** Messages newly stored. */
  messages = 0;
  /** Events of messages, counted once per session that they were given to. */
  deliveries = 0;
  writes = 0;
  batches = 0;
  /** Time the store took for its commits, in milliseconds. */
  commitMs = 0;

  /** Counts a batch. */
  add({ writeCount, messageCount, commitMs }: CommitResult): void {
    this.batches += 1;
    this.writes += writeCount;
    this.messages += messageCount;
    this.commitMs += commitMs;
  }
}
