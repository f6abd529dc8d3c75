// Results whose buffers change the thread instead of being copied, in the form that Piscina asks for.
import { move, transferableSymbol, valueSymbol } from "piscina";

/** Marks `value` to cross to the other thread with `buffers` transferred; they are empty here afterwards. */
export function moved(value: object, buffers: readonly ArrayBufferLike[]): unknown {
  return move({ [transferableSymbol]: buffers, [valueSymbol]: value });
}

/** Joins byte pieces into one with an ArrayBuffer of its own, so that it can be transferred. */
export function gather(pieces: readonly Uint8Array[]): Uint8Array {
  let byteCount = 0;
  for (const piece of pieces) byteCount += piece.length;
  const whole = new Uint8Array(byteCount);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
