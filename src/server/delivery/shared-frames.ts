// Events in both framings of the wire, each encoded at most once however many sessions want it.
import { encodeFrame, prefixedToLines, type Framing } from "../../protocol/frame.ts";
import type { EventChunk } from "../../workers/task.ts";

/**
 * The same bytes, copied when they are a small part of a buffer: what a slow peer leaves in its queue must not keep the
 * answers and events of a whole batch in memory.
 */
export function detachedCopy(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength * 2 < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
}

/** Messages of one chat, or changes of such. */
export class ChunkFrames {
  readonly chunk: EventChunk;
  #lines: Buffer | undefined;

  constructor(chunk: EventChunk) {
    this.chunk = chunk;
  }

  in(framing: Framing): Uint8Array {
    return framing === "prefixed" ? this.chunk.bytes : (this.#lines ??= prefixedToLines(this.chunk.bytes));
  }
}

/** An event other than `message`. */
export class EventFrames {
  readonly #text: string;
  readonly #frames: { [F in Framing]?: Buffer } = {};

  constructor(text: string) {
    this.#text = text;
  }

  in(framing: Framing): Buffer {
    return (this.#frames[framing] ??= encodeFrame(this.#text, framing));
  }
}
