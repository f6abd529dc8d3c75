// Typing: whether a user may be heard in a chat at this moment.
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Nothing, WriteRules } from "./rules.ts";

/** Stores nothing: asks whether the user may now be heard in this one-to-one chat, as an append would be. */
export interface Typing {
  readonly kind: "typing";
  readonly userId: UserId;
  readonly chatId: ChatId;
}

export const typing: WriteRules<Typing, Nothing> = {};
