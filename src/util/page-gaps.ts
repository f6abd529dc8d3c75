// Overwriting of what SQLite leaves in the unused middle of pages: copies of rows that it has moved to other pages.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";

/** Where a page has what (https://www.sqlite.org/fileformat2.html, section 1.6); the first page begins with the file's header. */
const FILE_HEADER_BYTES = 100;
const CELL_COUNT_AT = 3;
const CONTENT_AT = 5;
const CELL_POINTER_BYTES = 2;
/** Bytes of the header of each kind of page of a table or index; other pages have no gap. */
const HEADER_BYTES: ReadonlyMap<number, number> = new Map([
  [2, 12],
  [5, 12],
  [10, 8],
  [13, 8],
]);
/** In a file of more pages an overflow page could look like one of a table: its first byte is of a page's number. */
const MAX_PAGES = 2 ** 25;

interface Cleaned {
  /** Pages of which something was overwritten. */
  readonly cleanedCount: number;
  readonly next: number | undefined;
}

/**
 * `secure_delete` overwrites a row where it is; the place from which it was moved when a page was divided stays as it was
 * (`rebuildPage` of SQLite). Only bytes that mean nothing to SQLite are written. To be called while the log, if there
 * is one, is empty and nothing is written to the database; whoever has pages in a cache must forget them.
 */
export class PageGaps {
  readonly #descriptor: number;
  readonly #pageBytes: number;

  constructor(file: string, pageBytes: number) {
    this.#descriptor = openSync(file, "r+");
    this.#pageBytes = pageBytes;
  }

  /**
   * Looks through `pageCount` pages from the one with this index (from 0) on. `next` is where to go on; undefined at the
   * end. Throws the system's error of a disk that fails.
   */
  clean(from: number, pageCount: number): Cleaned {
    const total = Math.floor(fstatSync(this.#descriptor).size / this.#pageBytes);
    const count = total >= MAX_PAGES ? 0 : Math.min(pageCount, total - from);
    if (count <= 0) return { cleanedCount: 0, next: undefined };
    const pages = Buffer.allocUnsafe(count * this.#pageBytes);
    const readCount = Math.floor(
      readSync(this.#descriptor, pages, 0, pages.length, from * this.#pageBytes) / this.#pageBytes,
    );
    let cleanedCount = 0;
    for (let index = 0; index < readCount; index += 1) {
      const start = index * this.#pageBytes;
      if (this.#cleanPage(pages.subarray(start, start + this.#pageBytes), from + index)) cleanedCount += 1;
    }
    const next = from + count;
    return { cleanedCount, next: next < total ? next : undefined };
  }

  /** Whether there was anything to overwrite. */
  #cleanPage(page: Buffer, index: number): boolean {
    const header = index === 0 ? FILE_HEADER_BYTES : 0;
    const headerBytes = HEADER_BYTES.get(page.readUInt8(header));
    if (headerBytes === undefined) return false;
    const start = header + headerBytes + page.readUInt16BE(header + CELL_COUNT_AT) * CELL_POINTER_BYTES;
    const end = page.readUInt16BE(header + CONTENT_AT) || 2 ** 16;
    if (start >= end || end > page.length) return false;
    const zeros = Buffer.alloc(end - start);
    if (zeros.equals(page.subarray(start, end))) return false;
    writeSync(this.#descriptor, zeros, 0, zeros.length, index * this.#pageBytes + start);
    return true;
  }

  /** Has everything that was overwritten on the disk, and not only on its way there. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  /** Only when no connection to the file is open any more: the system then ends all locks that the process has on it. */
  close(): void {
    closeSync(this.#descriptor);
  }
}
