// The send queue of one connection, and the only place that writes to its socket.
import type { Socket } from "node:net";
import { eventText } from "../protocol/events.ts";
import { encodeFrame, prefixedToLines, type Framing } from "../protocol/frame.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { Clock } from "../util/clock.ts";
import type { EventChunk } from "../workers/task.ts";

/** A chunk in both framings, the second made at most once however many sessions want it. */
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

/** An event other than `message` in both framings, each made at most once. */
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

/**
 * Bounded in bytes: answers are always taken (requests are not read while too many wait, see `Connection`), events only
 * while they fit. Of dropped messages a gap per chat is remembered and told when the peer has read what was queued;
 * other events are dropped without a word. Never blocks, never reorders; the peer's slowness is nobody else's.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #framing: Framing;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #gaps: Map<ChatId, { fromSeq: number; toSeq: number }> | undefined;
  #fullSinceMs: number | undefined;
  #corked = false;
  #gapCount = 0;

  /** The clock should never jump. */
  constructor(socket: Socket, framing: Framing, maxBytes: number, clock: Clock) {
    this.#socket = socket;
    this.#framing = framing;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /** Bytes taken and not yet given to the operating system. */
  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Gaps that the peer was told of. */
  get gapCount(): number {
    return this.#gapCount;
  }

  /** Since when events have been dropped, on the clock, in milliseconds; undefined while all is taken. */
  get fullSinceMs(): number | undefined {
    return this.#fullSinceMs;
  }

  /** Queues finished frames of answers. */
  reply(frames: Uint8Array): void {
    if (frames.length > 0) this.#write(frames);
  }

  /** Queues messages of a chat, or drops them and remembers the gap. */
  messages(frames: ChunkFrames): void {
    const { chatId, fromSeq, toSeq } = frames.chunk;
    const gap = this.#gaps?.get(chatId);
    if (gap !== undefined) {
      gap.toSeq = toSeq;
      return;
    }
    const bytes = frames.in(this.#framing);
    if (this.#fits(bytes.length)) {
      this.#socket.write(bytes);
      return;
    }
    this.#gaps ??= new Map();
    this.#gaps.set(chatId, { fromSeq, toSeq });
    this.#fullSinceMs ??= this.#clock.now();
  }

  /** Queues another event, or drops it. */
  event(frames: EventFrames): void {
    const frame = frames.in(this.#framing);
    if (this.#fits(frame.length)) this.#write(frame);
    else this.#fullSinceMs ??= this.#clock.now();
  }

  /** To be called when the socket has drained and now and then: tells the gaps as soon as there is room. */
  tellGaps(): void {
    if (this.#fullSinceMs === undefined || this.pendingBytes > this.#maxBytes / 2) return;
    for (const [chatId, { fromSeq, toSeq }] of this.#gaps ?? []) {
      const text = eventText("gap", { chat_id: chatId, from_seq: fromSeq, to_seq: toSeq }, Date.now());
      this.#write(encodeFrame(text, this.#framing));
      this.#gapCount += 1;
    }
    this.#gaps = undefined;
    this.#fullSinceMs = undefined;
  }

  /** To be called when the session has ended: the next one's user may have no part in those chats. */
  forgetGaps(): void {
    this.#gaps = undefined;
  }

  /** A frame larger than the whole outbox would never fit; an empty outbox takes it all the same. */
  #fits(byteCount: number): boolean {
    const pending = this.pendingBytes;
    return pending === 0 || pending + byteCount <= this.#maxBytes;
  }

  /** Answers and small events of one turn of the event loop leave in one write. */
  #write(bytes: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }
}
