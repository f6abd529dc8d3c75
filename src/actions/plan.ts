// Plans: what a controller decides is to happen for a request, as data. Nothing of it has happened yet.
import type { ActionName, DataOf, ResultOf } from "../protocol/actions.ts";
import type { ProtocolError } from "../protocol/codes.ts";
import type { Framing } from "../protocol/frame.ts";
import type { Effect, Finish, Identity, Reply } from "../domain/effects.ts";
import type { Write } from "../domain/writes/table.ts";
import type { StoreReader } from "../store/store.ts";
import type { Continuation, PasswordRequest, PasswordVerdict } from "./again.ts";

/** A request whose data has the form that its action asks for. */
export interface Request<A extends ActionName> {
  readonly action: A;
  readonly data: DataOf<A>;
  /** Of a controller that is called again: what its password work came to. */
  readonly verdict: PasswordVerdict | undefined;
  /** Of a controller that is called again: what its plan of the kind `pause` said. */
  readonly continuation?: Continuation | undefined;
  /** Seconds for which logins from the peer's address are refused; 0 when they are not. */
  readonly loginRetryAfter: number;
  /** Of the peer's connection. */
  readonly framing: Framing;
}

/** One of: answered at once, answered after a write is durable or by the main thread, refused, or served again later. */
export type Plan<A extends ActionName = ActionName> =
  | ({ readonly reply: Reply<ResultOf<A>> } & Followed)
  | ({ readonly reply: Reply<Partial<ResultOf<A>>>; readonly write: Write; readonly finish?: Finish } & Followed)
  | ({ readonly reply: Reply<Partial<ResultOf<A>>>; readonly finish: Finish } & Followed)
  | ({ readonly refusal: ProtocolError } & Followed)
  | { readonly again: Again };

interface Followed {
  /** Carried out in order, after the reply is queued; with a write only if that is done. */
  readonly effects?: readonly Effect[];
}

/** The controller is called again with the same request: after password work, or when others have had their turn. */
export type Again =
  | { readonly kind: "password"; readonly request: PasswordRequest }
  | { readonly kind: "pause"; readonly continuation: Continuation };

/** Rule of the directory (`users`): everybody, or nobody. */
export type DirectoryRule = "everybody" | "contacts";

/** Rule of registration: everybody, invited users, or only the administrator. */
export type RegistrationRule =
  { readonly kind: "open" | "closed" } | { readonly kind: "invite"; readonly code: string };

/** Dependencies of the controllers. */
export interface Context {
  readonly reader: StoreReader;
  readonly bcryptCost: number;
  readonly registration: RegistrationRule;
  readonly directory: DirectoryRule;
  readonly editWindowMs: number;
  /** Members that a group may have. */
  readonly groupMembers: number;
  /** Server clock, in milliseconds. */
  now(): number;
}

/**
 * Serves one action of somebody who is logged in. It only reads, and may be called more than once for one request: again
 * with `verdict` after the password work that it asked for, again with `continuation` after a pause, and again from
 * the beginning when its thread is lost.
 * @throws ProtocolError for what the peer is refused.
 */
export type SessionController<A extends ActionName> = (
  request: Request<A>,
  identity: Identity,
  context: Context,
) => Plan<A> | Promise<Plan<A>>;

/** Serves one action that may be asked before login. Called again like a SessionController. @throws ProtocolError */
export type OpenController<A extends ActionName> = (
  request: Request<A>,
  context: Context,
) => Plan<A> | Promise<Plan<A>>;

/** Guard and controller of an action. */
export type Route<A extends ActionName> =
  { readonly open: OpenController<A> } | { readonly session: SessionController<A> };

/** The actions of one file of controllers; the Router has all of them. */
export type Routes = { readonly [A in ActionName]?: Route<A> };
