// The send queue of one connection, and the only place that writes to its socket.
import type { Socket } from "node:net";
import { eventText, type Events } from "../../protocol/events.ts";
import { encodeFrame, type Framing } from "../../protocol/frame.ts";
import type { ChatId } from "../../protocol/ids.ts";
import type { Clock } from "../../util/clock.ts";
import { CHUNK_BYTES } from "../../threads/batch-encoder.ts";
import { runAt, type DeliveryLog, type FeedEntry } from "./chat-feed.ts";
import { detachedCopy, type EventFrames, type SharedChunk } from "./shared-frames.ts";
import type { Swept } from "./sweep.ts";

/**
 * An event without room may wait while no more than this has been delivered after it, to all sessions and of all chats, in
 * bytes of length-prefixed events. Waiting events lie in memory once for all sessions, so this bounds what the slowest of them
 * all cost together. Enough for a healthy reader when machine or network stall: at 50,000 messages of 100 bytes in a
 * second, for a quarter of one.
 */
const MAX_LAG_BYTES = 4 * 1024 * 1024;

/** The numbers of a chat's dropped events, as the peer is told them. */
type Gap = Omit<Events["gap"], "chat_id">;

/**
 * Bounded in bytes. It
 * 1. never blocks: a slow peer delays nobody else;
 * 2. writes in order: the fan-out's entries (`push`) at the session's turn (`flush`), or before anything else that is
 *    written; an entry without room stays where it is until there is some;
 * 3. takes every answer: requests are not read while too many wait, see `Connection`;
 * 4. takes events while they fit. A message or change that is too far behind becomes part of its chat's gap, which the
 *    peer receives when it has read the queue. A change of a group, which no session may miss, ends the session instead.
 *    Other events are dropped silently.
 */
export class Outbox implements Swept {
  turn: Swept["turn"] = "none";
  readonly #socket: Socket;
  readonly #framing: Framing;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  /** The feed that the session follows; undefined before and after it. */
  #log: DeliveryLog | undefined;
  /** Not yet written. */
  #pending: FeedEntry[] = [];
  #takesChanges = false;
  #takesCompressed = false;
  #onLost: (() => void) | undefined;
  #gaps: Map<ChatId, Gap> | undefined;
  #fullSinceMs: number | undefined;
  #corked = false;
  /** Bytes up to the end of the last answer, of all that was ever taken. */
  #answersEndBytes = 0;
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

