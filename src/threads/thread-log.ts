// The logger of a worker thread: entries go to the main thread, which alone writes the log.
import { parentPort } from "node:worker_threads";
import { cleanFields } from "../log/fields.ts";
import { loggerTo, type LogFields, type Logger, type LogSink } from "../log/logger.ts";
import type { LogLevel } from "../protocol/log-levels.ts";

/** An entry on its way from a thread. */
export interface LogEntry {
  readonly logEntry: { readonly level: LogLevel; readonly text: string; readonly fields: LogFields };
}

export function isLogEntry(value: unknown): value is LogEntry {
  return typeof value === "object" && value !== null && "logEntry" in value;
}

/** Writes an entry that came from a thread. */
export function logFromThread(log: Logger, { logEntry: { level, text, fields } }: LogEntry): void {
  log[level](text, fields);
}

/** A logger whose entries all carry `bound`, for use in a thread. Fields are cleaned there, since not everything can be sent to another thread. */
export function threadLogger(bound: LogFields): Logger {
  const sink: LogSink = {
    write(level, text, fields) {
      const entry: LogEntry = { logEntry: { level, text, fields: cleanFields(fields) } };
      parentPort?.postMessage(entry);
    },
    close: () => Promise.resolve(),
  };
  return loggerTo(sink, bound);
}
