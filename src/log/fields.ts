// Preparation of log fields: bounded, without secrets, errors with their stacks.
import type { LogFields } from "./logger.ts";

/** Longer texts are cut, in characters; a stack of ten frames fits. */
const MAX_TEXT_CHARS = 4000;
/** Values nested deeper than this are left out. */
const MAX_DEPTH = 4;
/** More members of a list or an object are left out. */
const MAX_MEMBERS = 50;
/** A net under the rule that nobody logs a secret: text under such a name is hidden. */
const SECRET_NAME = /password|passwd|secret|token|ticket/i;

/** A copy of plain JSON values, which can be written whatever was in `fields`. */
export function cleanFields(fields: LogFields): LogFields {
  return cleanMembers(fields, 0);
}

/** The same with nothing of an error but its message. */
export function conciseFields(fields: LogFields): LogFields {
  const entries = Object.entries(cleanFields(fields));
  return Object.fromEntries(entries.map(([name, value]) => [name, isCleanError(value) ? value.message : value]));
}

/** Whether a cleaned value was an error. */
export function isCleanError(value: unknown): value is { readonly message: string; readonly stack: string } {
  return typeof value === "object" && value !== null && "stack" in value && "message" in value;
}

function cleanMembers(object: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object).slice(0, MAX_MEMBERS)) {
    if (value === undefined) continue;
    clean[name] = SECRET_NAME.test(name) && typeof value === "string" ? "[hidden]" : cleanValue(value, depth + 1);
  }
  return clean;
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cut(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return "[no value]";
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return "[nested deeper]";
  if (value instanceof Error) return cleanError(value, depth);
  if (value instanceof Date) return String(value.getTime());
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((member) => cleanValue(member, depth + 1));
  return cleanMembers(value, depth);
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const code: unknown = "code" in error ? error.code : undefined;
  return {
    message: cut(`${error.name}: ${error.message}`),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: cut(framesOf(error)),
    ...(error.cause === undefined ? {} : { cause: cleanValue(error.cause, depth + 1) }),
  };
}

/** The stack without the message before it, which stands in its own field. */
function framesOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames.map((line) => line.trim()).join("\n");
}

function cut(text: string): string {
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}… (${text.length} characters)` : text;
}
