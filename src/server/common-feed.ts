// The common chat's stored messages on their way to the sessions: one list for all, and everyone's place in it.
import { CHUNK_BYTES } from "../workers/batch-encoder.ts";
import type { EventChunk } from "../workers/task.ts";
import { ChunkFrames } from "./shared-frames.ts";

/** Chunks in one, and the place where they end. */
interface FeedPiece {
  readonly frames: ChunkFrames;
  readonly end: FeedPlace;
}

/** A place between two chunks. What no session has before it any more is nobody's, and goes with the garbage. */
export class FeedPlace {
  /** What comes next; undefined at the end. */
  chunk: EventChunk | undefined;
  next: FeedPlace | undefined;
  /** What was made of that and what comes after it. */
  piece: FeedPiece | undefined;
}

/** Sessions at the same place share the same bytes, however many chunks are before them. */
export class CommonFeed {
  #end = new FeedPlace();

  get end(): FeedPlace {
    return this.#end;
  }

  append(chunk: EventChunk): void {
    const end = new FeedPlace();
    this.#end.chunk = chunk;
    this.#end.next = end;
    this.#end = end;
  }

  /**
   * What comes after a place that is not the end, in one piece as large as a chunk may be: an outbox takes or drops it
   * as a whole.
   */
  since(place: FeedPlace): FeedPiece {
    if (place.piece === undefined || canGrow(place.piece)) place.piece = merge(place);
    return place.piece;
  }
}

function canGrow({ frames, end }: FeedPiece): boolean {
  return end.chunk !== undefined && frames.chunk.bytes.length + end.chunk.bytes.length <= CHUNK_BYTES;
}

function merge(from: FeedPlace): FeedPiece {
  const { chunk: first } = from;
  if (first === undefined) throw new Error("nothing comes after the end of the feed");
  const parts: Uint8Array[] = [];
  let byteCount = 0;
  let { toSeq } = first;
  let end = from;
  for (let { chunk, next } = from; chunk !== undefined && next !== undefined; { chunk, next } = next) {
    byteCount += chunk.bytes.length;
    if (parts.length > 0 && byteCount > CHUNK_BYTES) break;
    parts.push(chunk.bytes);
    toSeq = chunk.toSeq;
    end = next;
  }
  const chunk = parts.length === 1 ? first : { ...first, toSeq, bytes: Buffer.concat(parts) };
  return { frames: new ChunkFrames(chunk), end };
}
