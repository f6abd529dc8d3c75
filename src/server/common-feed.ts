// The common chat's stored messages on their way to the sessions: one list for all, and everyone's place in it.
import { ChunkFrames } from "./shared-frames.ts";
import type { EventChunk } from "../workers/task.ts";

/** A place between two chunks. What no session has before it any more is nobody's, and goes with the garbage. */
export class FeedPlace {
  /** What comes next; undefined at the end. */
  chunk: EventChunk | undefined;
  next: FeedPlace | undefined;
  /** All that comes after this place, up to `mergedEnd`. */
  merged: ChunkFrames | undefined;
  mergedEnd: FeedPlace | undefined;
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

  /** Everything between a place that is not the end, and the end. */
  since(place: FeedPlace): ChunkFrames {
    if (place.merged === undefined || place.mergedEnd !== this.#end) {
      place.merged = new ChunkFrames(merge(place));
      place.mergedEnd = this.#end;
    }
    return place.merged;
  }
}

function merge(from: FeedPlace): EventChunk {
  const chunks: EventChunk[] = [];
  for (let place = from; place.chunk !== undefined && place.next !== undefined; place = place.next) {
    chunks.push(place.chunk);
  }
  const [first] = chunks;
  const last = chunks.at(-1);
  if (first === undefined || last === undefined) throw new Error("nothing comes after the end of the feed");
  if (first === last) return first;
  return { ...first, toSeq: last.toSeq, bytes: Buffer.concat(chunks.map(({ bytes }) => bytes)) };
}
