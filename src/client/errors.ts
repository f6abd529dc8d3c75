// The ways in which a request of the client can fail.
import { UserError } from "../util/user-error.ts";
import type { ErrorCode, Reason } from "../protocol/codes.ts";

/** The server answered with a code other than 200. `message` is the server's `info`, meant for people. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code: ErrorCode;
  /** Milliseconds that the server asks to wait before a retry; only with 429. */
  readonly retryAfterMs: number | undefined;

  /** Undefined from servers of version 1, and for refusals of the client itself. */
  readonly reason: Reason | undefined;

  constructor(code: ErrorCode, info: string, retryAfterMs?: number, reason?: Reason) {
    super(info);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
  }
}

/** Whether a server refused to register somebody because of the invitation code: it is missing, or wrong. */
export function isInvitationRefusal(error: unknown): boolean {
  return error instanceof RequestError && error.reason === "invitation_wrong";
}

/** No answer came: there is no connection, it was lost, or the deadline passed. The request may have been carried out. */
export class DisconnectedError extends Error {
  override readonly name = "DisconnectedError";
  /** Milliseconds that the server asked to wait before another attempt, where it said so before it closed. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(reason, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The server's certificate was not accepted; nothing was sent. */
export class UntrustedServerError extends Error {
  override readonly name = "UntrustedServerError";
  /** SHA-256 of the certificate, in hexadecimal pairs joined by colons. */
  readonly fingerprint: string;

  constructor(message: string, fingerprint: string) {
    super(message);
    this.fingerprint = fingerprint;
  }
}

/** A refusal by the server or the network: an answer to what somebody asked, not a fault of the program. */
export function isAnswer(error: unknown): boolean {
  const kinds = [RequestError, DisconnectedError, UntrustedServerError, UserError];
  return kinds.some((kind) => error instanceof kind);
}