  /** Bytes given to the operating system so far. */
  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Bytes that must be given to the operating system until it has the last answer. */
  get unsentAnswerBytes(): number {
    return this.pendingBytes === 0 ? 0 : Math.max(0, this.#answersEndBytes - this.sentBytes);
  }

  /** Gaps that the peer was told of. */
  get gapCount(): number {
    return this.#gapCount;
  }

  /** Since when events have been dropped, on the clock, in milliseconds; undefined while all is taken. */
  get fullSinceMs(): number | undefined {
    return this.#fullSinceMs;
  }

  /**
   * A session begins: it is given events from now on, as its features say, compressed ones from `takeCompressed` on alone.
   * `onLost` is called when an event that is never dropped would have to be: the session cannot go on.
   */
  begin(log: DeliveryLog, features: ReadonlySet<string>, onLost?: () => void): void {
    this.#takesChanges = features.has("changes");
    this.#takesCompressed = false;
    this.#log = log;
    this.#onLost = onLost;
  }

  /** From now on events may be compressed: the session was told that it gets them so. */
  takeCompressed(): void {
    this.#takesCompressed = true;
  }

  /**
   * The session ends. Its gaps are forgotten, and so is what waits for room: the next one's user may have no part in
   * those chats.
   */
  end(): void {
    this.flush();
    this.#log = undefined;
    this.#onLost = undefined;
    this.#pending = [];
    this.#gaps = undefined;
  }

  /** Whether there are events that are not yet written. */
  get isBehind(): boolean {
    return this.#pending.length > 0;
  }

  /** Takes messages of a chat or changes of such, to be written by the next `flush`. */
  push(entry: FeedEntry): void {
    if (this.#log === undefined || (entry.frames.chunk.event === "changed" && !this.#takesChanges)) return;
    this.#pending.push(this.#takesCompressed && entry.compressed !== undefined ? entry.compressed : entry);
  }

  /** Tells the gaps and writes what was pushed, as far as there is room. */
  flush(): void {
    this.#tellGaps();
    if (this.#pending.length === 0) return;
    const entries = this.#pending;
    this.#pending = [];
    let isWaiting = this.#fullSinceMs !== undefined;
    const isJoined = runAt(entries, 0).count < entries.length && this.#join(entries);
    for (let index = 0; index < entries.length;) {
      const { frames, count } = runAt(entries, index);
      const end = index + count;
      // In lines it is shorter by some bytes, but must not be made only to be measured.
      isWaiting ||= !this.#fits(frames.chunk.bytes.length);
      if (isWaiting) for (const entry of entries.slice(index, end)) this.#keep(entry);
      else this.#socket.write(frames.in(this.#framing));
      index = end;
    }
    if (isJoined) this.#socket.uncork();
  }

  /** Has little that lies in several places leave in one write; what is much does not get cheaper. */
  #join(entries: readonly FeedEntry[]): boolean {
    let byteCount = 0;
    for (const { frames } of entries) byteCount += frames.chunk.bytes.length;
    if (byteCount > CHUNK_BYTES) return false;
    this.#socket.cork();
    return true;
  }

  /** Keeps what finds no room, or drops it into the gap of its chat. */
  #keep(entry: FeedEntry): void {
    const { chunk } = entry.frames;
    const gap = this.#gaps?.get(chunk.chatId);
    const isNear = this.#log !== undefined && this.#log.endBytes - entry.endOffsetBytes <= MAX_LAG_BYTES;
    if (chunk.event === "notice") {
      if (isNear) this.#pending.push(entry);
      else process.nextTick(() => this.#onLost?.()); // not within what writes to it
    } else if (gap !== undefined) widen(gap, chunk);
    else if (isNear) this.#pending.push(entry);
    else {
      this.#gaps ??= new Map();
      this.#gaps.set(chunk.chatId, widen({}, chunk));
      this.#fullSinceMs ??= this.#clock.now();
    }
  }

  /** Queues finished frames of answers. */
  reply(frames: Uint8Array): void {
    if (frames.length === 0) return;
    this.#cork();
    this.flush();
    this.#socket.write(detachedCopy(frames));
    this.#answersEndBytes = this.#socket.bytesWritten;
  }

  /** Queues another event, or drops it. */
  event(frames: EventFrames): void {
    this.#cork();
    this.flush();
    const frame = frames.in(this.#framing);
    if (this.#fits(frame.length)) this.#socket.write(frame);
    else this.#fullSinceMs ??= this.#clock.now();
  }

  /** Queues the event that tells the session of its end: there is always room for it. */
  closing(reason: string): void {
    this.#cork();
    this.flush();
    this.#socket.write(encodeFrame(eventText("closing", { reason }, Date.now()), this.#framing));
  }

  /** The session may see nothing more of a chat: writes what there is room for, and forgets the rest and the gap. */
  forget(chatId: ChatId): void {
    this.flush();
    this.#pending = this.#pending.filter(({ frames }) => frames.chunk.chatId !== chatId);
    this.#gaps?.delete(chatId);
  }

  /** Tells the gaps as soon as there is room. */
  #tellGaps(): void {
    if (this.#fullSinceMs === undefined || this.pendingBytes > this.#maxBytes / 2) return;
    if (this.#gaps !== undefined) this.#cork();
    for (const [chatId, gap] of this.#gaps ?? []) {
      const text = eventText("gap", { chat_id: chatId, ...gap }, Date.now());
      this.#socket.write(encodeFrame(text, this.#framing));
      this.#gapCount += 1;
    }
    this.#gaps = undefined;
    this.#fullSinceMs = undefined;
  }

  /** A frame larger than the whole outbox would never fit; an empty outbox takes it all the same. */
  #fits(byteCount: number): boolean {
    const pending = this.pendingBytes;
    return pending === 0 || pending + byteCount <= this.#maxBytes;
  }

  /** All that is written until the end of this turn of the event loop leaves in one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }
}

/** Takes dropped events into a gap. */
function widen(gap: Gap, { event, from, to }: SharedChunk): Gap {
  if (event === "message") {
    gap.from_seq ??= from;
    gap.to_seq = to;
  } else {
    gap.from_rev ??= from;
    gap.to_rev = to;
  }
  return gap;
}
