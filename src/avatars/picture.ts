// Check of avatar pictures by their bytes alone: format, size in pixels, and completeness.
import { crc32 } from "node:zlib";
import { imageSize } from "image-size";
import { MAX_AVATAR_BYTES, MAX_AVATAR_SIDE_PX } from "../protocol/limits.ts";

export type PictureFormat = "png" | "jpg" | "gif" | "webp";

export interface Picture {
  readonly format: PictureFormat;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The bytes are no picture that may be stored; the message says why and may be shown to whoever sent them. */
export class PictureError extends Error {
  override readonly name = "PictureError";
}

// The checks run in the server's main thread: a hostile file of many tiny parts must not hold it up for long.
const MAX_PNG_CHUNKS = 4_000;
const MAX_WEBP_CHUNKS = 4_000;
const MAX_JPEG_HEADER_SEGMENTS = 1_000;

/**
 * Reads format and size, and proves that nothing was cut off as far as the format tells (lengths of all parts, the end
 * mark, PNG's checksums); the pixels are not decoded. Bytes after the picture's end do not count: cameras put some there.
 * Throws PictureError.
 */
export function checkPicture(bytes: Buffer): Picture {
  if (bytes.length > MAX_AVATAR_BYTES) throw new PictureError(`larger than ${MAX_AVATAR_BYTES} bytes`);
  const format = formatOf(bytes);
  if (format === undefined) throw new PictureError("not a PNG, JPEG, GIF or WebP picture");
  const size = librarySize(CHECKS[format](bytes));
  if (size?.type !== format) throw new PictureError(`not a ${format} picture that can be read`);
  refuseSides(size.width, size.height);
  return { format, widthPx: size.width, heightPx: size.height };
}

function formatOf(bytes: Buffer): PictureFormat | undefined {
  if (bytes.length < 16) return undefined;
  if (bytes.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (bytes.readUIntBE(0, 3) === 0xffd8ff) return "jpg";
  if (/^GIF8[79]a$/.test(bytes.toString("latin1", 0, 6))) return "gif";
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP") return "webp";
  return undefined;
}

function librarySize(head: Buffer): ReturnType<typeof imageSize> | undefined {
  try {
    return imageSize(head);
  } catch {
    return undefined; // it throws TypeErrors and RangeErrors of many wordings for what it cannot read
  }
}

function refuseSides(widthPx: number, heightPx: number): void {
  if (widthPx < 1 || heightPx < 1) throw new PictureError("without any pixels");
  if (widthPx > MAX_AVATAR_SIDE_PX || heightPx > MAX_AVATAR_SIDE_PX) {
    throw new PictureError(`${widthPx} x ${heightPx} pixels: a side may have at most ${MAX_AVATAR_SIDE_PX}`);
  }
}

/** Each throws PictureError for a file that is damaged or cut, and returns the part that has the picture's size. */
const CHECKS: { readonly [F in PictureFormat]: (bytes: Buffer) => Buffer } = {
  png: checkPng,
  jpg: checkJpeg,
  gif: checkGif,
  webp: checkWebp,
};

function cut(): PictureError {
  return new PictureError("cut off before its end");
}

/** PNG (RFC 2083, 3.2): chunks of length, type, content and CRC, from IHDR to IEND. */
function checkPng(bytes: Buffer): Buffer {
  let hasPixels = false;
  let offset = 8;
  for (let chunkCount = 0; chunkCount < MAX_PNG_CHUNKS; chunkCount++) {
    if (offset + 12 > bytes.length) throw cut();
    const end = offset + 12 + bytes.readUInt32BE(offset);
    if (end > bytes.length) throw cut();
    const type = bytes.toString("latin1", offset + 4, offset + 8);
    if (chunkCount === 0 && type !== "IHDR") throw new PictureError("damaged: a PNG begins with IHDR");
    if (crc32(bytes.subarray(offset + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      throw new PictureError("damaged: a checksum is wrong");
    }
    if (type === "IDAT") hasPixels = true;
    if (type === "IEND") {
      if (!hasPixels) throw new PictureError("damaged: no pixels in it");
      return bytes;
    }
    offset = end;
  }
  throw new PictureError("of too many parts");
}

/**
 * JPEG (T.81, B.1): segments up to the scans, compressed scans, EOI. Any number of fill bytes may stand before a marker
 * (B.1.1.2); the library that reads the size would lose its way in them, so it is given the part before the first scan
 * without them.
 */
function checkJpeg(bytes: Buffer): Buffer {
  const head = [bytes.subarray(0, 2)];
  let hasPixels = false;
  let offset = 2;
  for (let segmentCount = 0; hasPixels || segmentCount < MAX_JPEG_HEADER_SEGMENTS; segmentCount++) {
    if (bytes[offset] === 0xff) while (bytes[offset + 1] === 0xff) offset++;
    const marker = bytes[offset + 1];
    if (marker === undefined) throw cut();
    if (bytes[offset] !== 0xff) throw new PictureError("damaged: a segment is missing");
    if (marker === 0xd9) {
      if (!hasPixels) throw new PictureError("damaged: no pixels in it");
      return Buffer.concat(head);
    }
    if (offset + 4 > bytes.length) throw cut();
    const end = offset + 2 + bytes.readUInt16BE(offset + 2);
    if (end > bytes.length) throw cut();
    if (end < offset + 4 || marker < 0xc0) throw new PictureError("damaged: a segment has no length");
    if (!hasPixels) head.push(bytes.subarray(offset, end));
    hasPixels ||= marker === 0xda;
    offset = marker === 0xda ? endOfScan(bytes, end) : end;
  }
  throw new PictureError("of too many parts");
}

/** Where the next marker is that belongs not to the compressed pixels themselves (stuffed zeros, restarts). */
function endOfScan(bytes: Buffer, start: number): number {
  for (let offset = start; offset + 1 < bytes.length; offset++) {
    if (bytes[offset] !== 0xff) continue;
    const next = bytes[offset + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return offset;
  }
  throw cut();
}

/** GIF89a: the screen, then extensions and frames, then the trailer. A frame may be larger than the screen: refused too. */
function checkGif(bytes: Buffer): Buffer {
  let hasPixels = false;
  let offset = 13 + colorTableBytes(bytes[10]);
  for (;;) {
    const kind = bytes[offset];
    if (kind === 0x3b) {
      if (!hasPixels) throw new PictureError("damaged: no pixels in it");
      return bytes;
    }
    if (kind === 0)
      offset++; // an empty block too many, which some programs write; everybody shows such pictures
    else if (kind === 0x21) offset = endOfSubBlocks(bytes, offset + 2);
    else if (kind === 0x2c) {
      if (offset + 10 > bytes.length) throw cut();
      refuseSides(bytes.readUInt16LE(offset + 5), bytes.readUInt16LE(offset + 7));
      hasPixels = true;
      offset = endOfSubBlocks(bytes, offset + 11 + colorTableBytes(bytes[offset + 9]));
    } else if (kind === undefined) throw cut();
    else throw new PictureError("damaged: an unknown kind of block");
  }
}

function colorTableBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function endOfSubBlocks(bytes: Buffer, start: number): number {
  for (let offset = start; ;) {
    const length = bytes[offset];
    if (length === undefined) throw cut();
    if (length === 0) return offset + 1;
    offset += length + 1;
  }
}

/** WebP: one RIFF list whose length is at its front, made of chunks that must fit into it. */
function checkWebp(bytes: Buffer): Buffer {
  const listEnd = 8 + bytes.readUInt32LE(4);
  if (listEnd > bytes.length) throw cut();
  let hasPixels = false;
  let chunkCount = 0;
  for (let offset = 12; offset < listEnd;) {
    if (++chunkCount > MAX_WEBP_CHUNKS) throw new PictureError("of too many parts");
    if (offset + 8 > listEnd) throw cut();
    const length = bytes.readUInt32LE(offset + 4);
    if (offset + 8 + length > listEnd) throw cut();
    hasPixels ||= ["VP8 ", "VP8L", "ANMF"].includes(bytes.toString("latin1", offset, offset + 4));
    offset += 8 + length + (length % 2);
  }
  if (!hasPixels) throw new PictureError("damaged: no pixels in it");
  return bytes;
}
