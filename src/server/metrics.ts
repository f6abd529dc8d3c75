// Counters of the server since its start. Plain numbers: counting must cost nothing.
import type { CommitResult } from "../threads/task.ts";
import { TimeHistogram } from "./monitoring/time-histogram.ts";

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
  /** The same of each batch. */
  readonly commitTimes = new TimeHistogram();
  /** Of groups with new messages, from their arrival to the writes of their events. */
  readonly deliveryTimes = new TimeHistogram();

  /** Counts a batch. */
  add({ writeCount, messageCount, commitMs }: CommitResult): void {
    this.batches += 1;
    this.writes += writeCount;
    this.messages += messageCount;
    this.commitMs += commitMs;
    this.commitTimes.add(commitMs);
  }
}
