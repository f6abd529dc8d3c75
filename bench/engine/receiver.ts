// The receiving side of one connection: reads as thoroughly as its role asks, and counts what is missing.
import type { Role } from "./commands.ts";
import { FrameReader, PrefixWalker, type FrameFormat } from "./frames.ts";
import { SenderTrack } from "./order.ts";
import type { Sender } from "./sender.ts";
import { readStamp, type Stamp } from "./stamp.ts";
import type { Tally } from "./tally.ts";

const SAMPLE_EVERY = 64;
const OK_CODE = Buffer.from('"code":200');
/** Place of the byte that tells `{"action"` from `{"event"` in a length-prefixed frame. */
const KIND_AT = 6;
const KIND_RESPONSE = 0x61;

/** Messages that a connection was to receive of one sender: numbers `from` to (excluding) `to`. */
export interface Expected {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** Faults in the messages that a connection received. */
export interface Shortfall {
  readonly delivered: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

/**
 * Only our own framing can be walked by lengths, and has nothing but messages in it. Where every receiver is named in
 * what it gets (XML), streams differ in length, so bytes prove nothing. In both cases every stamp is read.
 */
function possibleRole(role: Role, format: FrameFormat, sender: Sender | undefined): Role {
  const isPossible =
    role === "walk" ? format === "prefixed" && !sender : role === "bytes" ? format !== "stamps" && !sender : true;
  return isPossible ? role : "full";
}

/** A connection's receiving side. `begin` starts a count at a quiet moment. */
export class Receiver {
  readonly role: Role;
  readonly #format: FrameFormat;
  readonly #sender: Sender | undefined;
  #reader: FrameReader;
  #walker: PrefixWalker | undefined;
  #tally: Tally;
  #tracks = new Map<number, SenderTrack>();
  #firstNumbers: ReadonlyMap<number, number> = new Map();
  #nowUs = 0;
  #messageCount = 0;
  #messageBytes = 0;
  readonly #stamp: Stamp = { sender: 0, number: 0, timeUs: 0 };

  constructor(role: Role, format: FrameFormat, sender: Sender | undefined, tally: Tally) {
    this.role = possibleRole(role, format, sender);
    this.#format = format;
    this.#sender = sender;
    this.#tally = tally;
    this.#reader = this.#newReader();
  }

  /** Messages received since `begin`; of the role `bytes` unknown (0). */
  get messageCount(): number {
    return this.#walker ? this.#walker.frameCount : this.#messageCount;
  }

  /** Bytes of messages since `begin` (of the roles `walk` and `bytes`: all bytes). */
  get messageBytes(): number {
    return this.#messageBytes;
  }

  begin(tally: Tally, firstNumbers: ReadonlyMap<number, number>): void {
    this.#tally = tally;
    this.#firstNumbers = firstNumbers;
    this.#tracks = new Map();
    this.#messageCount = 0;
    this.#messageBytes = 0;
    this.#reader = this.#newReader();
    this.#walker = this.role === "walk" ? this.#newWalker() : undefined;
  }

  receive(chunk: Buffer, nowUs: number): void {
    this.#nowUs = nowUs;
    if (this.role === "full") return this.#reader.push(chunk);
    this.#messageBytes += chunk.length;
    if (this.#tally.inWindow(nowUs)) this.#tally.windowBytes += chunk.length;
    this.#walker?.push(chunk);
  }

  /** Compares with what was sent to this connection's group. */
  shortfall(expected: readonly Expected[]): Shortfall {
    if (this.role !== "full") return this.#countedShortfall(expected);
    let lost = 0;
    let doubled = 0;
    let outOfOrder = 0;
    for (const { id, from, to } of expected) {
      const track = this.#tracks.get(id);
      lost += track ? track.lost(to) : to - from;
      doubled += track?.doubled ?? 0;
      outOfOrder += track?.outOfOrder ?? 0;
    }
    return { delivered: this.#messageCount, lost, doubled, outOfOrder };
  }

  /** True when the stream ended at the end of a frame; a stream without frames always does. */
  get aligned(): boolean {
    if (this.#format === "stamps") return true;
    return this.#walker ? this.#walker.aligned : this.#reader.pendingBytes === 0;
  }

  #countedShortfall(expected: readonly Expected[]): Shortfall {
    const wanted = expected.reduce((sum, { from, to }) => sum + to - from, 0);
    const delivered = this.messageCount;
    return {
      delivered,
      lost: Math.max(0, wanted - delivered),
      doubled: Math.max(0, delivered - wanted),
      outOfOrder: 0,
    };
  }

  #newReader(): FrameReader {
    return new FrameReader(this.#format, (buffer, start, end) => this.#frame(buffer, start, end));
  }

  #newWalker(): PrefixWalker {
    const first = 1 + Math.floor(Math.random() * SAMPLE_EVERY);
    return new PrefixWalker(SAMPLE_EVERY, first, (buffer, start, end) => {
      if (readStamp(buffer, start, end, this.#stamp)) this.#tally.arrived(this.#stamp.timeUs, this.#nowUs);
    });
  }

  #frame(buffer: Buffer, start: number, end: number): void {
    if (this.#sender?.acknowledged && buffer[start + KIND_AT] === KIND_RESPONSE)
      return this.#response(buffer, start, end);
    const stamp = this.#stamp;
    if (!readStamp(buffer, start, end, stamp)) return;
    this.#messageCount += 1;
    this.#messageBytes += end - start;
    if (this.#tally.inWindow(this.#nowUs)) this.#tally.windowBytes += end - start;
    this.#tally.arrived(stamp.timeUs, this.#nowUs);
    let track = this.#tracks.get(stamp.sender);
    if (!track) {
      track = new SenderTrack(this.#firstNumbers.get(stamp.sender) ?? 0);
      this.#tracks.set(stamp.sender, track);
    }
    track.see(stamp.number);
  }

  #response(buffer: Buffer, start: number, end: number): void {
    const madeUs = this.#sender?.takeOldest();
    const accepted = buffer.subarray(start, end).includes(OK_CODE);
    if (madeUs !== undefined) this.#tally.answered(madeUs, this.#nowUs, accepted);
  }
}
