// A logger that keeps its entries, so that a test can look at what was logged, and at what must not be.
import type { Logger, LogFields } from "../../src/log/logger.ts";
import type { LogLevel } from "../../src/protocol/log-levels.ts";

interface Entry {
  readonly level: LogLevel;
  readonly text: string;
  readonly fields: LogFields;
}

export class MemoryLog implements Logger {
  readonly entries: Entry[];
  readonly #bound: LogFields;

  constructor(entries: Entry[] = [], bound: LogFields = {}) {
    this.entries = entries;
    this.#bound = bound;
  }

  error(text: string, fields?: LogFields): void {
    this.#add("error", text, fields);
  }

  warn(text: string, fields?: LogFields): void {
    this.#add("warn", text, fields);
  }

  info(text: string, fields?: LogFields): void {
    this.#add("info", text, fields);
  }

  debug(text: string, fields?: LogFields): void {
    this.#add("debug", text, fields);
  }

  child(fields: LogFields): Logger {
    return new MemoryLog(this.entries, { ...this.#bound, ...fields });
  }

  async close(): Promise<void> {}

  /** Everything as one text, errors with their stacks. */
  get text(): string {
    return this.entries.map(({ level, text, fields }) => `${level} ${text} ${readable(fields)}`).join("\n");
  }

  /** The entries of level error, as text. */
  get errors(): string[] {
    const errors = this.entries.filter(({ level }) => level === "error");
    return errors.map(({ text, fields }) => `${text} ${readable(fields)}`);
  }

  #add(level: Entry["level"], text: string, fields: LogFields = {}): void {
    this.entries.push({ level, text, fields: { ...this.#bound, ...fields } });
  }
}

function readable(fields: LogFields): string {
  return JSON.stringify(fields, (_name, value: unknown) => (value instanceof Error ? value.stack : value));
}
