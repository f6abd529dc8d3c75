// The messages of one page, bounded in number and in bytes.
import { MESSAGE_EXTRA_BYTES, PAGE_BYTES, REACTION_USERS } from "../../protocol/limits.ts";
import type { MessageDocument } from "./documents.ts";
import { countsOf } from "../reaction-counts.ts";

/** Bytes of a user id as JSON, with a comma; and a kind of reactions without its users, at most. */
const USER_ID_BYTES = 27;
const REACTION_BYTES = 96;

export class Page {
  readonly documents: MessageDocument[] = [];
  hasMore = false;
  readonly #limit: number;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds the message, or returns false: the page is full, and there is more. */
  add(document: MessageDocument): boolean {
    this.#bytes += pageBytes(document);
    const isFull = this.documents.length === this.#limit;
    if (isFull || (this.#bytes > PAGE_BYTES && this.documents.length > 0)) {
      this.hasMore = true;
      return false;
    }
    this.documents.push(document);
    return true;
  }
}

/** Bytes that a message counts in a page. */
function pageBytes({ text, mentions = "", reactions }: MessageDocument): number {
  const textBytes = Buffer.byteLength(JSON.stringify(text));
  const counts = countsOf(reactions);
  const userCount = counts.reduce((sum, [, count]) => sum + Math.min(count, REACTION_USERS), 0);
  return textBytes + mentions.length + MESSAGE_EXTRA_BYTES + counts.length * REACTION_BYTES + userCount * USER_ID_BYTES;
}
