// An append-only file of JSON lines that is on the disk when it says so.
import { open, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolderAsync } from "../util/durable.ts";

interface Entry {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lines that wait while the disk is busy go out in one write with one fsync. The file is readable by its owner only.
 * One process may have it open at a time.
 */
export class Journal {
  readonly #file: string;
  #handle: FileHandle;
  #waiting: Entry[] = [];
  #rewriteWith: (() => readonly string[]) | undefined;
  #running: Promise<void> | undefined;
  #bytes: number;

  /**
   * Reads the lines there are (a torn or damaged one is left out) and opens the file for more. Those alone stay in it that
   * `current` gives back: what counts of all that were read.
   */
  static async open(
    file: string,
    current: (values: readonly unknown[]) => readonly unknown[],
  ): Promise<{ journal: Journal; values: readonly unknown[] }> {
    await rm(temporary(file), { force: true });
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    });
    const values = current(text.split("\n").flatMap(parse));
    // Written again, so that the next line does not join a torn one.
    const kept = values.map((value) => JSON.stringify(value));
    return { journal: new Journal(file, await replace(file, kept), byteCount(kept)), values };
  }

  private constructor(file: string, handle: FileHandle, bytes: number) {
    this.#file = file;
    this.#handle = handle;
    this.#bytes = bytes;
  }

  /** Length of the file, with what waits to be written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when the value is on the disk. Values are written in the order of the calls. */
  append(value: unknown): Promise<void> {
    const line = JSON.stringify(value);
    this.#bytes += byteCount([line]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      this.#run();
    });
  }

  /**
   * Replaces the whole file by what `current` gives when it is its turn, in one step: after a crash either the old or
   * the new one is there. It must contain what every `append` so far has said.
   */
  rewrite(current: () => readonly unknown[]): void {
    this.#rewriteWith = () => current().map((value) => JSON.stringify(value));
    this.#run();
  }

  /** Writes what waits, then closes the file. Nothing may be appended afterwards. */
  async close(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#handle.close();
  }

  #run(): void {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0 || this.#rewriteWith) this.#run(); // came while the last turn was ending
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 || this.#rewriteWith) {
      const entries = this.#waiting;
      const lines = this.#rewriteWith?.();
      this.#waiting = [];
      this.#rewriteWith = undefined;
      try {
        const replaced = lines !== undefined && (await this.#replace(lines));
        if (!replaced && entries.length > 0) await this.#write(entries);
        for (const entry of entries) entry.resolve();
      } catch (error) {
        for (const entry of entries) entry.reject(error);
      }
    }
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    await this.#handle.appendFile(entries.map((entry) => entry.line + "\n").join(""));
    await this.#handle.datasync();
  }

  /** False when the new file cannot be written: the old one stays in use. */
  async #replace(lines: readonly string[]): Promise<boolean> {
    const handle = await replace(this.#file, lines).catch(() => undefined);
    if (!handle) return false;
    const before = this.#handle;
    this.#handle = handle;
    this.#bytes = byteCount(lines);
    await before.close();
    return true;
  }
}

function parse(line: string): unknown[] {
  try {
    // A block that a power cut has left empty may end directly before a line that is whole.
    const text = line.slice(line.lastIndexOf("\0") + 1);
    return text === "" ? [] : [JSON.parse(text)];
  } catch {
    return [];
  }
}

function byteCount(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}

function temporary(file: string): string {
  return `${file}.new`;
}

/** Puts a file with these lines in the place of `file`, durably, and leaves it open for appending. */
async function replace(file: string, lines: readonly string[]): Promise<FileHandle> {
  const handle = await open(temporary(file), "a", 0o600);
  try {
    await handle.appendFile(lines.map((line) => line + "\n").join(""));
    await handle.sync();
    await rename(temporary(file), file);
    await syncFolderAsync(dirname(file));
    return handle;
  } catch (error) {
    await handle.close();
    await rm(temporary(file), { force: true });
    throw error;
  }
}
