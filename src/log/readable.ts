// A log entry as one line for people: time, level, text, fields. Nothing logged can forge a line or steer a terminal.
import type { LogLevel } from "../protocol/log-levels.ts";
import { visible } from "../util/visible-text.ts";
import { isCleanError } from "./fields.ts";
import type { LogFields } from "./logger.ts";

/** Values that need no quotes. */
const PLAIN = /^[\p{L}\p{N}_.:/@+*-]+$/u;

/** The line, without a line feed at its end, but with the frames of an error's stack on indented lines of their own. */
export function readableLine(time: Date, level: LogLevel, text: string, fields: LogFields): string {
  const pairs = Object.entries(fields).map(([name, value]) => ` ${visible(name)}=${shown(value)}`);
  const line = `${localTime(time)} ${level.toUpperCase().padEnd(5)} ${visible(text)}${pairs.join("")}`;
  return level === "error" ? line + stackLines(fields) : line;
}

function shown(value: unknown): string {
  if (typeof value === "string") return PLAIN.test(value) ? visible(value) : visible(JSON.stringify(value));
  if (isCleanError(value)) return visible(JSON.stringify(value.message));
  return visible(JSON.stringify(value) ?? "");
}

function stackLines(fields: LogFields): string {
  const stacks = Object.values(fields).filter(isCleanError);
  return stacks.flatMap(({ stack }) => stack.split("\n").map((frame) => `\n    ${visible(frame)}`)).join("");
}

/** `2026-11-23 14:05:09.123`, by the machine's time zone. */
function localTime(time: Date): string {
  return `${localDate(time)} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** `2026-11-23`, by the machine's time zone. */
export function localDate(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}
