// The send queue of one connection, and the only place that writes to its socket.
import type { Socket } from "node:net";
import { eventText, type Events } from "../../protocol/events.ts";
import { encodeFrame, type Framing } from "../../protocol/frame.ts";
import type { ChatId } from "../../protocol/ids.ts";
import type { Clock } from "../../util/clock.ts";
import type { EventChunk } from "../../workers/task.ts";
import type { CommonFeed, FeedPlace } from "./common-feed.ts";
import { ownBytes, type ChunkFrames, type EventFrames } from "./shared-frames.ts";

/**
 * A session may be so far behind in the common chat, in bytes of length-prefixed events, before it is told a gap. What
 * waits lies in memory once for all sessions, so this bounds what the slowest of them all cost together. Enough for a
 * healthy reader when machine or network stall: at 50,000 messages of 100 bytes in a second, for a quarter of one.
 */
const MAX_LAG_BYTES = 4 * 1024 * 1024;

/** The numbers of a chat's dropped events, as the peer is told them. */
type Gap = Omit<Events["gap"], "chat_id">;

/**
 * Bounded in bytes: answers are always taken (requests are not read while too many wait, see `Connection`), events only
 * while they fit. Of dropped messages a gap per chat is remembered and told when the peer has read what was queued;
 * other events are dropped without a word. Never blocks, never reorders; the peer's slowness is nobody else's.
 *
 * During a session it follows the common chat: what was stored there goes out when the fan-out comes round to it
 * (`catchUp`), or before anything else that is written. What finds no room stays where it is until there is some
 * (`goOn`); a session that is too far behind is told a gap up to the end.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #framing: Framing;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #feed: CommonFeed | undefined;
  /** What comes after it in the feed is not yet written. */
  #place: FeedPlace | undefined;
  /** There is more in the feed, and no room for it. */
  #waitsForRoom = false;
  #wantsChanges = false;
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
   * A session begins: it is given what is stored in the common chat from now on, and changes of messages of any chat if
   * it wants them.
   */
  follow(feed: CommonFeed, wantsChanges = false): void {
    this.#wantsChanges = wantsChanges;
    this.#feed = feed;
    this.#place = feed.end;
  }

  /**
   * The session ends. Its gaps are forgotten, and so is what waits for room: the next one's user may have no part in
   * those chats.
   */
  unfollow(): void {
    this.catchUp();
    this.#waitsForRoom = false;
    this.#feed = undefined;
    this.#place = undefined;
    this.#gaps = undefined;
  }

  /** Whether there is more of the common chat to be queued. */
  get isBehind(): boolean {
    return this.#place !== this.#feed?.end;
  }

  /**
   * Queues what has been stored in the common chat since the last time, as far as there is room; gaps that are to be told
   * have the first of it.
   */
  catchUp(): void {
    const feed = this.#feed;
    if (feed === undefined) return;
    this.#tellGaps();
    for (let place = this.#place; place !== undefined && place !== feed.end; place = this.#place) {
      const { frames, end } = feed.partAfter(place);
      const isNear = feed.end.offsetBytes - place.offsetBytes <= MAX_LAG_BYTES;
      const mayWait = isNear && this.#gaps?.has(frames.chunk.chatId) !== true;
      // In lines it is shorter by some bytes, but must not be made only to be measured.
      this.#waitsForRoom = mayWait && (this.#fullSinceMs !== undefined || !this.#fits(frames.chunk.bytes.length));
      if (this.#waitsForRoom) return;
      this.#place = end;
      this.chunk(frames);
    }
    this.#waitsForRoom = false;
  }

  /** To be called when the socket has drained and now and then: queues what waits for room, and tells the gaps. */
  goOn(): void {
    this.#tellGaps();
    if (this.#waitsForRoom) this.catchUp();
  }

  /** Queues finished frames of answers. */
  reply(frames: Uint8Array): void {
    if (frames.length === 0) return;
    this.#cork();
    this.catchUp();
    this.#socket.write(ownBytes(frames));
    this.#answersEndBytes = this.#socket.bytesWritten;
  }

  /** Queues messages of a chat or changes of such, or drops them and remembers the gap. */
  chunk(frames: ChunkFrames): void {
    const { chatId, event } = frames.chunk;
    if (event === "changed" && !this.#wantsChanges) return;
    const gap = this.#gaps?.get(chatId);
    if (gap !== undefined) {
      widen(gap, frames.chunk);
      return;
    }
    const bytes = frames.in(this.#framing);
    if (this.#fits(bytes.length)) {
      this.#socket.write(bytes);
      return;
    }
    this.#gaps ??= new Map();
    this.#gaps.set(chatId, widen({}, frames.chunk));
    this.#fullSinceMs ??= this.#clock.now();
  }

  /** Queues another event, or drops it. */
  event(frames: EventFrames): void {
    this.#cork();
    this.catchUp();
    const frame = frames.in(this.#framing);
    if (this.#fits(frame.length)) this.#socket.write(frame);
    else this.#fullSinceMs ??= this.#clock.now();
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

  /** What is written until the end of this turn of the event loop leaves in one write. */
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
function widen(gap: Gap, { event, from, to }: EventChunk): Gap {
  if (event === "message") {
    gap.from_seq ??= from;
    gap.to_seq = to;
  } else {
    gap.from_rev ??= from;
    gap.to_rev = to;
  }
  return gap;
}
