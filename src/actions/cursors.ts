// Cursors of pages, as clients get them: opaque texts that hold all that is needed to go on, so that they outlive a restart.
import { badField, type ProtocolError } from "../protocol/codes.ts";
import { MAX_CURSOR_CHARS } from "../protocol/limits.ts";
import type { ChatPosition } from "../store/store.ts";
import { positionOf, type GlobalResult, type HitPosition } from "./global-search.ts";

/** Tells cursors of lists of chats from those of other actions. */
const CHATS = "chats";
const PIN = /^pins:(0|[1-9][0-9]{0,15})$/;
const HIT = /^hits:(0|[1-9][0-9]{0,15}):([1-9][0-9]{0,15}):([a-z0-9:]{1,80})$/;
const POSITION = /^chats:(0|[1-9][0-9]{0,15}):([a-z0-9:]{1,80})$/;

export function chatsCursor({ lastMs, chatId }: ChatPosition): string {
  return encoded(`${CHATS}:${lastMs}:${chatId}`);
}

/** @throws ProtocolError 400 for what `chatsCursor` has not made. */
export function chatPosition(cursor: string): ChatPosition {
  const [lastMs, chatId] = decoded(cursor, POSITION);
  if (lastMs === undefined || chatId === undefined) throw wrongCursor();
  return { lastMs: count(lastMs), chatId };
}

/** `place`: PinPage.next. */
export function pinsCursor(place: number): string {
  return encoded(`pins:${place}`);
}

/** @throws ProtocolError 400 for what `pinsCursor` has not made. */
export function pinPlace(cursor: string): number {
  const [place] = decoded(cursor, PIN);
  if (place === undefined) throw wrongCursor();
  return count(place);
}

function hitsCursor({ timeMs, chatId, seq }: HitPosition): string {
  return encoded(`hits:${timeMs}:${seq}:${chatId}`);
}

/** The cursor of the page behind these hits, as a result has it. */
export function nextHits({ messages, hasMore }: GlobalResult): { next?: string } {
  const last = messages.at(-1);
  return hasMore && last !== undefined ? { next: hitsCursor(positionOf(last)) } : {};
}

/** @throws ProtocolError 400 for what `hitsCursor` has not made. */
export function hitPosition(cursor: string): HitPosition {
  const [timeMs, seq, chatId] = decoded(cursor, HIT);
  if (timeMs === undefined || seq === undefined || chatId === undefined) throw wrongCursor();
  return { timeMs: count(timeMs), seq: count(seq), chatId };
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** The parts of a cursor's text that the form's capturing groups match. */
function decoded(cursor: string, form: RegExp): (string | undefined)[] {
  if (cursor.length > MAX_CURSOR_CHARS) throw wrongCursor();
  const text = Buffer.from(cursor, "base64url");
  // A decoder of Base64 overlooks what it does not know; only the text that it would make itself is one of ours.
  if (text.toString("base64url") !== cursor) throw wrongCursor();
  return form.exec(text.toString("latin1"))?.slice(1) ?? [];
}

function count(digits: string): number {
  if (!Number.isSafeInteger(Number(digits))) throw wrongCursor();
  return Number(digits);
}

function wrongCursor(): ProtocolError {
  return badField("cursor", "is not a cursor of this list");
}
