// The left side of the window: menu, filter, and the list of chats.
import { QKeyEvent, WidgetEventTypes, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import type { ChatList as ChatListModel, ChatRow } from "../../src/client/models/chat-list.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { icon } from "../kit/icons.ts";
import { Key } from "../kit/keys.ts";
import { leaveShortcuts } from "../kit/shortcuts.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList } from "../kit/virtual-list.ts";
import { column, field, iconButton, panel, row } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { ChatRowRenderer, type ListRow } from "./chat-row.ts";

export interface ChatListActions {
  onSelect(chatId: ChatId): void;
  onMenu(chat: ChatRow): void;
  onMainMenu(beside: QWidget): void;
  onAddContact(): void;
  onEscape(): void;
}

/** Times and days in the list grow old without any event. */
const REDRAW_MS = 60_000;

export class ChatListPanel implements Disposable {
  readonly widget: QWidget;
  readonly field: QLineEdit;
  readonly #model: ChatListModel;
  readonly #theme: Theme;
  readonly #actions: ChatListActions;
  readonly #ownUserId: () => string | undefined;
  readonly #list: VirtualList<ListRow>;
  readonly #menu: QPushButton;
  readonly #add: QPushButton;
  readonly #subscriptions = new DisposableStore();
  readonly #timer: NodeJS.Timeout;
  /** The rows in view, by chat: the same object as long as nothing has changed. */
  #known = new Map<ChatId, ListRow>();
  #selected: ChatId | undefined;
  /** The row that Enter would choose while the filter is in use. */
  #candidate: ChatId | undefined;

  constructor(options: {
    readonly model: ChatListModel;
    readonly theme: Theme;
    readonly avatars: Avatars;
    readonly ownUserId: () => string | undefined;
    readonly actions: ChatListActions;
  }) {
    const { model, theme, avatars, actions } = options;
    this.#model = model;
    this.#theme = theme;
    this.#actions = actions;
    this.#ownUserId = options.ownUserId;
    this.field = field({
      title: "Find a chat",
      placeholder: "Search",
      name: "search",
      onChange: () => {
        this.#candidate = undefined;
        this.#update();
      },
    });
    this.field.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event))),
    );
    leaveShortcuts(this.field);
    this.#menu = iconButton({ title: "Menu", onClick: () => actions.onMainMenu(this.#menu) });
    this.#add = iconButton({ title: "Add a contact (Ctrl+N)", onClick: () => actions.onAddContact() });
    const renderer = new ChatRowRenderer(theme, avatars, {
      onSelect: ({ chat }) => actions.onSelect(chat.chatId),
      onMenu: ({ chat }) => actions.onMenu(chat),
    });
    this.#list = new VirtualList<ListRow>({ renderer, name: "rows", marginPx: 2 });
    const top = row({ margins: [8, 9, 8, 9], spacing: 6, children: [this.#menu, { grow: this.field }, this.#add] });
    this.widget = panel("panel", column({ children: [top, { grow: this.#list.area }] }));
    this.#subscriptions.add(model.onChange(() => this.#update()));
    this.#subscriptions.add(avatars.onChange(() => this.#redraw()));
    this.#subscriptions.add(theme.onChange(() => this.#onTheme()));
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
    this.#onTheme();
    this.#update();
  }

  select(chatId: ChatId | undefined): void {
    this.#selected = chatId;
    this.#update();
    if (chatId !== undefined) this.#list.ensureVisible(chatId);
  }

  /** The chat so many rows below the selected one, upwards negative; undefined beyond the ends. */
  neighbour(step: number): ChatId | undefined {
    const rows = this.#list.rows;
    const index = rows.findIndex(({ chat }) => chat.chatId === this.#selected);
    return rows[index + step]?.chat.chatId;
  }

  focusFilter(): void {
    this.field.setFocus();
    this.field.selectAll();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscriptions.dispose();
  }

  #update(): void {
    const filter = this.field.text();
    const chats = this.#model.rows(filter);
    if (filter !== "" && !chats.some(({ chatId }) => chatId === this.#candidate)) this.#candidate = chats[0]?.chatId;
    const marked = filter === "" ? this.#selected : this.#candidate;
    const known = new Map<ChatId, ListRow>();
    const ownUserId = this.#ownUserId();
    for (const chat of chats) {
      const isSelected = chat.chatId === marked;
      const before = this.#known.get(chat.chatId);
      const isSame = before?.chat === chat && before.isSelected === isSelected;
      known.set(chat.chatId, isSame ? before : { key: chat.chatId, chat, isSelected, ownUserId });
    }
    this.#known = known;
    this.#list.setRows([...known.values()]);
  }

  #redraw(): void {
    this.#known.clear();
    this.#update();
  }

  #onKey(event: QKeyEvent): void {
    const key = event.key();
    if (key === Key.up || key === Key.down) this.#moveCandidate(key === Key.up ? -1 : 1);
    else if (key === Key.return || key === Key.enter) this.#choose();
    else if (key === Key.escape) this.#clear();
    else return;
    this.field.setEventProcessed(true);
  }

  #moveCandidate(step: number): void {
    const rows = this.#list.rows;
    const from = rows.findIndex(({ isSelected }) => isSelected);
    const next = rows[Math.max(0, Math.min(rows.length - 1, from + step))];
    if (!next) return;
    if (this.field.text() === "") return this.#actions.onSelect(next.chat.chatId);
    this.#candidate = next.chat.chatId;
    this.#update();
    this.#list.ensureVisible(next.key);
  }

  #choose(): void {
    const chosen = this.field.text() === "" ? this.#selected : this.#candidate;
    if (chosen === undefined) return;
    this.field.setText("");
    this.#actions.onSelect(chosen);
  }

  #clear(): void {
    this.field.setText("");
    this.#actions.onEscape();
  }

  #onTheme(): void {
    const { colors, pixelRatio } = this.#theme;
    this.#menu.setIcon(icon("menu", colors.faint, pixelRatio));
    this.#add.setIcon(icon("addContact", colors.faint, pixelRatio));
    this.#list.refresh();
    this.#redraw();
  }
}
