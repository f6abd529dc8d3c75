// Both framings of the wire: cutting received bytes into payloads, and encoding payloads into frames.
import { COMPRESSED_BIT, inflatePayload } from "./compressed-frame.ts";
import { LENGTH_PREFIX_BYTES } from "./limits.ts";

/** How a connection's bytes are cut: JSON Lines, or a 4-byte big-endian length before each payload. */
export type Framing = "lines" | "prefixed";

/** Framing of a connection, by its first byte; undefined for a byte that no mode begins with. */
export function modeOf(firstByte: number): Framing | "tls" | "http" | undefined {
  if (firstByte <= 0x0f) return "prefixed";
  if (firstByte >= UPPER_A && firstByte <= UPPER_Z) return "http"; // an HTTP method
  if (firstByte === OPEN_BRACE) return "lines";
  return firstByte === TLS_HANDSHAKE ? "tls" : undefined;
}

const OPEN_BRACE = 0x7b;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
/** Content type of a TLS record that carries a ClientHello (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Smallest buffer for a frame that arrives in pieces; it doubles as bytes really arrive. */
const FIRST_PARTIAL_BYTES = 256;

/**
 * Cuts one connection's bytes into payloads, however TCP has split or joined them. A payload that lies in one chunk is
 * a view of it, without a copy; one that spans chunks is gathered in a buffer that grows with what has arrived,
 * never with what a length only promises. A length above the limit is seen before any byte of the payload is kept.
 */
export class FrameDecoder {
  readonly framing: Framing;
  readonly #maxPayloadBytes: number;
  readonly #takesCompressed: boolean;
  #partial: Buffer = EMPTY;
  #partialBytes = 0;
  #failed = false;

  /** With `takesCompressed` frames may be compressed, and the payloads in them are given. */
  constructor(framing: Framing, maxPayloadBytes: number, takesCompressed = false) {
    this.framing = framing;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#takesCompressed = takesCompressed;
  }

  /** Bytes held of a frame that has not arrived completely; 0 between frames. */
  get pendingBytes(): number {
    return this.#partialBytes;
  }

  /** True once a frame was over the limit or no frame: the rest of the connection's bytes is dropped. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Takes the next bytes and appends the payloads that are now complete to `payloads`; empty frames are dropped. */
  push(chunk: Buffer, payloads: Buffer[]): void {
    if (this.#failed) return;
    if (this.framing === "prefixed") this.#pushPrefixed(chunk, payloads);
    else this.#pushLines(chunk, payloads);
  }

  /**
   * The peer has ended its sending: its last line counts also without a newline (a cut object is no JSON, so nothing
   * half is ever taken for whole). Of a length-prefixed frame that is not complete nothing can be made.
   */
  end(payloads: Buffer[]): void {
    if (this.framing === "lines" && this.#partialBytes > 0) this.#pushLines(Buffer.of(NEWLINE), payloads);
  }

  #pushPrefixed(chunk: Buffer, payloads: Buffer[]): void {
    let offset = this.#partialBytes > 0 ? this.#completePrefixed(chunk, payloads) : 0;
    while (offset < chunk.length) {
      const start = offset + LENGTH_PREFIX_BYTES;
      if (start > chunk.length) break;
      const head = chunk.readUInt32BE(offset);
      const length = this.#lengthIn(head);
      if (length > this.#maxPayloadBytes) return this.#fail();
      if (start + length > chunk.length) break;
      this.#take(head, chunk.subarray(start, start + length), payloads);
      if (this.#failed) return;
      offset = start + length;
    }
    if (offset < chunk.length) this.#keep(chunk, offset, chunk.length);
  }

  /** Goes on with the frame begun in an earlier chunk; returns how many bytes of this one belong to it. */
  #completePrefixed(chunk: Buffer, payloads: Buffer[]): number {
    let offset = 0;
    if (this.#partialBytes < LENGTH_PREFIX_BYTES) {
      offset = Math.min(LENGTH_PREFIX_BYTES - this.#partialBytes, chunk.length);
      this.#keep(chunk, 0, offset);
      if (this.#partialBytes < LENGTH_PREFIX_BYTES) return offset;
    }
    const head = this.#partial.readUInt32BE(0);
    const length = this.#lengthIn(head);
    if (length > this.#maxPayloadBytes) {
      this.#fail();
      return chunk.length;
    }
    const missing = LENGTH_PREFIX_BYTES + length - this.#partialBytes;
    const end = Math.min(offset + missing, chunk.length);
    this.#keep(chunk, offset, end);
    if (end - offset < missing) return end;
    const frame = this.#takePartial();
    this.#take(head, frame.subarray(LENGTH_PREFIX_BYTES), payloads);
    return this.#failed ? chunk.length : end;
  }

  /** The length of the payload that a frame's first bytes give. */
  #lengthIn(head: number): number {
    return this.#takesCompressed && head >= COMPRESSED_BIT ? head - COMPRESSED_BIT : head;
  }

  #take(head: number, payload: Buffer, payloads: Buffer[]): void {
    if (head < COMPRESSED_BIT) {
      if (payload.length > 0) payloads.push(payload);
    } else if (!inflatePayload(payload, payloads)) this.#fail();
  }

  #pushLines(chunk: Buffer, payloads: Buffer[]): void {
    let offset = 0;
    while (offset < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, offset);
      const end = newline === -1 ? chunk.length : newline;
      // One byte more than the limit may be waiting: it can be the "\r" that does not count.
      if (this.#partialBytes + end - offset > this.#maxPayloadBytes + 1) return this.#fail();
      if (newline === -1) return this.#keep(chunk, offset, end);
      let line = chunk.subarray(offset, end);
      if (this.#partialBytes > 0) {
        this.#keep(chunk, offset, end);
        line = this.#takePartial();
      }
      offset = end + 1;
      if (line.at(-1) === CARRIAGE_RETURN) line = line.subarray(0, -1);
      if (line.length > this.#maxPayloadBytes) return this.#fail();
      if (!isBlank(line)) payloads.push(line);
    }
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const needed = this.#partialBytes + end - start;
    if (needed > this.#partial.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_PARTIAL_BYTES, needed, this.#partial.length * 2));
      this.#partial.copy(grown, 0, 0, this.#partialBytes);
      this.#partial = grown;
    }
    chunk.copy(this.#partial, this.#partialBytes, start, end);
    this.#partialBytes = needed;
  }

  /** Hands the gathered bytes over; the next partial frame gets a buffer of its own. */
  #takePartial(): Buffer {
    const taken = this.#partial.subarray(0, this.#partialBytes);
    this.#partial = EMPTY;
    this.#partialBytes = 0;
    return taken;
  }

  #fail(): void {
    this.#failed = true;
    this.#takePartial();
  }
}

const EMPTY = Buffer.alloc(0);

/** White space of JSON (RFC 8259, 2) only. */
function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === CARRIAGE_RETURN);
}

