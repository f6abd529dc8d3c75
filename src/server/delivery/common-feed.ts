// The common chat's stored messages on their way to the sessions: one list for all, and everyone's place in it.
import { CHUNK_BYTES } from "../../workers/batch-encoder.ts";
import type { EventChunk } from "../../workers/task.ts";
import { ChunkFrames } from "./shared-frames.ts";

/**
 * Bytes that messages are gathered in, so that any run of them is a view and no copy: a buffer for each would be garbage
 * of megabytes a second, outside of V8's heap, and a collection of it every second.
 */
const SLAB_BYTES = 2 * 1024 * 1024;

/** A batch's events of one kind, in a slab, and what comes after them. */
interface Stored {
  readonly chunk: EventChunk;
  readonly slab: Buffer;
  readonly start: number;
  readonly end: number;
  readonly next: FeedPlace;
}

/** A run of events of one kind, and the place after it. */
export interface FeedPart {
  readonly frames: ChunkFrames;
  readonly end: FeedPlace;
  readonly slab: Buffer;
}

/** A place between two batches. What no session has before it any more is nobody's, and goes with the garbage. */
export class FeedPlace {
  /** Bytes of all messages before it. */
  readonly offsetBytes: number;
  /** What comes next; undefined at the end. */
  stored: Stored | undefined;
  /** What was last made of it. */
  part: FeedPart | undefined;

  constructor(offsetBytes: number) {
    this.offsetBytes = offsetBytes;
  }
}

/** Sessions at the same place share the same bytes, however many batches are before them. */
export class CommonFeed {
  #end = new FeedPlace(0);
  #slab: Buffer = Buffer.alloc(0);
  #usedBytes = 0;

  get end(): FeedPlace {
    return this.#end;
  }

  append(chunk: EventChunk): void {
    const { length } = chunk.bytes;
    if (this.#usedBytes + length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, length));
      this.#usedBytes = 0;
    }
    const start = this.#usedBytes;
    this.#usedBytes += length;
    this.#slab.set(chunk.bytes, start);
    const next = new FeedPlace(this.#end.offsetBytes + length);
    // Not the chunk's own bytes: they are part of a buffer that holds the whole batch.
    const bytes = this.#slab.subarray(start, this.#usedBytes);
    this.#end.stored = { chunk: { ...chunk, bytes }, slab: this.#slab, start, end: this.#usedBytes, next };
    this.#end = next;
  }

  /**
   * What comes after a place that is not the end, as far as it is in one slab and not larger than a chunk may be: an
   * outbox takes, leaves or drops it as a whole.
   */
  partAfter(place: FeedPlace): FeedPart {
    if (place.part === undefined || canGrow(place.part)) place.part = makePart(place);
    return place.part;
  }
}

function canGrow({ frames: { chunk }, end, slab }: FeedPart): boolean {
  const next = end.stored;
  const isAlike = next?.slab === slab && next.chunk.event === chunk.event;
  return isAlike && chunk.bytes.length + next.chunk.bytes.length <= CHUNK_BYTES;
}

function makePart({ stored: first }: FeedPlace): FeedPart {
  if (first === undefined) throw new Error("nothing comes after the end of the feed");
  const { slab, start, chunk } = first;
  let last = first;
  for (let { stored } = first.next; stored?.slab === slab && stored.end - start <= CHUNK_BYTES;) {
    if (stored.chunk.event !== chunk.event) break;
    last = stored;
    ({ stored } = stored.next);
  }
  const frames = new ChunkFrames({ ...chunk, to: last.chunk.to, bytes: slab.subarray(start, last.end) });
  return { frames, end: last.next, slab };
}
