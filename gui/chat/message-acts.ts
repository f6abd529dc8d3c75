// The rights of the user over messages, and deleting them after a question.
import type { QWidget } from "@nodegui/nodegui";
import { mayPost, type ChatFacts } from "../../src/client/models/chat-book.ts";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { isAtLeast } from "../../src/protocol/entities.ts";
import { ask } from "../kit/dialogs.ts";

/** The rights of the user in a chat. */
export interface Rights {
  readonly writes: boolean;
  readonly reacts: boolean;
  readonly pins: boolean;
  /** Deletes what others have written. */
  readonly moderates: boolean;
}

export function rightsIn(facts: ChatFacts): Rights {
  const { group, kind } = facts;
  const moderates = group !== undefined && isAtLeast(group.role, "moderator");
  const reacts = group?.isArchived !== true;
  return { writes: mayPost(facts), reacts, pins: reacts && (kind === "direct" || moderates), moderates };
}

/** A message that everybody may have read can be deleted by its author, and by moderators of a group. */
export function canDelete(item: ConversationItem, { moderates }: Rights): boolean {
  return (item.isOwn || moderates) && canAnswer(item);
}

/** Answered, reacted to and pinned is what is stored. */
export function canAnswer(item: ConversationItem): boolean {
  return item.seq !== undefined && item.deleted === undefined;
}

/** A text that is stored can be edited by its author. */
export function canEdit(item: ConversationItem, { writes }: Rights): boolean {
  return item.isOwn && writes && canAnswer(item);
}

export function askToDelete(
  parent: QWidget,
  conversation: Conversation,
  items: readonly ConversationItem[],
  rights: Rights,
  onDone: () => void = () => {},
): void {
  const own = items.filter((item) => canDelete(item, rights));
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
