// Log files, one a day; those that are too old are deleted.
// The file is opened for each batch of lines, so that a full disk, a moved file or a deleted folder is got over as soon
// as it is mended. (winston-daily-rotate-file holds a stream that is dead after its first error.)
import { chmod, mkdir, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { LogLevel } from "../protocol/log-levels.ts";
import type { Clock } from "../util/clock.ts";
import { localDate } from "./readable.ts";

/** Lines that wait for the disk, in characters; beyond it new ones are dropped and counted. */
const MAX_PENDING_CHARS = 4 * 1024 * 1024;
/** Size of one day's file; beyond it lines are dropped until the next day, in bytes. */
const MAX_DAY_BYTES = 256 * 1024 * 1024;
/** How much of the day's file each level may fill: whatever fills it, what is graver still finds room. */
const SHARES: Readonly<Record<LogLevel, number>> = { debug: 0.5, info: 0.75, warn: 0.875, error: 1 };
/** For so long the clock must have run evenly before files are deleted by it, in milliseconds. */
const CLOCK_CONFIRMED_MS = 600_000;
const FILE_NAME = /^messenger-(\d{4}-\d{2}-\d{2})\.jsonl$/;
const DAY_MS = 24 * 3600 * 1000;

export interface DailyFileOptions {
  /** Made when missing, for nobody else to read. */
  readonly folder: string;
  readonly keepDays: number;
  /** The time of day. */
  readonly clock: Clock;
  /** The time of day by a clock that never jumps (`steadyClock`): no file is deleted that is not too old by both. */
  readonly steadyClock: Clock;
  /** Told about trouble once when it begins (a sentence), and once when it is over (undefined). */
  readonly onTrouble: (trouble: string | undefined) => void;
  readonly maxDayBytes?: number;
}

/** Never emits `error`: lines that cannot be written are dropped. `end()` finishes when all others are on disk. */
export class DailyFile extends Writable {
  readonly #options: DailyFileOptions;
  readonly #maxDayBytes: number;
  readonly #startedMs: number;
  #day = "";
  #dayBytes = 0;
  /** The day on which files were last deleted, and the one on which it was said that lines are left out. */
  #cleanedDay = "";
  #fullDay = "";
  #troubled = false;
  #hasFolder = false;

  constructor(options: DailyFileOptions) {
    super({ decodeStrings: false, highWaterMark: MAX_PENDING_CHARS });
    this.#options = options;
    this.#maxDayBytes = options.maxDayBytes ?? MAX_DAY_BYTES;
    this.#startedMs = options.steadyClock.now();
  }

  /** False when a line of this level should be dropped: too many wait for the disk, or its share of the day is full. */
  isReady(level: LogLevel): boolean {
    if (this.writableNeedDrain) this.#tell("the log file takes entries too slowly, some are dropped");
    return !this.writableNeedDrain && this.#hasRoomFor(level);
  }

  override _write(line: string, _encoding: BufferEncoding, done: () => void): void {
    void this.#append(line).finally(done);
  }

  override _writev(lines: { chunk: string }[], done: () => void): void {
    void this.#append(lines.map(({ chunk }) => chunk).join("")).finally(done);
  }

  #hasRoomFor(level: LogLevel): boolean {
    if (this.#dayBytes + this.writableLength <= this.#maxDayBytes * SHARES[level]) return true;
    const today = localDate(new Date(this.#options.clock.now()));
    if (today !== this.#day) return true; // a new file begins with the line
    if (this.#fullDay !== today) {
      this.#fullDay = today;
      const limit = `its limit of ${this.#maxDayBytes} bytes`;
      this.#options.onTrouble(`today's log file is near ${limit}: what is less than an error may be left out of it`);
    }
    return false;
  }

  async #append(lines: string): Promise<void> {
    try {
      const now = new Date(this.#options.clock.now());
      const day = localDate(now);
      const file = join(this.#options.folder, `messenger-${day}.jsonl`);
      const bytes = Buffer.byteLength(lines);
      const handle = await this.#open(file);
      try {
        // Asked each time: somebody may have moved the file or cut it.
        const sizeBytes = (await handle.stat()).size;
        this.#day = day;
        this.#dayBytes = sizeBytes;
        if (sizeBytes + bytes > this.#maxDayBytes)
          throw new Error(`${file} has reached its limit of ${this.#maxDayBytes} bytes`);
        await handle.appendFile(lines);
        this.#dayBytes = sizeBytes + bytes;
        await this.#deleteOld(now);
      } finally {
        await handle.close();
      }
      this.#tell(undefined);
    } catch (error) {
      this.#tell(`the log file cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #open(file: string) {
    if (!this.#hasFolder) await this.#makeFolder();
    return open(file, "a", 0o600).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await this.#makeFolder();
      return open(file, "a", 0o600);
    });
  }

  /** For the owner alone, whatever the umask is, and was when the folder was made. */
  async #makeFolder(): Promise<void> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    this.#hasFolder = true;
  }

  /** Once a day, when the clock has shown that it can be trusted. */
  async #deleteOld(now: Date): Promise<void> {
    const { clock, steadyClock, keepDays, folder } = this.#options;
    const today = localDate(now);
    if (today === this.#cleanedDay || steadyClock.now() - this.#startedMs < CLOCK_CONFIRMED_MS) return;
    this.#cleanedDay = today;
    const trustedMs = Math.min(clock.now(), steadyClock.now());
    const oldest = localDate(new Date(trustedMs - (keepDays - 1) * DAY_MS));
    for (const name of await readdir(folder)) {
      const day = FILE_NAME.exec(name)?.[1];
      // A file that cannot be deleted is no reason to write nothing; the next day tries again.
      if (day !== undefined && day < oldest) await unlink(join(folder, name)).catch(() => undefined);
    }
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
