// Gathers the messages of one page, bounded in number and in bytes.
import { MESSAGE_EXTRA_BYTES, PAGE_BYTES } from "../../protocol/limits.ts";
import type { MessageDocument } from "./documents.ts";

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
    this.#bytes += Buffer.byteLength(JSON.stringify(document.text)) + MESSAGE_EXTRA_BYTES;
    const isFull = this.documents.length === this.#limit;
    if (isFull || (this.#bytes > PAGE_BYTES && this.documents.length > 0)) {
      this.hasMore = true;
      return false;
    }
    this.documents.push(document);
    return true;
  }
}
