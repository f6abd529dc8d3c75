// Common part of the writes that change a stored message.
import type { Message, Role } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { Completion, WriteRules } from "./rules.ts";

/** The acting user and the message. NotFound where the user may not read it, Forbidden for another's. */
export interface MessageTarget {
  readonly chatId: ChatId;
  readonly userId: UserId;
  readonly seq: number;
}

/** Users mentioned in a text; absent for nobody. */
export interface Mentions {
  /** Each once, in the order of the text; MAX_MENTIONS at most. */
  readonly mentions?: readonly UserId[];
  /** All members of the group. */
  readonly mentionsAll?: true;
}

/** A stored message as the rule of a change sees it. */
export interface FoundMessage {
  /** The author. */
  readonly userId: UserId;
  readonly text: string;
  /** Unix milliseconds. */
  readonly sentMs: number;
  readonly isDeleted: boolean;
  /** Role of the acting user in its chat; only in groups. */
  readonly role?: Role | undefined;
}

/** Effect of a change on a message: another text, which counts as an edit, or none for good. */
export type Remade =
  | ({ readonly text: string } & Mentions)
  | { readonly deleted: NonNullable<Message["deleted"]>; readonly text?: undefined };

/** Rules of a kind that needs no more than the message and the write; the stores carry it out without knowing it. */
export interface ChangeRules<W> extends WriteRules<W, Changed> {
  /** The new state of the message, or the refusal; undefined where it is so already. Pure. */
  readonly change: (write: W, found: FoundMessage) => Remade | Refusal | undefined;
  /** Whether it needs what an append needs: a chat in which the user may be heard now. */
  readonly isSpeech: boolean;
}

/** Result of the change of a message. */
export interface Changed {
  /** In its present state. */
  readonly message: Message;
  /** False where it was so already. */
  readonly isChanged: boolean;
  /**
   * The time of the batch that changed it last, Unix milliseconds: a batch that is committed again knows its own changes by
   * it. Null for a message that was never changed.
   */
  readonly changedMs: number | null;
}

/** Effects: the answer names the message's revision, and everybody who may read it is told. */
export function changedMessage(_write: unknown, { message, isChanged, changedMs }: Changed): Completion {
  const { seq, rev = 0 } = message;
  return { fields: { seq, rev }, event: { event: "changed", message, isNew: isChanged, timeMs: changedMs } };
}

export const REFUSED_CHANGE = {
  [Refusal.Forbidden]: { reason: "forbidden", info: "seq: the message is another user's" },
  [Refusal.NotFound]: { reason: "no_such_message", info: "seq: no such message" },
} as const satisfies WriteRules<unknown, unknown>["refused"];
