// The Router: finds the controller of an action, after its guards; the one place where errors become responses.
import { ACTIONS, isActionName, type ActionName, type DataOf } from "../protocol/actions.ts";
import { ProtocolError } from "../protocol/codes.ts";
import { parseRequest, type Fields, type RawRequest, type ReplyTo } from "../protocol/envelope.ts";
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
import * as lists from "./controllers/lists.ts";
import * as profile from "./controllers/profile.ts";
import type { Context, OpenController, Outcome, SessionController } from "./outcome.ts";
import type { Admission, Continuation, Effect, Identity, PasswordStop, PendingWrite, PeopleAnswer } from "./task.ts";
import { validateData } from "./validation.ts";

/** While the store is away every request finds that out; the log is told at most once in so many milliseconds. */
const UNAVAILABLE_LOG_INTERVAL_MS = 10_000;
/** Failures of one action within a minute that are logged one by one. */
const FAILURES_SHOWN = 10;

/** Who asks, and what the gateway says of it. */
export interface Caller {
  readonly identity: Identity | undefined;
  /** See RequestTask. */
  readonly admission: Admission | undefined;
  readonly continuation?: Continuation | undefined;
  readonly loginRetryAfter: number;
}

/** What became of one payload. */
export type Step =
  | {
      readonly kind: "reply";
      readonly replyTo: ReplyTo;
      readonly info: string;
      readonly fields: Fields;
      readonly effects: readonly Effect[];
    }
  | {
      readonly kind: "error";
      readonly replyTo: ReplyTo;
      readonly error: ProtocolError;
      readonly effects: readonly Effect[];
    }
  | { readonly kind: "write"; readonly pending: PendingWrite }
  | { readonly kind: "stop"; readonly stop: PasswordStop }
  | { readonly kind: "pause"; readonly continuation: Continuation }
  | ({ readonly kind: "people"; readonly replyTo: ReplyTo } & PeopleAnswer)
  | { readonly kind: "ticket" | "sessions"; readonly replyTo: ReplyTo };

type Route<A extends ActionName> = { readonly open: OpenController<A> } | { readonly session: SessionController<A> };

const ROUTES: { readonly [A in ActionName]: Route<A> } = {
  register: { open: auth.register },
  login: { open: auth.login },
  logout: { session: auth.logout },
  change_password: { session: auth.changePassword },
  add_contact: { session: contacts.addContact },
  delete_contact: { session: contacts.deleteContact },
  get_chat: { session: chat.getChat },
  server_info: { open: auth.serverInfo },
  chats: { session: lists.chats },
  history: { session: chat.history },
  users: { session: lists.users },
  contacts: { session: lists.contacts },
  blocked: { session: lists.blocked },
  common_chat: { session: chat.commonChat },
  add_message: { session: chat.addMessage },
  edit_message: { session: changes.editMessage },
  delete_message: { session: changes.deleteMessage },
  changes: { session: changes.changes },
  search_in_chat: { session: chat.searchInChat },
  mark_read: { session: chat.markRead },
  typing: { session: chat.typing },
  block_contact: { session: blocks.blockContact },
  unblock_contact: { session: blocks.unblockContact },
  delete_account: { session: auth.deleteAccount },
  sessions: { session: auth.sessions },
  end_sessions: { session: auth.endSessions },
  profile: { session: profile.profile },
  update_profile: { session: profile.updateProfile },
  avatar_ticket: { session: profile.avatarTicket },
  ping: { open: () => ({ kind: "reply", info: "pong", fields: {} }) },
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
   * Carries out one payload. Never throws or rejects: whatever goes wrong is an error step. What needs not wait for the
   * store is there at once.
   */
  route(payload: Uint8Array, caller: Caller): Step | Promise<Step> {
    const request = parseRequest(payload);
    if ("error" in request) return { kind: "error", ...request, effects: [] };
    const { action, id } = request;
    const replyTo = { action, id };
    const failed = (error: unknown): Step => {
      return { kind: "error", replyTo, error: this.explain(error, action), effects: [] };
    };
    try {
      const outcome = this.#serve(request, caller);
      if (!(outcome instanceof Promise)) return toStep(outcome, replyTo);
      return outcome.then((settled) => toStep(settled, replyTo)).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** The answer to a payload that is over the connection's request rate. */
  refuse(payload: Uint8Array, retryAfter: number): Step {
    const request = parseRequest(payload);
    const replyTo = "error" in request ? request.replyTo : { action: request.action, id: request.id };
    const error = new ProtocolError("rate_limited", "too many requests", retryAfter);
    return { kind: "error", replyTo, error, effects: [] };
  }

  #serve({ action, data }: RawRequest, caller: Caller): Outcome<ActionName> | Promise<Outcome<ActionName>> {
    const { identity } = caller;
    const isKnown = isActionName(action);
    if (identity === undefined && !(isKnown && !ACTIONS[action].needsSession)) {
      throw new ProtocolError("login_needed", "not logged in");
    }
    if (!isKnown) throw new ProtocolError("unknown_action", "action: unknown");
    return this.#call(action, validateData(action, data), caller);
  }

  #call<A extends ActionName>(action: A, data: DataOf<A>, caller: Caller): Outcome<A> | Promise<Outcome<A>> {
    const route: Route<A> = ROUTES[action];
    const { identity, admission, loginRetryAfter, continuation } = caller;
    const request = { action, data, admission, loginRetryAfter, continuation };
    if ("open" in route) return route.open(request, this.#context);
    if (identity === undefined) throw new ProtocolError("login_needed", "not logged in");
    return route.session(request, identity, this.#context);
  }

  /** What the peer is told of an error; one that is not meant for it is logged. */
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

function toStep<A extends ActionName>(outcome: Outcome<A>, replyTo: ReplyTo): Step {
  switch (outcome.kind) {
    case "reply":
      return { ...outcome, fields: { ...outcome.fields }, replyTo, effects: outcome.effects ?? [] };
    case "refuse":
      return { kind: "error", replyTo, error: outcome.error, effects: outcome.effects };
    case "write": {
      const { write, info, fields, effects = [] } = outcome;
      return { kind: "write", pending: { write, replyTo, fields, info, effects } };
    }
    case "stop":
    case "pause":
      return outcome;
    case "people":
      return { ...outcome, replyTo };
    case "ticket":
    case "sessions":
      return { kind: outcome.kind, replyTo };
  }
}
