// The menu of one message, as a list of entries.
import type { QLabel } from "@nodegui/nodegui";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { copyText } from "../kit/clipboard.ts";
import type { MenuEntry } from "../kit/menu.ts";
import { refusedText } from "./bubble.ts";
import { copiedText } from "./message-html.ts";
import { canAnswer, canDelete, canEdit, type Rights } from "./message-acts.ts";
import type { MessageRow } from "./message-rows.ts";

export interface MessageMenuActions {
  onLink(url: string): void;
  onProfile(userId: string, username: string): void;
  /** Begins to select messages, with this one. */
  onSelect(row: MessageRow): void;
  onAnswer(item: ConversationItem): void;
  onEdit(item: ConversationItem): void;
  /** Without a reaction one is chosen first. */
  onReact(item: ConversationItem, reaction?: string): void;
  /** The user's latest reactions. */
  readonly usual: string;
  onForward(items: readonly ConversationItem[]): void;
  onDelete(items: readonly ConversationItem[]): void;
}

export interface MenuTarget {
  readonly row: MessageRow;
  /** The selected part of the text; "" for nothing. */
  readonly selected: string;
  /** The address of the link that is pointed at; "" for none. */
  readonly link: string;
}

export function messageEntries(
  { row, selected, link }: MenuTarget,
  conversation: Conversation,
  rights: Rights,
  actions: MessageMenuActions,
): MenuEntry[] {
  const { item } = row;
  const entries: MenuEntry[] = [];
  if (link !== "")
    entries.push(
      { text: "Open the link", onClick: () => actions.onLink(link) },
      { text: "Copy the link", onClick: () => copyText(link.replace(/^mailto:/, "")) },
      "separator",
    );
  if (selected !== "") entries.push({ text: "Copy selected", onClick: () => copyText(selected) });
  if (canAnswer(item)) {
    if (rights.writes) entries.push({ text: "Answer", onClick: () => actions.onAnswer(item) });
    if (rights.reacts)
      entries.push(
        { text: `React ${actions.usual}`, onClick: () => actions.onReact(item, actions.usual) },
        { text: "React with…", onClick: () => actions.onReact(item) },
      );
    if (rights.pins)
      entries.push({
        text: item.isPinned ? "Unpin" : "Pin",
        onClick: () => conversation.change(item, { kind: "pin", on: !item.isPinned }),
      });
    entries.push("separator");
  }
  if (canEdit(item, rights)) entries.push({ text: "Edit", onClick: () => actions.onEdit(item) });
  if (item.deleted === undefined)
    entries.push(
      { text: "Copy message", onClick: () => copyText(item.text) },
      { text: "Forward…", onClick: () => actions.onForward([item]) },
    );
  entries.push({ text: "Select", onClick: () => actions.onSelect(row) });
  if (!item.isOwn)
    entries.push({
      text: `Profile of ${item.username}`,
      onClick: () => actions.onProfile(item.userId, item.username),
    });
  if (canDelete(item, rights)) entries.push("separator", { text: "Delete…", onClick: () => actions.onDelete([item]) });
  entries.push(...changeEntries(item, conversation));
  if (item.state === "failed" && item.failure !== undefined)
    entries.push("separator", { text: `Not sent: ${item.failure}`, enabled: false, onClick: () => {} });
  if (item.state === "failed")
    entries.push("separator", { text: "Send again", onClick: () => conversation.retry(item) });
  if (item.state === "failed" || item.state === "waiting")
    entries.push({ text: "Delete (not sent)", onClick: () => conversation.discard(item) });
  return entries;
}

/** Changes that the server has refused. */
function changeEntries({ changes }: ConversationItem, conversation: Conversation): MenuEntry[] {
  return changes.flatMap(({ changeId, kind, failure }): MenuEntry[] =>
    failure === undefined
      ? []
      : [
          "separator",
          { text: refusedText(kind, failure), enabled: false, onClick: () => {} },
          { text: "Try again", onClick: () => conversation.retryChange(changeId) },
          { text: "Leave it as it is", onClick: () => conversation.discardChange(changeId) },
        ],
  );
}

/** The selection in a bubble, as it was written; "" for nothing. */
export function selectedIn(row: MessageRow, text: QLabel): string {
  return text.hasSelectedText() ? copiedText(text.selectedText(), row.item.text) : "";
}
