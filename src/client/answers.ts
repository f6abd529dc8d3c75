// Reading a server's answer: the object in a frame, and the error that it tells of.
import { Code, REASONS, type ErrorCode, type Reason } from "../protocol/codes.ts";
import { RequestError } from "./errors.ts";
import type { Answer } from "./pending-requests.ts";
import { isRecord, isText, isTime } from "./shapes.ts";

/** The object in a frame; undefined when it holds none. */
export function parseFrame(payload: Buffer): Answer | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The error that a response tells of; undefined for 200. */
export function errorOf(fields: Answer): RequestError | undefined {
  const { code, info, reason, retry_after: retryAfterSec } = fields;
  if (code === Code.Ok) return undefined;
  const retryAfterMs = isTime(retryAfterSec) ? Math.max(0, retryAfterSec * 1000) : undefined;
  const known = Object.values(Code).find((one): one is ErrorCode => one === code && one !== Code.Ok);
  return new RequestError(
    known ?? Code.Internal,
    isText(info) ? info : "no reason given",
    retryAfterMs,
    reasonOf(reason),
  );
}

function reasonOf(value: unknown): Reason | undefined {
  const isKnown = (word: string): word is Reason => Object.hasOwn(REASONS, word);
  return isText(value) && isKnown(value) ? value : undefined;
}
