// Entries of the outgoing queue: messages, and changes of messages that the server has already.
import type { ChatId } from "../protocol/ids.ts";
import { isCount, isFlag, isText, isTime, objectOf, optional, type Shape } from "./shapes.ts";

/** A message that the server has not acknowledged yet, or has refused. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly chatId: ChatId;
  readonly text: string;
  /** Seq of the message that it answers. */
  readonly replyTo?: number | undefined;
  /** When it was written: this machine's clock, milliseconds since 1970. */
  readonly writtenMs: number;
  /** Why the server refused it; such a message is not sent again unless `retry` is called. */
  readonly failure?: string | undefined;
}

/** An operation on a message. */
export type Change =
  | { readonly kind: "delete" }
  /** 1 to 8,192 characters. */
  | { readonly kind: "edit"; readonly text: string }
  /** `reaction` is an emoji; `on` is false to take the own one away. */
  | { readonly kind: "react"; readonly reaction: string; readonly on: boolean }
  | { readonly kind: "pin"; readonly on: boolean };

/** A change that the server has not acknowledged yet, or has refused, or whose result has not been seen yet. */
export interface OutgoingChange {
  readonly changeId: string;
  readonly chatId: ChatId;
  /** Of the message that is changed. */
  readonly seq: number;
  readonly change: Change;
  /**
   * Of an edit: when the text that it takes the place of was written (`edited` of the message, 0 for the first one). A
   * later text is left alone. Without it the edit takes the place of any.
   */
  readonly replaces?: number | undefined;
  readonly writtenMs: number;
  /** As of a message. */
  readonly failure?: string | undefined;
}

export type Outgoing = OutgoingMessage | OutgoingChange;

export function isOutgoingChange(entry: Outgoing): entry is OutgoingChange {
  return "changeId" in entry;
}

/** Unique among all that wait. */
export function outgoingId(entry: Outgoing): string {
  return isOutgoingChange(entry) ? entry.changeId : entry.messageId;
}

/** Bytes of text that wait with it. */
export function textBytes(entry: Outgoing): number {
  if (!isOutgoingChange(entry)) return Buffer.byteLength(entry.text);
  return entry.change.kind === "edit" ? Buffer.byteLength(entry.change.text) : 0;
}

const isMessageEntry = objectOf<OutgoingMessage>({
  messageId: isText,
  chatId: isText,
  text: isText,
  replyTo: optional(isCount),
  writtenMs: isCount,
  failure: optional(isText),
});

const CHANGES: { readonly [K in Change["kind"]]: Shape<Change & { readonly kind: K }> } = {
  delete: objectOf({ kind: is("delete") }),
  edit: objectOf({ kind: is("edit"), text: isText }),
  react: objectOf({ kind: is("react"), reaction: isText, on: isFlag }),
  pin: objectOf({ kind: is("pin"), on: isFlag }),
};

function is<const T extends string>(word: T): Shape<T> {
  return (value): value is T => value === word;
}

const isChange = (value: unknown): value is Change => Object.values(CHANGES).some((shape) => shape(value));

const isChangeEntry = objectOf<OutgoingChange>({
  changeId: isText,
  chatId: isText,
  seq: isCount,
  change: isChange,
  replaces: optional(isTime),
  writtenMs: isCount,
  failure: optional(isText),
});

/** True for what the journal may hold; what a newer client has written there may be none of it. */
export const isOutgoing: Shape<Outgoing> = (value): value is Outgoing => isMessageEntry(value) || isChangeEntry(value);
