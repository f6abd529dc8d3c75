// Rules of one kind of write: what follows from it, what it answers when refused, what a repeat of it comes to.
import type { ProtocolError, RefusalFacts } from "../../protocol/codes.ts";
import type { Message } from "../../protocol/entities.ts";
import type { Fields } from "../../protocol/envelope.ts";
import type { Effect, GroupChange } from "../effects.ts";
import type { Refusal } from "../refusal.ts";

/** Result of a write that tells nothing but that it was done. */
export type Nothing = Record<string, never>;

/** Effects of a durable write, beside those of its plan. */
export interface Completion {
  /** Further fields of the answer. */
  readonly fields?: Fields;
  /** After those of the plan. */
  readonly effects?: readonly Effect[];
  /** Told to everybody who may read the chat, in the order of the commits; a session that is too slow gets a gap. */
  readonly event?: ChatEvent;
  /** Changes of groups; told to their members in the order of the commits, between the messages. */
  readonly groups?: readonly GroupChange[];
}

/** A new message, or one that has changed. */
export interface ChatEvent {
  readonly event: "message" | "changed";
  /** In its present state. */
  readonly message: Message;
  /** False for a write that found everything as it was to be: it is not told again. */
  readonly isNew: boolean;
  /** Time of the batch that made it so, Unix milliseconds; null when that is not known. */
  readonly timeMs: number | null;
}

/** Answer to a refused write, and its effects. */
export interface RefusedAnswer extends Pick<RefusalFacts, "info" | "field"> {
  readonly reason: Exclude<ProtocolError["reason"], "bad_field" | "rate_limited">;
  readonly effects?: readonly Effect[];
}

/** `W` is the write, `R` what the store tells of one that was done. */
export interface WriteRules<W, R> {
  /** Left out where nothing follows. Pure; `nowMs` is the time of the batch, Unix milliseconds. */
  readonly done?: (write: W, result: R, nowMs: number) => Completion;
  /** Answers to refusals where they differ from those of most writes (REFUSED). */
  readonly refused?: Partial<Readonly<Record<Refusal, RefusedAnswer>>>;
  /** Refusals that only say that a repeat was done the first time, each with the result that then counts. */
  readonly doneBefore?: Partial<Readonly<Record<Refusal, R>>>;
}
