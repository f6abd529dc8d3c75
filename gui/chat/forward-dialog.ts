// Choosing the chat that messages are sent on to: found by a part of its name, by mouse or by arrows and Enter.
import { FocusPolicy, QDialog, QKeyEvent, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { openModal } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import { Key } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList } from "../kit/virtual-list.ts";
import { button, column, field, label, row } from "../kit/widgets.ts";
import type { AccountSession } from "./account-session.ts";
import { chatRow, ChatRowRenderer, type ListRow } from "./chat-row.ts";
import { refusalOf } from "./refusal-bar.ts";

export interface ForwardOptions {
  readonly parent: QWidget;
  readonly session: AccountSession;
  readonly theme: Theme;
  /** As they are now: some may be deleted while the dialog is open. */
  readonly items: () => readonly ConversationItem[];
  /** They are on their way to this chat. */
  readonly onSent: (chatId: ChatId) => void;
}

/** Sends the texts of messages on, in their order; nothing opens where there is none. */
export function openForward({ parent, session, theme, items, onSent }: ForwardOptions): QDialog | undefined {
  const textsNow = (): string[] =>
    items()
      .filter(({ deleted }) => deleted === undefined)
      .map(({ text }) => text);
  const { length: count } = textsNow();
  if (count === 0) return undefined;
  const dialog = new QDialog(parent);
  const { workspace, avatars, messenger } = session;
  let chosen: ChatId | undefined;
  const filter = field({ title: "Find a chat", placeholder: "Find a chat", name: "search", onChange: () => show() });
  const renderer = new ChatRowRenderer(theme, avatars, {
    onSelect: ({ chat }) => take(chat.chatId),
    onMenu: () => {},
  });
  const list = new VirtualList<ListRow>({ renderer, name: "rows" });
  const nothing = label({ name: "hint", text: "No chat is called so." });
  const ended = label({ name: "error", wraps: true });
  const forward = button({ text: "Forward", name: "primary", onClick: () => take(chosen) });
  const cancel = button({ text: "Cancel", onClick: () => dialog.close() });

  function show(): void {
    const chats = workspace.chats.rows(filter.text()).filter((chat) => refusalOf(chat, workspace) === undefined);
    if (!chats.some(({ chatId }) => chatId === chosen)) chosen = chats[0]?.chatId;
    list.setRows(chats.map((chat) => chatRow(chat, chosen, messenger.userId)));
    nothing.setVisible(chats.length === 0);
    forward.setEnabled(chosen !== undefined);
  }
  function take(chatId: ChatId | undefined): void {
    if (chatId === undefined) return;
    if (!takesTexts(session, chatId)) {
      ended.setText("You cannot write there any more.");
      return show();
    }
    dialog.close();
    const conversation = workspace.conversation(chatId);
    for (const text of textsNow()) conversation.send(text);
    onSent(chatId);
  }
  function step(by: number): void {
    const { rows } = list;
    const from = rows.findIndex(({ key }) => key === chosen);
    chosen = rows[Math.max(0, Math.min(rows.length - 1, from + by))]?.chat.chatId;
    show();
    if (chosen !== undefined) list.ensureVisible(chosen);
  }

  onArrows(filter, step);
  list.area.setFixedHeight(330);
  list.area.setFocusPolicy(FocusPolicy.NoFocus); // arrows work from the field
  dialog.setWindowTitle(count === 1 ? "Forward a message" : `Forward ${count} messages`);
  dialog.setMinimumWidth(380);
  const buttons = row({ spacing: 8, children: ["stretch", cancel, forward] });
  dialog.setLayout(
    column({ margins: [18, 18, 18, 16], children: [filter, 8, nothing, list.area, 6, ended, 6, buttons] }),
  );
  show();
  openModal(dialog, { enter: forward, focus: filter });
  return dialog;
}

/** Whether the user may write there, by now. */
function takesTexts({ workspace }: AccountSession, chatId: ChatId): boolean {
  const chat = workspace.chats.row(chatId);
  return chat !== undefined && refusalOf(chat, workspace) === undefined;
}

/** Arrows in a field that stands above a list go through the list. */
function onArrows(filter: QWidget, step: (by: number) => void): void {
  filter.addEventListener(
    WidgetEventTypes.KeyPress,
    guard((event) => {
      const key = event && new QKeyEvent(event).key();
      if (key !== Key.up && key !== Key.down) return;
      filter.setEventProcessed(true);
      step(key === Key.up ? -1 : 1);
    }),
  );
}
