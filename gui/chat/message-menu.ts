// What can be done with one message, as entries of a menu.
import type { QLabel } from "@nodegui/nodegui";
import type { Conversation } from "../../src/client/models/conversation.ts";
import { copyText } from "../kit/clipboard.ts";
import type { MenuEntry } from "../kit/menu.ts";
import { copiedText } from "./message-html.ts";
import type { MessageRow } from "./message-rows.ts";

export interface MessageMenuActions {
  onLink(url: string): void;
  onProfile(userId: string, username: string): void;
  /** Begins to select messages, with this one. */
  onSelect(row: MessageRow): void;
}

export interface MenuTarget {
  readonly row: MessageRow;
  /** What of the text is selected; "" for nothing. */
  readonly selected: string;
  /** The address of the link that is pointed at; "" for none. */
  readonly link: string;
}

export function messageEntries(
  { row, selected, link }: MenuTarget,
  conversation: Conversation,
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
  entries.push({ text: "Copy message", onClick: () => copyText(item.text) });
  entries.push({ text: "Select", onClick: () => actions.onSelect(row) });
  if (!item.isOwn)
    entries.push({
      text: `Profile of ${item.username}`,
      onClick: () => actions.onProfile(item.userId, item.username),
    });
  if (item.state === "failed" && item.failure !== undefined)
    entries.push("separator", { text: `Not sent: ${item.failure}`, enabled: false, onClick: () => {} });
  if (item.state === "failed")
    entries.push("separator", { text: "Send again", onClick: () => conversation.retry(item) });
  if (item.state === "failed" || item.state === "waiting")
    entries.push({ text: "Delete (not sent)", onClick: () => conversation.discard(item) });
  return entries;
}

/** What is selected in a bubble, as it was written; "" for nothing. */
export function selectedIn(row: MessageRow, text: QLabel): string {
  return text.hasSelectedText() ? copiedText(text.selectedText(), row.item.text) : "";
}
