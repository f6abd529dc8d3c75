// The left side of the window: menu, filter, and the list of chats.
import {
  QIcon,
  QKeyEvent,
  QPoint,
  WidgetEventTypes,
  type QLineEdit,
  type QPushButton,
  type QWidget,
} from "@nodegui/nodegui";
import type { ChatList as ChatListModel, ChatRow } from "../../src/client/models/chat-list.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { icon } from "../kit/icons.ts";
import { Key, Modifier } from "../kit/keys.ts";
import { leaveShortcuts } from "../kit/shortcuts.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList } from "../kit/virtual-list.ts";
import { column, field, iconButton, label, panel, row } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { ChatRowRenderer, type ListRow } from "./chat-row.ts";

export interface ChatListActions {
  onSelect(chatId: ChatId): void;
  /** `at` is a point of the screen; without it the menu opens at the mouse. */
  onMenu(chat: ChatRow, at?: { readonly x: number; readonly y: number }): void;
  onMainMenu(beside: QWidget): void;
  onAddContact(): void;
  onEscape(): void;
}

/** Times and days in the list grow old without any event. */
const REDRAW_MS = 60_000;
const OWN_PICTURE_PX = 28;

export class ChatListPanel implements Disposable {
  readonly widget: QWidget;
  readonly field: QLineEdit;
  readonly #model: ChatListModel;
  readonly #theme: Theme;
  readonly #actions: ChatListActions;
  readonly #ownUserId: () => string | undefined;
  readonly #ownName: () => string;
  readonly #list: VirtualList<ListRow>;
  readonly #avatars: Avatars;
  readonly #nothing = label({ name: "emptyHint", text: "No chat is called so.", wraps: true });
  readonly #menu: QPushButton;
  readonly #add: QPushButton;
  readonly #subscriptions = new DisposableStore();
  readonly #timer: NodeJS.Timeout;
  /** The rows in view, by chat: the same object as long as nothing has changed. */
  #known = new Map<ChatId, ListRow>();
  #selected: ChatId | undefined;
  /** The row that Enter would choose while the filter is in use. */
  #candidate: ChatId | undefined;
  /** The menu of a chat has the keyboard; the list gets it back. */
  #hasMenu = false;

  constructor(options: {
    readonly model: ChatListModel;
    readonly theme: Theme;
    readonly avatars: Avatars;
    readonly ownUserId: () => string | undefined;
    readonly ownName: () => string;
    readonly actions: ChatListActions;
  }) {
    const { model, theme, avatars, actions } = options;
    this.#model = model;
    this.#theme = theme;
    this.#actions = actions;
    this.#ownUserId = options.ownUserId;
    this.#ownName = options.ownName;
    this.field = field({
      title: "Find a chat",
      placeholder: "Find a chat",
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
    this.#menu = iconButton({ title: "Menu", iconPx: OWN_PICTURE_PX, onClick: () => actions.onMainMenu(this.#menu) });
    this.#add = iconButton({ title: "Add a contact (Ctrl+N)", onClick: () => actions.onAddContact() });
    const renderer = new ChatRowRenderer(theme, avatars, {
      onSelect: ({ chat }) => actions.onSelect(chat.chatId),
      onMenu: ({ chat }) => actions.onMenu(chat),
    });
    this.#list = new VirtualList<ListRow>({ renderer, name: "rows", marginPx: 2 });
    this.#listenToList();
    this.#avatars = avatars;
    const top = row({ margins: [8, 9, 8, 9], spacing: 6, children: [this.#menu, { grow: this.field }, this.#add] });
    this.widget = panel("panel", column({ children: [top, this.#nothing, { grow: this.#list.area }] }));
    this.#nothing.hide();
    this.#subscriptions.add(model.onChange(() => this.#update()));
    this.#subscriptions.add(avatars.onChange(() => this.#onTheme()));
    this.#subscriptions.add(theme.onChange(() => this.#onTheme()));
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
    this.#onTheme();
    this.#update();
  }

  #listenToList(): void {
    const { area } = this.#list;
    area.setObjectName("chats");
    area.setAccessibleName("Chats");
    area.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onListKey(new QKeyEvent(event))),
    );
    area.addEventListener(
      WidgetEventTypes.FocusIn,
      guard(() => (this.#hasMenu = false)),
    );
    area.addEventListener(
      WidgetEventTypes.FocusOut,
      guard(() => this.#leaveList()),
    );
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
    const marked = this.#candidate ?? this.#selected;
    this.#nothing.setVisible(chats.length === 0);
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
    this.#candidate = next.chat.chatId;
    this.#update();
    this.#list.ensureVisible(next.key);
  }

  #choose(): void {
    const chosen = this.#candidate ?? this.#selected;
    if (chosen === undefined) return;
    this.#candidate = undefined;
    this.field.setText("");
    this.#update();
    this.#actions.onSelect(chosen);
    this.#list.ensureVisible(chosen);
  }

  /** Keys with the focus in the list itself. */
  #onListKey(event: QKeyEvent): void {
    const key = event.key();
    const isMenu = key === Key.menu || (key === Key.f10 && (event.modifiers() & Modifier.shift) !== 0);
    if (key === Key.up || key === Key.down) this.#moveCandidate(key === Key.up ? -1 : 1);
    else if (key === Key.return || key === Key.enter || key === Key.space) this.#choose();
    else if (key === Key.escape) this.#actions.onEscape();
    else if (isMenu) this.#openMenu();
    else return;
    this.#list.area.setEventProcessed(true);
  }

  #openMenu(): void {
    const chat = this.#list.rows.find(({ isSelected }) => isSelected)?.chat;
    const place = chat && this.#list.placeOf(chat.chatId);
    if (!chat || !place) return;
    const at = this.#list.area.mapToGlobal(new QPoint(60, place.topPx + Math.round(place.heightPx / 2)));
    this.#hasMenu = true;
    this.#actions.onMenu(chat, { x: at.x(), y: at.y() });
  }

  /** The row chosen by arrows is forgotten, unless the filter goes on with it. */
  #leaveList(): void {
    if (this.field.text() !== "" || this.#candidate === undefined || this.#hasMenu) return;
    this.#candidate = undefined;
    this.#update();
  }

  #clear(): void {
    this.field.setText("");
    this.#actions.onEscape();
  }

  #onTheme(): void {
    const { colors, pixelRatio } = this.#theme;
    const own = this.#ownUserId();
    if (own === undefined) this.#menu.setIcon(icon("menu", colors.faint, pixelRatio));
    else this.#menu.setIcon(new QIcon(this.#avatars.pixmap(own, this.#ownName(), OWN_PICTURE_PX)));
    this.#add.setIcon(icon("addContact", colors.faint, pixelRatio));
    this.#list.refresh();
    this.#redraw();
  }
}
