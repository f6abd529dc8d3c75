// How request payloads and pending writes are packed into the buffers that cross the threads.
import { Packr } from "msgpackr";
import { LENGTH_PREFIX_BYTES } from "../protocol/limits.ts";
import type { PendingWrite } from "./task.ts";

// Records: the names of fields that repeat within one buffer are written once.
const packr = new Packr({ useRecords: true });

/** Gathers payloads into one buffer of its own, each behind its length. */
export function packPayloads(payloads: readonly Buffer[]): ArrayBuffer {
  let byteCount = 0;
  for (const payload of payloads) byteCount += LENGTH_PREFIX_BYTES + payload.length;
  const packed = Buffer.from(new ArrayBuffer(byteCount));
  let offset = 0;
  for (const payload of payloads) {
    offset = packed.writeUInt32BE(payload.length, offset);
    offset += payload.copy(packed, offset);
  }
  return packed.buffer;
}

/** The payloads of `packPayloads`, as views of its buffer. */
export function unpackPayloads(packed: ArrayBuffer): Uint8Array[] {
  const bytes = Buffer.from(packed);
  const payloads: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const start = offset + LENGTH_PREFIX_BYTES;
    offset = start + bytes.readUInt32BE(offset);
    payloads.push(bytes.subarray(start, offset));
  }
  return payloads;
}

/** Packs writes into a buffer of its own, so that it can be transferred. */
export function packWrites(writes: readonly PendingWrite[]): Uint8Array {
  return Uint8Array.from(packr.pack(writes));
}

export function unpackWrites(packed: Uint8Array): PendingWrite[] {
  // Only packWrites makes these bytes, in a thread of ours.
  return packr.unpack(packed) as PendingWrite[];
}
