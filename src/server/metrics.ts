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
  /** Time the store took for each batch of writes, in milliseconds. */
  readonly commitTimes = new TimeHistogram();
  /** Of groups with new messages, from their arrival to the writes of their events. */
  readonly deliveryTimes = new TimeHistogram();

  /** Counts a batch; one without writes is none to the store. */
  add({ writeCount, messageCount, commitMs }: CommitResult): void {
    this.messages += messageCount; // those that an earlier batch has stored come with an empty one
    if (writeCount === 0) return;
    this.writes += writeCount;
    this.commitTimes.add(commitMs);
  }
}
