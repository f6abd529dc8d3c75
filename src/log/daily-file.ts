// Appends lines to one file a day, and deletes files that are too old.
// The file is opened for each batch of lines, so that a full disk, a moved file or a deleted folder is got over as soon
// as it is mended. (winston-daily-rotate-file holds a stream that is dead after its first error.)
import { appendFile, mkdir, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { Clock } from "../util/clock.ts";
import { localDate } from "./readable.ts";

/** Lines that wait for the disk, in characters; beyond it new ones are dropped and counted. */
const MAX_PENDING_CHARS = 4 * 1024 * 1024;
/** Size of one day's file; beyond it lines are dropped until the next day, in bytes. */
const MAX_DAY_BYTES = 256 * 1024 * 1024;
const FILE_NAME = /^messenger-(\d{4}-\d{2}-\d{2})\.jsonl$/;
const DAY_MS = 24 * 3600 * 1000;

export interface DailyFileOptions {
  /** Made when missing. */
  readonly folder: string;
  readonly keepDays: number;
  readonly clock: Clock;
  /** Told about trouble once when it begins (a sentence), and once when it is over (undefined). */
  readonly onTrouble: (trouble: string | undefined) => void;
  readonly maxDayBytes?: number;
}

/** Never emits `error`: lines that cannot be written are dropped. `end()` finishes when all others are on disk. */
export class DailyFile extends Writable {
  readonly #options: DailyFileOptions;
  #day = "";
  #dayBytes = 0;
  #troubled = false;

  constructor(options: DailyFileOptions) {
    super({ decodeStrings: false, highWaterMark: MAX_PENDING_CHARS });
    this.#options = options;
  }

  /** False when too many lines wait for the disk: the next one should be dropped. */
  isReady(): boolean {
    if (this.writableNeedDrain) this.#tell("the log file takes entries too slowly, some are dropped");
    return !this.writableNeedDrain;
  }

  override _write(line: string, _encoding: BufferEncoding, done: () => void): void {
    void this.#append(line).finally(done);
  }

  override _writev(lines: { chunk: string }[], done: () => void): void {
    void this.#append(lines.map(({ chunk }) => chunk).join("")).finally(done);
  }

  async #append(lines: string): Promise<void> {
    try {
      const now = new Date(this.#options.clock.now());
      const file = this.#fileOf(localDate(now));
      if (this.#day !== localDate(now)) await this.#beginDay(now);
      const bytes = Buffer.byteLength(lines);
      const maxBytes = this.#options.maxDayBytes ?? MAX_DAY_BYTES;
      if (this.#dayBytes + bytes > maxBytes) throw new Error(`${file} has reached its limit of ${maxBytes} bytes`);
      await appendFile(file, lines, { mode: 0o600 }).catch(async (error: unknown) => {
        if (!isMissing(error)) throw error;
        await mkdir(this.#options.folder, { recursive: true });
        await appendFile(file, lines, { mode: 0o600 });
      });
      this.#dayBytes += bytes;
      this.#tell(undefined);
    } catch (error) {
      this.#tell(`the log file cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #beginDay(now: Date): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    await this.#deleteOld(now);
    const size = await stat(this.#fileOf(localDate(now))).catch(() => undefined);
    this.#dayBytes = size?.size ?? 0;
    this.#day = localDate(now);
  }

  async #deleteOld(now: Date): Promise<void> {
    const oldest = localDate(new Date(now.getTime() - (this.#options.keepDays - 1) * DAY_MS));
    for (const name of await readdir(this.#options.folder)) {
      const day = FILE_NAME.exec(name)?.[1];
      // A file that cannot be deleted is no reason to write nothing; the next day tries again.
      if (day !== undefined && day < oldest) await unlink(join(this.#options.folder, name)).catch(() => undefined);
    }
  }

  #fileOf(day: string): string {
    return join(this.#options.folder, `messenger-${day}.jsonl`);
  }

  #tell(trouble: string | undefined): void {
    if (this.#troubled === (trouble !== undefined)) return;
    this.#troubled = trouble !== undefined;
    this.#options.onTrouble(trouble);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
