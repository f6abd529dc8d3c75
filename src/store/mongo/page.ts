// Gathers the messages of one page, bounded in number and in bytes of text.
import { PAGE_TEXT_BYTES } from "../../protocol/limits.ts";
import type { MessageDocument } from "./documents.ts";

export class Page {
  readonly documents: MessageDocument[] = [];
  hasMore = false;
  readonly #limit: number;
  #textBytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds the message, or returns false: the page is full, and there is more. */
  add(document: MessageDocument): boolean {
    this.#textBytes += Buffer.byteLength(document.text);
    const isFull = this.documents.length === this.#limit;
    if (isFull || (this.#textBytes > PAGE_TEXT_BYTES && this.documents.length > 0)) {
      this.hasMore = true;
      return false;
    }
    this.documents.push(document);
    return true;
  }
}
