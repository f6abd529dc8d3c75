// The interface of a logger.
import type { LogLevel } from "../protocol/log-levels.ts";

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * `text` says what happened, `fields` to whom, how much, how long; never a password, token, ticket or message text.
 * `error`, `warn`, `info` and `debug` neither throw nor block, whatever becomes of the log's file.
 */
export interface Logger {
  error(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  debug(text: string, fields?: LogFields): void;
  /** A logger whose entries all carry `fields` too. */
  child(fields: LogFields): Logger;
  /** Resolves when every entry is written, or cannot be; what is logged later is dropped. */
  close(): Promise<void>;
}

/** Where a logger's entries go. */
export interface LogSink {
  write(level: LogLevel, text: string, fields: LogFields): void;
  close(): Promise<void>;
}

/** A logger that writes to `sink`; its entries, and those of its children, carry `bound` too. */
export function loggerTo(sink: LogSink, bound: LogFields = {}): Logger {
  const at =
    (level: LogLevel) =>
    (text: string, fields?: LogFields): void =>
      sink.write(level, text, { ...bound, ...fields });
  return {
    error: at("error"),
    warn: at("warn"),
    info: at("info"),
    debug: at("debug"),
    child: (fields) => loggerTo(sink, { ...bound, ...fields }),
    close: () => sink.close(),
  };
}
