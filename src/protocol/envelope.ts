// The JSON object in a frame: reading a request out of bytes, and writing responses and events.
import { isUtf8 } from "node:buffer";
import { Code, ProtocolError, badField } from "./codes.ts";
import { MAX_ACTION_CHARS, MAX_ID_CHARS, MAX_ID_NUMBER, MAX_JSON_DEPTH } from "./limits.ts";
import { MAX_LOGIN_BYTES, MAX_RESPONSE_BYTES } from "./limits.ts";

export type RequestId = number | string;

/** The largest number of an id as it is written. */
const LARGEST_ID = new RegExp(String.raw`"id"\s*:\s*-?${MAX_ID_NUMBER}(?:\.0+)?\s*[,}]`);

/** A request whose envelope is right; its data is still unchecked. */
export interface RawRequest {
  readonly action: string;
  readonly id: RequestId | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Fields of a request that its response repeats, if the frame gave them. */
export interface ReplyTo {
  readonly action: string | null;
  readonly id: RequestId | undefined;
}

/** A payload that is no request; `replyTo` says what of it can still be echoed. */
export interface BadRequest {
  readonly error: ProtocolError;
  readonly replyTo: ReplyTo;
}

/** Reads one payload. Never throws: whatever is wrong is in `error`, with the field named. */
export function parseRequest(payload: Uint8Array): RawRequest | BadRequest {
  const object = parseObject(payload);
  if (typeof object === "string") return bad(object, { action: null, id: undefined });
  const id = isExactId(object["id"], payload) ? usableId(object["id"]) : undefined;
  const action = usableAction(object["action"]);
  const replyTo = { action: action ?? null, id };
  if (action === undefined) return bad(`action: must be a string of 1 to ${MAX_ACTION_CHARS} characters`, replyTo);
  if (id === undefined && object["id"] != null) {
    const fault = `must be a number within ±2^53 or a string of at most ${MAX_ID_CHARS} characters`;
    return { error: badField("id", fault), replyTo };
  }
  const time = object["time"] ?? 0;
  if (typeof time !== "number" || !Number.isFinite(time)) {
    return { error: badField("time", "must be a number"), replyTo };
  }
  const data = object["data"] ?? {};
  if (!isRecord(data)) return { error: badField("data", "must be an object"), replyTo };
  return { action, id, data };
}

/** Parses the payload's text as one JSON object; a string says why it is none. */
function parseObject(payload: Uint8Array): Record<string, unknown> | string {
  if (!isUtf8(payload)) return "frame: not valid UTF-8";
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
  if (mayBeDeep(text) && depthOf(text) > MAX_JSON_DEPTH) return `frame: nested deeper than ${MAX_JSON_DEPTH}`;
  if (hasLoneSurrogate(text)) return "frame: holds a lone surrogate";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "frame: not JSON"; // the parser's own message would repeat what the peer sent
  }
  return isRecord(value) ? value : "frame: not a JSON object";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function usableAction(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && hasAtMost(value, MAX_ACTION_CHARS) ? value : undefined;
}

/** False for a number just beyond the largest one, which the parser has rounded to it. */
function isExactId(value: unknown, payload: Uint8Array): boolean {
  if (typeof value !== "number" || Math.abs(value) !== MAX_ID_NUMBER) return true;
  return LARGEST_ID.test(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("latin1"));
}

function usableId(value: unknown): RequestId | undefined {
  if (typeof value === "number") return Math.abs(value) <= MAX_ID_NUMBER ? value : undefined;
  return typeof value === "string" && hasAtMost(value, MAX_ID_CHARS) ? value : undefined;
}

function bad(info: string, replyTo: ReplyTo): BadRequest {
  return { error: new ProtocolError("bad_request", info), replyTo };
}

/** Whether a text has at most so many characters; a text of few code units is not counted. */
function hasAtMost(text: string, charLimit: number): boolean {
  return text.length <= charLimit || charCount(text) <= charLimit;
}

/** Length in characters as the protocol counts them: Unicode code points. */
export function charCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** False when there are too few opening brackets for it, in strings or not: so it is with what people send. */
function mayBeDeep(text: string): boolean {
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let index = text.indexOf(bracket); index !== -1; index = text.indexOf(bracket, index + 1)) {
      count += 1;
      if (count > MAX_JSON_DEPTH) return true;
    }
  }
  return false;
}

/** Deepest nesting of arrays and objects in a JSON text, read off its brackets outside of strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (inString) {
      if (char === 0x5c) index += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return deepest;
}

/** UTF-8 cannot carry a surrogate, but an escape can: `"\ud800"`. */
function hasLoneSurrogate(text: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  const unpaired = text.replace(/\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[^u])/g, "");
  return /\\u[dD][89a-fA-F]/.test(unpaired);
}

/** Fields of a response beside action, time, id, code and info. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The JSON text of a response that succeeded. `timeMs` is the server's clock.
 * @throws AnswerTooLargeError for one that no client has to take: a bug of whoever made its fields.
 */
export function okResponse(replyTo: ReplyTo, info: string, fields: Fields, timeMs: number): string {
  return response(replyTo, Code.Ok, info, fields, timeMs);
}

/** The JSON text of a response that tells of an error. */
export function errorResponse(
  replyTo: ReplyTo,
  { code, message, reason, field, retryAfter }: ProtocolError,
  timeMs: number,
): string {
  // JSON.stringify leaves out what is undefined.
  return response(replyTo, code, message, { reason, field, retry_after: retryAfter }, timeMs);
}

function response(replyTo: ReplyTo, code: Code, info: string, fields: Fields, timeMs: number): string {
  // JSON.stringify leaves out an id that is undefined.
  const text = JSON.stringify({ action: replyTo.action, time: timeMs / 1000, id: replyTo.id, code, info, ...fields });
  requireBounded(text, replyTo.action === "login" ? MAX_LOGIN_BYTES : MAX_RESPONSE_BYTES);
  return text;
}

/** A response that would break the promise of how large they are. */
export class AnswerTooLargeError extends Error {
  override readonly name = "AnswerTooLargeError";
}

function requireBounded(text: string, maxBytes: number): void {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw new AnswerTooLargeError(`an answer of ${bytes} bytes, of ${maxBytes} allowed`);
}

/** UTF-8 bytes of one UTF-16 unit at most. */
const MAX_BYTES_PER_UNIT = 3;
