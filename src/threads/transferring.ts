// Results whose buffers change the thread instead of being copied, in the form that Piscina asks for.
import { move, transferableSymbol, valueSymbol } from "piscina";

/** Marks `value` to cross to the other thread with `buffers` transferred; they are empty here afterwards. */
export function transferring(value: object, buffers: readonly ArrayBufferLike[]): unknown {
  return move({ [transferableSymbol]: buffers, [valueSymbol]: value });
}
