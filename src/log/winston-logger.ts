// The server's log: winston with lines on standard error, readable or JSON, and JSON lines in a file per day.
import { finished } from "node:stream/promises";
import winston from "winston";
import { LOG_LEVELS, type LogFormat, type LogLevel } from "../protocol/log-levels.ts";
import { steadyClock, systemClock, type Clock } from "../util/clock.ts";
import { visibleJson } from "../util/visible-text.ts";
import { DailyFile } from "./daily-file.ts";
import { cleanFields } from "./fields.ts";
import { loggerTo, type LogFields, type Logger, type LogSink } from "./logger.ts";
import { readableLine } from "./readable.ts";

export interface LogOptions {
  /** The least important level that is written. */
  readonly level: LogLevel;
  /** Folder of the log files; none is written without. */
  readonly folder: string | undefined;
  /** Days after which a file is deleted; today is the first. */
  readonly keepDays: number;
  /** Of what goes to the console; lines for people if not given. */
  readonly format?: LogFormat;
  /** Standard error if not given. */
  readonly console?: NodeJS.WritableStream;
  readonly clock?: Clock;
}

/** How long `close()` waits for a disk that does not answer, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

/** A logger whose level can be changed while it is in use. */
export interface LeveledLogger extends Logger {
  setLevel(level: LogLevel): void;
}

/** A logger for a whole process; only one may write to a folder at a time. */
export function createLogger(options: LogOptions): LeveledLogger {
  const { clock = systemClock, console = process.stderr, format = "text" } = options;
  const file = options.folder === undefined ? undefined : dailyFile(options, options.folder, clock, console);
  const transports = [new winston.transports.Stream({ stream: console, format: textOf(format), eol: "\n" })];
  if (file !== undefined) transports.push(fileTransport(file));
  const levels = Object.fromEntries(LOG_LEVELS.map((level, rank) => [level, rank]));
  const target = winston.createLogger({ level: options.level, levels, transports });
  return {
    ...loggerTo(new WinstonSink(target, clock, file, console)),
    setLevel: (level) => void (target.level = level),
  };
}

/** The winston entry carries its text in each form ready made. */
function textOf(format: LogFormat): winston.Logform.Format {
  return winston.format.printf((info) => String(info[format]));
}

function textsOf(time: Date, level: LogLevel, text: string, fields: LogFields): Record<LogFormat, string> {
  const clean = cleanFields(fields);
  const head = { time: time.toISOString(), level, text };
  // The head's keys come first and cannot be forged by a field of the same name.
  return { text: readableLine(time, level, text, clean), json: visibleJson({ ...head, ...clean, ...head }) };
}

function fileTransport(file: DailyFile): winston.transports.StreamTransportInstance {
  const dropWhenFull = winston.format((info) => (file.isReady(levelOf(info.level)) ? info : false));
  const format = winston.format.combine(dropWhenFull(), textOf("json"));
  return new winston.transports.Stream({ stream: file, format, eol: "\n" });
}

function levelOf(name: string): LogLevel {
  return LOG_LEVELS.find((level) => level === name) ?? "error";
}

function dailyFile(options: LogOptions, folder: string, clock: Clock, console: NodeJS.WritableStream): DailyFile {
  const onTrouble = (trouble: string | undefined): void => {
    const [level, text] =
      trouble === undefined ? (["info", "the log file is written again"] as const) : (["error", trouble] as const);
    console.write(`${textsOf(new Date(clock.now()), level, text, {})[options.format ?? "text"]}\n`);
  };
  // A clock that is given does not jump.
  const steady = options.clock ?? steadyClock;
  return new DailyFile({ folder, keepDays: options.keepDays, clock, steadyClock: steady, onTrouble });
}

class WinstonSink implements LogSink {
  readonly #winston: winston.Logger;
  readonly #clock: Clock;
  readonly #file: DailyFile | undefined;
  readonly #console: NodeJS.WritableStream;
  /** A closed or full standard error must not end the server. */
  readonly #ignore = (): void => undefined;
  #closed: Promise<void> | undefined;

  constructor(target: winston.Logger, clock: Clock, file: DailyFile | undefined, console: NodeJS.WritableStream) {
    this.#winston = target;
    this.#clock = clock;
    this.#file = file;
    this.#console = console;
    console.on("error", this.#ignore);
  }

  write(level: LogLevel, text: string, fields: LogFields): void {
    if (this.#closed !== undefined || !this.#winston.isLevelEnabled(level)) return;
    this.#winston.log({ level, message: text, ...textsOf(new Date(this.#clock.now()), level, text, fields) });
  }

  close(): Promise<void> {
    this.#closed ??= this.#flush();
    return this.#closed;
  }

  async #flush(): Promise<void> {
    const ends = [...this.#winston.transports].map((transport) => ended(transport));
    this.#winston.end();
    await Promise.all(ends);
    if (this.#file !== undefined) {
      this.#file.end();
      await ended(this.#file);
    }
    this.#console.off("error", this.#ignore);
  }
}

/** Resolves when the stream has taken in all that was written to it, or `CLOSE_TIMEOUT_MS` are over. */
async function ended(stream: NodeJS.WritableStream): Promise<void> {
  const signal = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
  await finished(stream, { readable: false, signal }).catch(() => undefined);
}
