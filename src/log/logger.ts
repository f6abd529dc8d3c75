// What everything writes its log entries to.

export type LogFields = Readonly<Record<string, unknown>>;

/** `text` says what happened, `fields` to whom, how much, how long; never a password, token, ticket or message text. */
export interface Logger {
  error(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  debug(text: string, fields?: LogFields): void;
  /** A logger whose entries all carry `fields` too. */
  child(fields: LogFields): Logger;
  /** Resolves when every entry is written. */
  close(): Promise<void>;
}
