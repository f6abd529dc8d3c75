// Events of one chat on their way to many sessions: their bytes lie side by side, once for all.
import { CHUNK_BYTES } from "../../threads/batch-encoder.ts";
import type { EventChunk } from "../../threads/task.ts";
import { ChunkFrames, detachedCopy, type SharedChunk } from "./shared-frames.ts";

/**
 * Bytes that events are gathered in, so that any run of them is a view and no copy: a buffer for each would be garbage
 * of megabytes a second, outside of V8's heap, and a collection of it every second. A chat begins with a small one, and
 * each further one is twice as large.
 */
const FIRST_SLAB_BYTES = 64 * 1024;
const MAX_SLAB_BYTES = 2 * 1024 * 1024;

/** A chunk that waits for its turn with the sessions of its audience. */
export class FeedEntry {
  readonly frames: ChunkFrames;
  /** Bytes delivered before its end, of all chats; see DeliveryLog. */
  readonly endOffsetBytes: number;
  /** The place of its bytes; undefined when they are in a buffer of their own. */
  readonly slab: Buffer | undefined;
  readonly start: number;
  readonly end: number;
  /** The same events compressed, for sessions that take them so; its offset is the same. */
  compressed: FeedEntry | undefined;
  /** The last run that was made of it and what comes after it. */
  run: FeedRun | undefined;

  constructor(frames: ChunkFrames, endOffsetBytes: number, slab?: Buffer, start = 0) {
    this.frames = frames;
    this.endOffsetBytes = endOffsetBytes;
    this.slab = slab;
    this.start = start;
    this.end = start + frames.chunk.bytes.length;
  }
}

/** Entries that follow one another, as one piece of bytes. */
export interface FeedRun {
  readonly frames: ChunkFrames;
  readonly count: number;
  readonly last: FeedEntry;
}

/**
 * The run that begins at an index of a list: as far as its bytes are in one slab without a break, and not larger than a
 * chunk may be. Sessions with the same list share the run.
 */
export function runAt(entries: readonly FeedEntry[], index: number): FeedRun {
  const first = entries[index];
  if (first === undefined) throw new Error("no entry there");
  let last = first;
  let next = index + 1;
  for (let entry = entries[next]; entry !== undefined && follows(first, last, entry); entry = entries[next]) {
    last = entry;
    next += 1;
  }
  if (first.run?.last === last) return first.run;
  const { chunk } = first.frames;
  const frames =
    last === first || first.slab === undefined
      ? first.frames
      : new ChunkFrames({ ...chunk, bytes: first.slab.subarray(first.start, last.end) });
  first.run = { frames, count: next - index, last };
  return first.run;
}

function follows(first: FeedEntry, last: FeedEntry, entry: FeedEntry): boolean {
  const isNext = entry.slab !== undefined && entry.slab === last.slab && entry.start === last.end;
  return isNext && entry.end - first.start <= CHUNK_BYTES;
}

/** Deliveries so far, in bytes of length-prefixed events of all chats. */
export class DeliveryLog {
  endBytes = 0;

  /** An entry with a buffer of its own: the chunk's is part of one that holds the whole batch. */
  lone({ compressed, ...chunk }: SharedChunk & Pick<EventChunk, "compressed">): FeedEntry {
    this.endBytes += chunk.bytes.length;
    const entry = new FeedEntry(new ChunkFrames({ ...chunk, bytes: detachedCopy(chunk.bytes) }), this.endBytes);
    if (compressed !== undefined) {
      entry.compressed = new FeedEntry(new ChunkFrames({ ...chunk, bytes: compressed }), this.endBytes);
    }
    return entry;
  }
}

/** Slabs that are filled one after the other. */
class Slabs {
  #slab: Buffer = Buffer.alloc(0);
  #usedBytes = 0;

  /** An entry of the chunk with these bytes, copied behind those of the one before. */
  add(chunk: SharedChunk, bytes: Uint8Array, endOffsetBytes: number): FeedEntry {
    const { length } = bytes;
    if (this.#usedBytes + length > this.#slab.length) {
      const slabBytes = Math.min(MAX_SLAB_BYTES, Math.max(FIRST_SLAB_BYTES, this.#slab.length * 2));
      this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, length));
      this.#usedBytes = 0;
    }
    const start = this.#usedBytes;
    this.#usedBytes += length;
    this.#slab.set(bytes, start);
    const view = this.#slab.subarray(start, this.#usedBytes);
    return new FeedEntry(new ChunkFrames({ ...chunk, bytes: view }), endOffsetBytes, this.#slab, start);
  }
}

/** The slabs of one chat; what no session has before it any more is nobody's, and goes with the garbage. */
export class ChatFeed {
  readonly #log: DeliveryLog;
  readonly #plain = new Slabs();
  readonly #compressed = new Slabs();

  constructor(log: DeliveryLog) {
    this.#log = log;
  }

  append({ compressed, ...chunk }: EventChunk): FeedEntry {
    this.#log.endBytes += chunk.bytes.length;
    const { endBytes } = this.#log;
    const entry = this.#plain.add(chunk, chunk.bytes, endBytes);
    if (compressed !== undefined) entry.compressed = this.#compressed.add(chunk, compressed, endBytes);
    return entry;
  }
}
