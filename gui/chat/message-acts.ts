// Actions on messages that ask first: deleting, sending on to other chats.
import type { QWidget } from "@nodegui/nodegui";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { ask } from "../kit/dialogs.ts";

/** A message that everybody may have read can be deleted by its author only. */
export function canDelete(item: ConversationItem): boolean {
  return item.isOwn && item.seq !== undefined && item.deleted === undefined;
}

/** Answered, reacted to and pinned is what is stored. */
export function canAnswer(item: ConversationItem): boolean {
  return item.seq !== undefined && item.deleted === undefined;
}

/** A text that is stored can be edited by its author. */
export function canEdit(item: ConversationItem): boolean {
  return canDelete(item);
}

export function askToDelete(
  parent: QWidget,
  conversation: Conversation,
  items: readonly ConversationItem[],
  onDone: () => void = () => {},
): void {
  const own = items.filter(canDelete);
  if (own.length === 0) return;
  const isOne = own.length === 1;
  const others = items.length - own.length;
  const rest = others === 0 ? "" : ` ${others === 1 ? "One is" : `${others} are`} not yours to delete.`;
  const question = {
    title: isOne ? "Delete this message?" : `Delete ${own.length} messages?`,
    text: `${isOne ? "It disappears" : "They disappear"} for everybody in this chat, and cannot be had back.${rest}`,
    yes: "Delete",
    isDangerous: true,
  };
  ask(parent, question, () => {
    for (const item of own) conversation.change(item, { kind: "delete" });
    onDone();
  });
}