/** Encodes one JSON text as a frame. The text must hold no newline outside of escapes, as JSON.stringify makes it. */
export function encodeFrame(json: string, framing: Framing): Buffer {
  if (framing === "lines") return Buffer.from(json + "\n");
  const length = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(LENGTH_PREFIX_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.write(json, LENGTH_PREFIX_BYTES);
  return frame;
}

/** Bytes of one JSON text as a frame. */
export function frameBytes(json: string, framing: Framing): number {
  return Buffer.byteLength(json) + (framing === "lines" ? 1 : LENGTH_PREFIX_BYTES);
}

/** Encodes JSON texts as frames one behind the other, in an ArrayBuffer of their own, so that it can be transferred. */
export function encodeFrames(texts: readonly string[], framing: Framing): Uint8Array {
  const writer = new FrameWriter();
  for (const json of texts) writer.add(json, framing);
  return writer.finish();
}

/** Bytes of one UTF-16 code unit in UTF-8, at most. */
const MAX_UTF8_BYTES = 3;
/** Where frames are written before it is known how long they are: counting first costs as much as writing. */
const SCRATCH_BYTES = 1024 * 1024;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** Writes frames one behind the other. One at a time: until `finish` nothing else may be written in this thread. */
export class FrameWriter {
  #buffer = scratch;
  #length = 0;

  /** Bytes of all frames so far. */
  get length(): number {
    return this.#length;
  }

  /** Writes one JSON text as a frame. The text must hold no newline outside of escapes, as JSON.stringify makes it. */
  add(json: string, framing: Framing): void {
    this.#reserve(LENGTH_PREFIX_BYTES + json.length * MAX_UTF8_BYTES);
    if (framing === "lines") {
      const end = this.#length + this.#buffer.write(json, this.#length);
      this.#length = this.#buffer.writeUInt8(NEWLINE, end);
    } else {
      const start = this.#length + LENGTH_PREFIX_BYTES;
      const byteCount = this.#buffer.write(json, start);
      this.#buffer.writeUInt32BE(byteCount, this.#length);
      this.#length = start + byteCount;
    }
  }

  /** All frames, in an ArrayBuffer of their own. */
  finish(): Uint8Array {
    return Uint8Array.from(this.#buffer.subarray(0, this.#length));
  }

  #reserve(byteCount: number): void {
    const neededBytes = this.#length + byteCount;
    if (neededBytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(neededBytes, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** Turns whole length-prefixed frames into the same payloads as JSON Lines. */
export function prefixedToLines(frames: Uint8Array): Buffer {
  const source = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength);
  // A line is its payload and one newline: never longer than the frame with its 4 bytes of length.
  const lines = Buffer.allocUnsafe(source.length);
  let written = 0;
  for (let offset = 0; offset < source.length;) {
    const start = offset + LENGTH_PREFIX_BYTES;
    const end = start + source.readUInt32BE(offset);
    written += source.copy(lines, written, start, end);
    written = lines.writeUInt8(NEWLINE, written);
    offset = end;
  }
  return lines.subarray(0, written);
}

/** Whole length-prefixed frames one by one, as views of the same bytes. */
export function splitPrefixed(frames: Uint8Array): Buffer[] {
  const source = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength);
  const split: Buffer[] = [];
  for (let offset = 0; offset < source.length;) {
    const end = offset + LENGTH_PREFIX_BYTES + source.readUInt32BE(offset);
    split.push(source.subarray(offset, end));
    offset = end;
  }
  return split;
}
