// The writer's write-ahead log: which pages it has, and their way back to the file.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type Database from "better-sqlite3";
import { StoreUnavailableError } from "../store.ts";
import { PageSet } from "./page-set.ts";

/** The log is written back when it has this many pages (16 MiB): big enough for many batches. */
export const CHECKPOINT_PAGES = 4096;

/** Where the log has what (https://www.sqlite.org/fileformat2.html, section 4.1), in bytes. */
const HEADER_BYTES = 32;
const SALT_AT = 16;
const SALT_BYTES = 8;
const FRAME_HEADER_BYTES = 24;
const FRAME_SALT_AT = 8;
/** Frames that are read at a time. */
const FRAMES_PER_READ = 64;

/**
 * SQLite writes the log's pages back to the file by itself whenever the log is long, and then writes over them. Here the
 * writer does so, after it has noted which pages they are: what SQLite leaves behind when it moves rows is in those alone.
 * Methods that look at the log throw StoreUnavailableError when it cannot be read.
 */
export class WriteAheadLog {
  readonly #database: Database.Database;
  readonly #maxPages: number;
  readonly #pageBytes: number;
  #descriptor: number | undefined;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #probe = Buffer.alloc(FRAME_HEADER_BYTES);
  /** The first half of the salt, which is one more each time the log is begun anew, and frames that were noted. */
  #salt: number | undefined;
  #noted = 0;
  /** How often it may have been begun anew since because of what was done here. */
  #restarts = 0;
  /** Frames of a transaction that has failed may be there, which later ones write over: none counts as noted for good. */
  #hasFailed = false;
  #written = new PageSet();

  /** From `maxPages` on the log is written back. */
  constructor(database: Database.Database, maxPages: number) {
    this.#database = database;
    this.#maxPages = maxPages;
    this.#pageBytes = Number(database.pragma("page_size", { simple: true }));
    database.pragma("wal_autocheckpoint = 0");
  }

  /** How many pages were noted since `takeWritten`. */
  get writtenCount(): number {
    return this.#written.size;
  }

  /** The pages that were written since the last call, as far as they were noted: all once the log was emptied. */
  takeWritten(): PageSet {
    const written = this.#written;
    this.#written = new PageSet();
    return written;
  }

  /** Has every page of the file count as written. */
  noteAll(): void {
    this.#written.addUpTo(Number(this.#database.pragma("page_count", { simple: true })));
  }

  /** To be called after each transaction that has failed, in the log or before. */
  noteFailure(): void {
    this.#hasFailed = true;
  }

  /** To be called after each commit: writes a long log back, as far as readers let it. */
  keepShort(): void {
    const isLong = this.#reading((log) => {
      return this.#readHeader(log) && this.#hasFrame(log, this.#maxPages - 1) && this.#note(log);
    });
    if (!isLong) return;
    this.#database.pragma("wal_checkpoint(PASSIVE)");
    this.#restarts = 1;
  }

  /** Writes everything back; false when a reader is in the way, which is not waited for. */
  empty(): boolean {
    this.#reading((log) => this.#readHeader(log) && this.#note(log));
    const timeoutMs = this.#database.pragma("busy_timeout", { simple: true });
    this.#database.pragma("busy_timeout = 0");
    try {
      const [result] = this.#database.pragma("wal_checkpoint(TRUNCATE)") as { readonly busy: number }[];
      const isEmpty = result?.busy === 0;
      if (isEmpty) {
        this.#restarts += 1;
        this.#hasFailed = false;
      }
      return isEmpty;
    } finally {
      this.#database.pragma(`busy_timeout = ${Number(timeoutMs)}`);
    }
  }

  /** Whether there is nothing in it. */
  isEmpty(): boolean {
    return this.#reading((descriptor) => fstatSync(descriptor).size === 0);
  }

  /** Before the database is closed, which removes the log. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #reading<T>(body: (descriptor: number) => T): T {
    try {
      return body((this.#descriptor ??= openSync(`${this.#database.name}-wal`, "r")));
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error)) throw error;
      throw new StoreUnavailableError(`store: ${error.message}`, { cause: error });
    }
  }

  /** False when nothing is in the log. */
  #readHeader(descriptor: number): boolean {
    return readSync(descriptor, this.#header, 0, HEADER_BYTES, 0) === HEADER_BYTES;
  }

  #note(descriptor: number): true {
    const salt = this.#header.readUInt32BE(SALT_AT);
    if (salt !== this.#salt) {
      // Another program that has written may have begun it anew as well: its pages are not known.
      if (this.#salt !== undefined && (salt - this.#salt) >>> 0 > this.#restarts) this.noteAll();
      this.#salt = salt;
      this.#noted = 0;
      this.#restarts = 0;
    }
    if (this.#hasFailed) this.#noted = 0;
    const frameBytes = FRAME_HEADER_BYTES + this.#pageBytes;
    const frames = Buffer.allocUnsafe(FRAMES_PER_READ * frameBytes);
    for (;;) {
      const byteCount = readSync(descriptor, frames, 0, frames.length, this.#offsetOf(this.#noted));
      for (let start = 0; start < frames.length; start += frameBytes) {
        if (start + frameBytes > byteCount || !this.#isCurrent(frames, start)) return true;
        this.#written.add(frames.readUInt32BE(start) - 1);
        this.#noted += 1;
      }
    }
  }

  #hasFrame(descriptor: number, index: number): boolean {
    const { length } = this.#probe;
    const byteCount = readSync(descriptor, this.#probe, 0, length, this.#offsetOf(index));
    return byteCount === length && this.#isCurrent(this.#probe, 0);
  }

  /** Whether the frame is one of this log, and not of one that was there before. */
  #isCurrent(bytes: Buffer, start: number): boolean {
    const at = start + FRAME_SALT_AT;
    return bytes.compare(this.#header, SALT_AT, SALT_AT + SALT_BYTES, at, at + SALT_BYTES) === 0;
  }

  #offsetOf(index: number): number {
    return HEADER_BYTES + index * (FRAME_HEADER_BYTES + this.#pageBytes);
  }
}
