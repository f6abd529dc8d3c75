// Cursors of pages, as clients get them: opaque texts that hold all that is needed to go on, so that they outlive a restart.
import { badField, type ProtocolError } from "../protocol/codes.ts";
import { MAX_CURSOR_CHARS } from "../protocol/limits.ts";
import type { ChatPosition } from "../store/store.ts";

/** Tells cursors of lists of chats from those of other actions. */
const CHATS = "chats";
const POSITION = /^chats:(0|[1-9][0-9]{0,15}):([a-z0-9:]{1,80})$/;

export function chatsCursor({ lastMs, chatId }: ChatPosition): string {
  return Buffer.from(`${CHATS}:${lastMs}:${chatId}`).toString("base64url");
}

/** @throws ProtocolError 400 for what `chatsCursor` has not made. */
export function chatPosition(cursor: string): ChatPosition {
  if (cursor.length > MAX_CURSOR_CHARS) throw wrongCursor();
  const text = Buffer.from(cursor, "base64url");
  const [, lastMs, chatId] = POSITION.exec(text.toString("latin1")) ?? [];
  // A decoder of Base64 overlooks what it does not know; only the text that it would make itself is one of ours.
  if (lastMs === undefined || chatId === undefined || text.toString("base64url") !== cursor) throw wrongCursor();
  if (!Number.isSafeInteger(Number(lastMs))) throw wrongCursor();
  return { lastMs: Number(lastMs), chatId };
}

function wrongCursor(): ProtocolError {
  return badField("cursor", "is not a cursor of this list");
}
