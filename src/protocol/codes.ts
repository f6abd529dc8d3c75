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
 * Why something was refused, in a word that never changes, with the code that it goes with. docs/protocol.md says of each
 * when it is given; the last three are of the admin channel alone.
 */
export const REASONS = {
  bad_request: 400,
  bad_field: 400,
  login_needed: 401,
  wrong_credentials: 401,
  account_disabled: 403,
  invitation_wrong: 403,
  registration_closed: 403,
  directory_closed: 403,
  blocked: 403,
  role_too_low: 403,
  forbidden: 403,
  unknown_action: 404,
  no_such_user: 404,
  no_such_chat: 404,
  no_such_message: 404,
  not_a_member: 404,
  name_taken: 409,
  already: 409,
  quota: 409,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  store_away: 503,
  stopping: 503,
  no_such_ban: 404,
  no_such_connection: 404,
  cannot_listen: 409,
} as const satisfies Readonly<Record<string, ErrorCode>>;

export type Reason = keyof typeof REASONS;

/** A refusal in the form in which it crosses threads. */
export interface RefusalFacts {
  readonly reason: Reason;
  readonly info: string;
  readonly field?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/**
 * An error that the peer is told about: `reason` and `info` go into the response as they are, so `info` must hold
 * nothing secret. Every other kind of error is a bug and is answered with 500 and a reference.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly reason: Reason;
  /** The member that is meant; always with `bad_field`. */
  readonly field: string | undefined;
  /** Seconds after which a retry makes sense; only with `rate_limited`. */
  readonly retryAfter: number | undefined;

  constructor(reason: "bad_field", info: string, field: string);
  constructor(reason: "rate_limited", info: string, retryAfter: number);
  constructor(reason: Exclude<Reason, "bad_field" | "rate_limited">, info: string, field?: string);
  constructor(reason: Reason, info: string, detail?: string | number) {
    super(info);
    this.reason = reason;
    this.field = typeof detail === "string" ? detail : undefined;
    this.retryAfter = typeof detail === "number" ? detail : undefined;
  }

  get code(): ErrorCode {
    return REASONS[this.reason];
  }

  get facts(): RefusalFacts {
    return { reason: this.reason, info: this.message, field: this.field, retryAfter: this.retryAfter };
  }

  /** The error of such a refusal in another thread. */
  static of({ reason, info, field, retryAfter }: RefusalFacts): ProtocolError {
    if (reason === "bad_field") return badField(field ?? "data", info, info);
    if (reason === "rate_limited") return new ProtocolError(reason, info, retryAfter ?? 1);
    return new ProtocolError(reason, info, field);
  }
}

/** The refusal of a wrong member of a request; `fault` says what is wrong, for people. */
export function badField(field: string, fault: string, info = `${field}: ${fault}`): ProtocolError {
  return new ProtocolError("bad_field", info, field);
}
