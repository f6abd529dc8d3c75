// The response codes of the protocol, and the one error whose text is meant for the peer.

/** Response codes; their meanings are in docs/protocol.md, "Codes". */
export const Code = {
  Ok: 200,
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Conflict: 409,
  FrameTooLarge: 413,
  TooManyRequests: 429,
  Internal: 500,
  Unavailable: 503,
} as const;

export type Code = (typeof Code)[keyof typeof Code];

/** Codes other than 200. */
export type ErrorCode = Exclude<Code, 200>;

/**
 * An error that the peer is told about: `code` and `info` go into the response as they are, so `info` must hold
 * nothing secret. Every other kind of error is a bug and is answered with 500 and a reference.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ErrorCode;
  /** Seconds after which a retry makes sense; only with 429. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, info: string, retryAfter?: number) {
    super(info);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
