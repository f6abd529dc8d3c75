// Framing of a target's byte stream: the end of a frame, counting without copying, and reading whole frames.

/** How a target's stream is cut: our own framing, lines, and the formats of the peers. */
export type FrameFormat = "prefixed" | "lines" | "mqtt" | "nats" | "stamps";

/**
 * Bytes of the frame that begins at `start`, as far as that can be told from the bytes before `end`; 0 when it cannot.
 * The frame may reach beyond `end`.
 */
type FrameLength = (buffer: Buffer, start: number, end: number) => number;

const NEWLINE = 0x0a;
const STAMP_MARK = Buffer.from("~b");

const FRAME_LENGTHS: Readonly<Record<FrameFormat, FrameLength>> = {
  prefixed: (buffer, start, end) => (end - start < 4 ? 0 : 4 + buffer.readUInt32BE(start)),
  lines: lineLength,
  mqtt: mqttLength,
  nats: natsLength,
  stamps: stampLength,
};

function lineLength(buffer: Buffer, start: number, end: number): number {
  const newline = buffer.indexOf(NEWLINE, start);
  return newline === -1 || newline >= end ? 0 : newline + 1 - start;
}

/** MQTT 3.1.1, 2.2: a type byte, the remaining length in 7-bit groups (lowest first), then that many bytes. */
function mqttLength(buffer: Buffer, start: number, end: number): number {
  let remaining = 0;
  for (let index = 1; index <= 4; index += 1) {
    if (start + index >= end) return 0;
    const byte = buffer[start + index] ?? 0;
    remaining += (byte & 0x7f) * 2 ** (7 * (index - 1));
    if (byte < 0x80) return 1 + index + remaining;
  }
  throw new Error("a remaining length of MQTT has more than 4 bytes");
}

/** A NATS line; after `MSG <subject> <sid> [reply] <bytes>` that many bytes and CR LF follow. */
function natsLength(buffer: Buffer, start: number, end: number): number {
  const line = lineLength(buffer, start, end);
  if (line === 0 || buffer.toString("latin1", start, start + 4) !== "MSG ") return line;
  const head = buffer.toString("latin1", start, start + line - 2);
  return line + Number(head.slice(head.lastIndexOf(" ") + 1)) + 2;
}

/** For streams without an outer frame (XML): from the stream's place to the beginning of the next stamp but one. */
function stampLength(buffer: Buffer, start: number, end: number): number {
  const first = buffer.indexOf(STAMP_MARK, start);
  const close = first === -1 ? -1 : buffer.indexOf("~", first + 2, "latin1");
  return close === -1 || close >= end ? 0 : close + 1 - start;
}

/** Takes one whole frame, which lies at `start` to `end` in `buffer` during the call only. */
export type OnFrame = (buffer: Buffer, start: number, end: number) => void;

/** Cuts a stream into whole frames however TCP has split it, and hands on each; a split frame is gathered in a copy. */
export class FrameReader {
  readonly #frameLength: FrameLength;
  readonly #onFrame: OnFrame;
  #rest: Buffer = Buffer.alloc(0);

  constructor(format: FrameFormat, onFrame: OnFrame) {
    this.#frameLength = FRAME_LENGTHS[format];
    this.#onFrame = onFrame;
  }

  /** Bytes of a frame that has not arrived completely. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let start = 0;
    while (start < bytes.length) {
      const length = this.#frameLength(bytes, start, bytes.length);
      if (length === 0 || start + length > bytes.length) break;
      this.#onFrame(bytes, start, start + length);
      start += length;
    }
    this.#rest = start < bytes.length ? Buffer.from(bytes.subarray(start)) : EMPTY;
  }
}

const EMPTY = Buffer.alloc(0);

/**
 * Counts length-prefixed frames by walking their lengths; nothing is copied. Every `sampleEvery`-th frame is handed
 * on if it lies in one chunk.
 */
export class PrefixWalker {
  readonly #onSample: OnFrame;
  readonly #sampleEvery: number;
  #untilSample: number;
  #frameCount = 0;
  /** Bytes of the current frame that are still to come. */
  #skip = 0;
  /** The first bytes of a length that a chunk has cut, as a number, and how many of them there are. */
  #headValue = 0;
  #headBytes = 0;

  constructor(sampleEvery: number, firstSample: number, onSample: OnFrame) {
    this.#sampleEvery = sampleEvery;
    this.#untilSample = firstSample;
    this.#onSample = onSample;
  }

  get frameCount(): number {
    return this.#frameCount;
  }

  /** True between two frames. */
  get aligned(): boolean {
    return this.#skip === 0 && this.#headBytes === 0;
  }

  push(chunk: Buffer): void {
    let offset = this.#headBytes > 0 ? this.#completeHead(chunk) : 0;
    if (this.#headBytes > 0) return;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, chunk.length - offset);
      this.#skip -= skipped;
      offset += skipped;
      if (this.#skip > 0) return;
      this.#frameCount += 1;
    }
    this.#walk(chunk, offset);
  }

  #walk(chunk: Buffer, from: number): void {
    const end = chunk.length;
    let offset = from;
    while (end - offset >= 4) {
      const next = offset + 4 + readLength(chunk, offset);
      if (next > end) {
        this.#skip = next - end;
        return;
      }
      this.#frameCount += 1;
      if (--this.#untilSample === 0) {
        this.#untilSample = this.#sampleEvery;
        this.#onSample(chunk, offset, next);
      }
      offset = next;
    }
    for (; offset < end; offset += 1) this.#addHeadByte(chunk[offset] ?? 0);
  }

  /** Takes what is missing of a length that a chunk has cut; returns the offset behind it. */
  #completeHead(chunk: Buffer): number {
    let offset = 0;
    while (offset < chunk.length && this.#headBytes < 4) {
      this.#addHeadByte(chunk[offset] ?? 0);
      offset += 1;
    }
    if (this.#headBytes < 4) return offset;
    this.#skip = this.#headValue;
    this.#headValue = 0;
    this.#headBytes = 0;
    if (this.#skip === 0) this.#frameCount += 1;
    return offset;
  }

  #addHeadByte(byte: number): void {
    this.#headValue = this.#headValue * 256 + byte;
    this.#headBytes += 1;
  }
}

function readLength(chunk: Buffer, offset: number): number {
  return (
    (chunk[offset] ?? 0) * 0x1000000 +
    (((chunk[offset + 1] ?? 0) << 16) | ((chunk[offset + 2] ?? 0) << 8) | (chunk[offset + 3] ?? 0))
  );
}
