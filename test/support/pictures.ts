// Small pictures in every format that an avatar may have.
import { crc32, deflateSync } from "node:zlib";

function chunk(type: string, content: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, "latin1");
  content.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}

/** A grey PNG; pictures of different `shade` (0-255) differ in content. `paddingBytes` makes the file larger. */
export function png(widthPx: number, heightPx: number, shade = 0, paddingBytes = 0): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(widthPx, 0);
  head.writeUInt32BE(heightPx, 4);
  head[8] = 8; // bits; colour type 0 is grey
  const pixels = deflateSync(Buffer.alloc((widthPx + 1) * heightPx, shade));
  const padding = paddingBytes > 0 ? [chunk("tEXt", Buffer.alloc(paddingBytes, 0x41))] : [];
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    ...padding,
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Made by ImageMagick: 5 x 4 pixels, red to blue. */
export const SAMPLES = {
  jpg: Buffer.from(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////" +
      "m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4" +
      "+Pj/wAARCAAEAAUDAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABcQAAMBAAAAAAAAAAAAAAAAAAACE1H/xAAVAQEBAAAA" +
      "AAAAAAAAAAAAAAACBf/EABcRAAMBAAAAAAAAAAAAAAAAAAADFFH/2gAMAwEAAhEDEQA/ADqNpQmXg6Gaf//Z",
    "base64",
  ),
  jpgProgressive: Buffer.from(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////" +
      "m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4" +
      "+Pj/wgARCAAEAAUDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAVAQEBAAAAAAAAAAAAAAAAAAABBP/aAAwDAQACEAMQ" +
      "AAABmFD/AP/EABUQAQEAAAAAAAAAAAAAAAAAAAAR/9oACAEBAAEFAq//xAAWEQADAAAAAAAAAAAAAAAAAAAAARH/2gAIAQMBAT8BrP/E" +
      "ABYRAAMAAAAAAAAAAAAAAAAAAAABEf/aAAgBAgEBPwGI/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAGPwJ//8QAFRABAQAAAAAA" +
      "AAAAAAAAAAAAABH/2gAIAQEAAT8hp//aAAwDAQACAAMAAAAQ9//EABURAQEAAAAAAAAAAAAAAAAAAABh/9oACAEDAQE/ELP/xAAVEQEB" +
      "AAAAAAAAAAAAAAAAAAAAYf/aAAgBAgEBPxCT/8QAFRABAQAAAAAAAAAAAAAAAAAAAGH/2gAIAQEAAT8Qo//Z",
    "base64",
  ),
  gif: Buffer.from("R0lGODlhBQAEAPEAAP8AAKoAVVUAqgAA/yH5BAAAAAAALAAAAAAFAAQAAAIHhB2Zwjz/CgA7", "base64"),
  webp: Buffer.from(
    "UklGRlQAAABXRUJQVlA4IEgAAABwAwCdASoFAAQAAgA0JagCdGuA/gGEAfwD2/7sA/QAGBrNsAAA/vneRWKf/+oYInZ3//y2zOa5f/9x" +
      "n/v2/lRBeDPvV53dgAA=",
    "base64",
  ),
  webpLossless: Buffer.from("UklGRiwAAABXRUJQVlA4TCAAAAAvBMAAAB8QU/XV//kPJzEoaECAcTIqqaQaFtH/mKsQBw==", "base64"),
} as const;
