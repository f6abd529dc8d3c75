// The logger of a worker thread: entries go to the main thread, which alone writes the log.
import { parentPort } from "node:worker_threads";
import type { Logger } from "../log/logger.ts";

type Level = "error" | "warn" | "info" | "debug";

/** An entry on its way from a thread. */
export interface LogEntry {
  readonly logEntry: {
    readonly level: Level;
    readonly text: string;
    readonly fields: Readonly<Record<string, unknown>>;
  };
}

export function isLogEntry(value: unknown): value is LogEntry {
  return typeof value === "object" && value !== null && "logEntry" in value;
}

/** Writes an entry that came from a thread. */
export function logFromThread(log: Logger, { logEntry: { level, text, fields } }: LogEntry): void {
  log[level](text, fields);
}

export function threadLogger(bound: Readonly<Record<string, unknown>> = {}): Logger {
  const post =
    (level: Level) =>
    (text: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const entry: LogEntry = { logEntry: { level, text, fields: plain({ ...bound, ...fields }) } };
      parentPort?.postMessage(entry);
    };
  return {
    error: post("error"),
    warn: post("warn"),
    info: post("info"),
    debug: post("debug"),
    child: (fields) => threadLogger({ ...bound, ...fields }),
    close: () => Promise.resolve(),
  };
}

/** Errors cross threads as their stacks; nothing else of them is needed there. */
function plain(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  );
}
