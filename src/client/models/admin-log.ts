// The tail of a server's log, by level and text.
import type { LogRecord } from "../../protocol/admin.ts";
import { LOG_LEVELS, type LogLevel } from "../../protocol/log-levels.ts";
import { filterForm } from "../../protocol/text.ts";
import { visible } from "../../util/visible-text.ts";
import { RecentList } from "./recent-list.ts";

export interface LogLine {
  readonly key: string;
  readonly record: LogRecord;
  /** The text with its fields, in one line. */
  readonly text: string;
}

const MAX_LINES = 5_000;
const MAX_CHARS = 8_000_000;

export class AdminLog {
  readonly #lines = new RecentList<LogLine>({
    maxCount: MAX_LINES,
    maxSize: MAX_CHARS,
    sizeOf: ({ text }) => text.length,
  });
  #lastKey = 0;
  /** This level and graver ones are shown. */
  level: LogLevel = "info";
  #filter = "";

  set filter(text: string) {
    this.#filter = filterForm(text.trim());
  }

  /** Takes over what a server has kept, in place of what was known. */
  replace(records: readonly LogRecord[]): void {
    this.#lines.clear();
    for (const record of records) this.add(record);
  }

  add(record: LogRecord): void {
    this.#lastKey += 1;
    this.#lines.add({ key: String(this.#lastKey), record, text: logText(record) });
  }

  get totalCount(): number {
    return this.#lines.entries.length;
  }

  /** Those that are to be shown, oldest first. */
  get lines(): readonly LogLine[] {
    const limit = LOG_LEVELS.indexOf(this.level);
    return this.#lines.entries.filter(
      ({ record, text }) =>
        LOG_LEVELS.indexOf(record.level) <= limit && (this.#filter === "" || filterForm(text).includes(this.#filter)),
    );
  }
}

/** The text and then the fields as name=value, in one line that cannot be forged. */
export function logText({ text, fields }: LogRecord): string {
  const rest = Object.entries(fields).map(([name, value]) => `  ${name}=${shown(value)}`);
  return visible(text + rest.join(""));
}

function shown(value: unknown): string {
  const plain = typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return plain ?? "undefined";
}
