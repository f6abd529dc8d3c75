// References that lead from the answer to a request to the log entry of what went wrong.
import { randomBytes } from "node:crypto";
import { ProtocolError } from "../protocol/codes.ts";

const REFERENCE_BYTES = 6;

/** A new one, as hexadecimal digits. */
export function newErrorReference(): string {
  return randomBytes(REFERENCE_BYTES).toString("hex");
}

/** The answer to a request that met a bug; nothing is said of the bug but where the log tells of it. */
export function internalError(reference: string): ProtocolError {
  return new ProtocolError("internal", `internal error, reference ${reference}`);
}
