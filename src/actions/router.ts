// The Router: finds the controller of an action, after its guards; the one place where errors become responses.
import { isActionName, type ActionName } from "../protocol/actions.ts";
import { ProtocolError } from "../protocol/codes.ts";
import { parseRequest, type RawRequest, type ReplyTo } from "../protocol/envelope.ts";
import type { Framing } from "../protocol/frame.ts";
import { StoreUnavailableError } from "../store/store.ts";
import { internalError, newErrorReference } from "../log/error-reference.ts";
import type { Logger } from "../log/logger.ts";
import { ThrottledLog } from "../log/throttled-log.ts";
import { monotonicClock } from "../util/clock.ts";
import * as auth from "./controllers/auth.ts";
import * as blocks from "./controllers/blocks.ts";
import * as changes from "./controllers/changes.ts";
import * as chat from "./controllers/chat.ts";
import * as contacts from "./controllers/contacts.ts";
import * as groups from "./controllers/groups.ts";
import * as lists from "./controllers/lists.ts";
import * as pins from "./controllers/pins.ts";
import * as profile from "./controllers/profile.ts";
import * as reactions from "./controllers/reactions.ts";
import * as search from "./controllers/search.ts";
import * as server from "./controllers/server.ts";
import type { Context, Plan, Request, Route } from "./plan.ts";
import type { Identity } from "../domain/effects.ts";
import type { Continuation, PasswordVerdict } from "./again.ts";
import { validateData } from "./validation.ts";

/** While the store is away every request finds that out; the log is told at most once in so many milliseconds. */
const UNAVAILABLE_LOG_INTERVAL_MS = 10_000;
/** Failures of one action within a minute that are logged one by one. */
const FAILURES_SHOWN = 10;

/** Sender of a request, as the gateway knows it. */
export interface Caller {
  readonly identity: Identity | undefined;
  /** See RequestTask. */
  readonly verdict: PasswordVerdict | undefined;
  readonly continuation?: Continuation | undefined;
  readonly loginRetryAfter: number;
  readonly framing: Framing;
}

/** Plan of one payload. */
export interface PlannedRequest {
  readonly replyTo: ReplyTo;
  readonly plan: Plan;
}

const ROUTES: { readonly [A in ActionName]: Route<A> } = {
  ...auth.routes,
  ...blocks.routes,
  ...changes.routes,
  ...chat.routes,
  ...contacts.routes,
  ...groups.routes,
  ...lists.routes,
  ...pins.routes,
  ...profile.routes,
  ...reactions.routes,
  ...search.routes,
  ...server.routes,
};

export class Router {
  readonly #context: Context;
  readonly #log: Logger;
  /** A request that fails by our fault can be sent again and again. */
  readonly #failures: ThrottledLog;
  #unavailableLoggedMs = -Infinity;

  constructor(context: Context, log: Logger) {
    this.#context = context;
    this.#log = log;
    this.#failures = new ThrottledLog(log, monotonicClock);
  }

  /**
   * Plans what is to happen for one payload. Never throws or rejects: every error becomes a refusal. Plans that
   * need no store are there at once.
   */
  route(payload: Uint8Array, caller: Caller): PlannedRequest | Promise<PlannedRequest> {
    const request = parseRequest(payload);
    if ("error" in request) return { replyTo: request.replyTo, plan: { refusal: request.error } };
    const { action, id } = request;
    const replyTo = { action, id };
    const failed = (error: unknown): PlannedRequest => ({ replyTo, plan: { refusal: this.explain(error, action) } });
    try {
      const plan = this.#serve(request, caller);
      return plan instanceof Promise
        ? plan.then((settled) => ({ replyTo, plan: settled })).catch(failed)
        : { replyTo, plan };
    } catch (error) {
      return failed(error);
    }
  }

  /** The answer to a payload that is over the connection's request rate. */
  refuse(payload: Uint8Array, retryAfter: number): PlannedRequest {
    const request = parseRequest(payload);
    const replyTo = "error" in request ? request.replyTo : { action: request.action, id: request.id };
    return { replyTo, plan: { refusal: new ProtocolError("rate_limited", "too many requests", retryAfter) } };
  }

  #serve({ action, data }: RawRequest, caller: Caller): Plan | Promise<Plan> {
    if (isActionName(action)) return this.#call(action, data, caller);
    // Without a login the peer is not told which actions exist.
    if (caller.identity === undefined) throw loginNeeded();
    throw new ProtocolError("unknown_action", "action: unknown");
  }

  #call<A extends ActionName>(action: A, data: RawRequest["data"], caller: Caller): Plan<A> | Promise<Plan<A>> {
    const route: Route<A> = ROUTES[action];
    if ("open" in route) return route.open(requestOf(action, data, caller), this.#context);
    const { identity } = caller;
    if (identity === undefined) throw loginNeeded();
    return route.session(requestOf(action, data, caller), identity, this.#context);
  }

  /** The refusal that the peer gets for an error; one that is not meant for it is logged. */
  explain(error: unknown, action: string): ProtocolError {
    if (error instanceof ProtocolError) return error;
    if (error instanceof StoreUnavailableError) {
      this.#logUnavailable(error, action);
      return new ProtocolError("store_away", "the store cannot be reached; nothing was stored, try again");
    }
    const reference = newErrorReference();
    this.#failures.write("error", "request failed", action, { action, reference, error }, FAILURES_SHOWN);
    return internalError(reference);
  }

  #logUnavailable(error: StoreUnavailableError, action: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#unavailableLoggedMs < UNAVAILABLE_LOG_INTERVAL_MS) return;
    this.#unavailableLoggedMs = nowMs;
    this.#log.error("the store cannot be read", { action, error });
  }
}

function requestOf<A extends ActionName>(action: A, data: RawRequest["data"], caller: Caller): Request<A> {
  const { verdict, loginRetryAfter, continuation, framing } = caller;
  return { action, data: validateData(action, data), verdict, loginRetryAfter, continuation, framing };
}

function loginNeeded(): ProtocolError {
  return new ProtocolError("login_needed", "not logged in");
}
