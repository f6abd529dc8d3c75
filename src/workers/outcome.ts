// What a controller is given, and what it may answer.
import type { DirectoryRule, RegistrationRule } from "./thread-settings.ts";
import type { ActionName, DataOf, ResultOf } from "../protocol/actions.ts";
import type { ProtocolError } from "../protocol/codes.ts";
import type { StoreReader, Write } from "../store/store.ts";
import type { PeopleAnswer } from "./task.ts";
import type { Admission, Continuation, Effect, Identity, PasswordStop } from "./task.ts";

/** A request whose data has the form that its action asks for. */
export interface Request<A extends ActionName> {
  readonly action: A;
  readonly data: DataOf<A>;
  readonly admission: Admission | undefined;
  /** What `pause` gave. */
  readonly continuation?: Continuation | undefined;
  /** Seconds for which logins from the peer's address are refused; 0 when they are not. */
  readonly loginRetryAfter: number;
}

/** What a controller answers: at once, after a write is durable, after password work, or by the gateway. */
export type Outcome<A extends ActionName> =
  | {
      readonly kind: "reply";
      readonly info: string;
      readonly fields: ResultOf<A>;
      readonly effects?: readonly Effect[];
    }
  | {
      readonly kind: "write";
      readonly write: Write;
      readonly info: string;
      /** What is known before the write; `completions.ts` adds the rest. */
      readonly fields: Partial<ResultOf<A>>;
      readonly effects?: readonly Effect[];
    }
  | { readonly kind: "refuse"; readonly error: ProtocolError; readonly effects: readonly Effect[] }
  | { readonly kind: "stop"; readonly stop: PasswordStop }
  /** It takes longer than a slice, and goes on when others have had their turn. */
  | { readonly kind: "pause"; readonly continuation: Continuation }
  | ({ readonly kind: "people" } & PeopleAnswer)
  | { readonly kind: "ticket" | "sessions" };

/** What controllers work with. */
export interface Context {
  readonly reader: StoreReader;
  readonly bcryptCost: number;
  readonly registration: RegistrationRule;
  readonly directory: DirectoryRule;
  readonly editWindowMs: number;
  /** Server clock, in milliseconds. */
  now(): number;
}

/** Serves one action of somebody who is logged in. */
export type SessionController<A extends ActionName> = (
  request: Request<A>,
  identity: Identity,
  context: Context,
) => Outcome<A> | Promise<Outcome<A>>;

/** Serves one action that may be asked before login. */
export type OpenController<A extends ActionName> = (
  request: Request<A>,
  context: Context,
) => Outcome<A> | Promise<Outcome<A>>;
