// Events in both framings of the wire, each encoded at most once however many sessions want it.
import { encodeFrame, prefixedToLines, splitPrefixed, type Framing } from "../../protocol/frame.ts";
import type { EventChunk } from "../../threads/task.ts";

/**
 * The same bytes, copied when they are a small part of a buffer: what a slow peer leaves in its queue must not keep the
 * answers and events of a whole batch in memory.
 */
export function detachedCopy(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}

/** Messages of one chat, changes of such, or an event of a group that is never dropped. */
export type SharedChunk = Omit<EventChunk, "event" | "compressed"> & { readonly event: EventChunk["event"] | "notice" };

/** A chunk, which lies once for all sessions. */
export class ChunkFrames {
  readonly chunk: SharedChunk;
  #lines: Buffer | undefined;

  constructor(chunk: SharedChunk) {
    this.chunk = chunk;
  }

  in(framing: Framing): Uint8Array {
    return framing === "prefixed" ? this.chunk.bytes : (this.#lines ??= prefixedToLines(this.chunk.bytes));
  }

  /**
   * The messages from `firstSeq` on, or the changes of such; undefined where there are none. The numbers of changes that
   * are left out are among those that a gap would name: who asks for them is told what may be seen.
   */
  visibleFrom(firstSeq: number): SharedChunk | undefined {
    const { chunk } = this;
    const { event, from, to, bytes } = chunk;
    if (event === "message" && (from >= firstSeq || to < firstSeq)) return from >= firstSeq ? chunk : undefined;
    const seqs = chunk.seqs ?? consecutive(from, to);
    const visible = seqs.filter((seq) => seq >= firstSeq);
    const [first] = visible;
    if (first === undefined) return undefined;
    if (visible.length === seqs.length) return chunk;
    const frames = splitPrefixed(bytes).filter((_frame, index) => (seqs[index] ?? 0) >= firstSeq);
    const numbers = event === "message" ? { from: first, seqs: visible } : { seqs: visible };
    return { ...chunk, ...numbers, bytes: Buffer.concat(frames) };
  }
}

function consecutive(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
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
