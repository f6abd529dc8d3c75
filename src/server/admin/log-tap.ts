// A logger that passes entries on, keeps the last of them, and tells who listens.
import { conciseFields } from "../../log/fields.ts";
import type { LogFields, Logger } from "../../log/logger.ts";
import type { LogRecord } from "../../protocol/admin.ts";
import { Emitter } from "../../util/emitter.ts";

/** Entries that are kept. */
const KEPT_COUNT = 1_000;

/** The history that the tap and all its children share. */
class LogHistory {
  readonly emitter = new Emitter<{ record: LogRecord }>();
  readonly records: LogRecord[] = [];

  add(record: LogRecord): void {
    this.records.push(record);
    if (this.records.length > KEPT_COUNT) this.records.shift();
    this.emitter.emit("record", record);
  }
}

export class LogTap implements Logger {
  readonly #log: Logger;
  readonly #bound: LogFields;
  readonly #history: LogHistory;

  constructor(log: Logger, bound: LogFields = {}, history: LogHistory = new LogHistory()) {
    this.#log = log;
    this.#bound = bound;
    this.#history = history;
  }

  /** Oldest first. */
  get records(): readonly LogRecord[] {
    return this.#history.records;
  }

  get onRecord(): Emitter<{ record: LogRecord }> {
    return this.#history.emitter;
  }

  error(text: string, fields: LogFields = {}): void {
    this.#log.error(text, fields);
    this.#keep("error", text, fields);
  }

  warn(text: string, fields: LogFields = {}): void {
    this.#log.warn(text, fields);
    this.#keep("warn", text, fields);
  }

  info(text: string, fields: LogFields = {}): void {
    this.#log.info(text, fields);
    this.#keep("info", text, fields);
  }

  debug(text: string, fields: LogFields = {}): void {
    this.#log.debug(text, fields);
  }

  child(fields: LogFields): Logger {
    return new LogTap(this.#log.child(fields), { ...this.#bound, ...fields }, this.#history);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #keep(level: LogRecord["level"], text: string, fields: LogFields): void {
    try {
      this.#history.add({
        time_ms: Date.now(),
        level,
        text,
        fields: conciseFields({ ...this.#bound, ...fields }),
      });
    } catch (error) {
      this.#log.error("an entry could not be shown to the administrator", { error }); // whoever logs must not suffer
    }
  }
}
