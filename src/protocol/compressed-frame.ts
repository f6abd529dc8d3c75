// Compressed frames: length-prefixed frames as one DEFLATE stream (RFC 1951) with the preset dictionary.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { DICTIONARY } from "./dictionary.ts";
import { LENGTH_PREFIX_BYTES, MAX_RESPONSE_BYTES } from "./limits.ts";

/** The bit of a frame's length that says that its payload is compressed. */
export const COMPRESSED_BIT = 0x8000_0000;

/** Level 1 of 9: each further one takes longer and makes texts of 100 characters shorter by less than a tenth. */
const DEFLATE = { level: 1, dictionary: DICTIONARY };
const INFLATE = { dictionary: DICTIONARY, maxOutputLength: MAX_RESPONSE_BYTES, info: true };

/** Whole length-prefixed frames as one compressed frame, in an ArrayBuffer of its own; undefined where that is no shorter. */
export function compressFrames(frames: Uint8Array): Uint8Array | undefined {
  const payload = deflateRawSync(frames, DEFLATE);
  if (LENGTH_PREFIX_BYTES + payload.length >= frames.length) return undefined;
  const frame = Buffer.allocUnsafeSlow(LENGTH_PREFIX_BYTES + payload.length);
  frame.writeUInt32BE(COMPRESSED_BIT + payload.length, 0);
  frame.set(payload, LENGTH_PREFIX_BYTES);
  return frame;
}

/**
 * Appends the payloads of the frames in a compressed frame's payload. False when it is not one whole DEFLATE stream, is too
 * large, or holds something else than whole uncompressed frames that are not empty.
 */
export function inflatePayload(payload: Buffer, payloads: Buffer[]): boolean {
  const frames = inflate(payload);
  if (frames === undefined || frames.length === 0) return false;
  for (let offset = 0; offset < frames.length;) {
    const start = offset + LENGTH_PREFIX_BYTES;
    const length = start <= frames.length ? frames.readUInt32BE(offset) : 0;
    if (length === 0 || start + length > frames.length) return false;
    payloads.push(frames.subarray(start, start + length));
    offset = start + length;
  }
  return true;
}

function inflate(payload: Buffer): Buffer | undefined {
  try {
    // With `info` Node gives the engine too, which knows how much it took; its types do not say so.
    const { buffer, engine } = inflateRawSync(payload, INFLATE) as unknown as Inflated;
    return engine.bytesWritten === payload.length ? buffer : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined; // of zlib, or that the output is too large
    throw error;
  }
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
