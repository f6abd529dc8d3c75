// The left side of the window: menu, the field that searches everything, and the list of chats or of what is found.
import {
  QIcon,
  QKeyEvent,
  QPoint,
  WidgetEventTypes,
  type QLineEdit,
  type QPushButton,
  type QWidget,
} from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import type { FoundPerson } from "../../src/client/models/directory.ts";
import type { Message } from "../../src/protocol/entities.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { MAX_SEARCH_CHARS } from "../../src/protocol/limits.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { icon } from "../kit/icons.ts";
import { Key, Modifier } from "../kit/keys.ts";
import { leaveShortcuts } from "../kit/shortcuts.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList } from "../kit/virtual-list.ts";
import { column, field, iconButton, panel, row } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { ListRenderer } from "./list-renderer.ts";
import { isChoosable, ListRows, rowFrom, type ChoosableRow, type ListModels, type ResultRow } from "./list-rows.ts";

export interface ChatListActions {
  onSelect(chatId: ChatId): void;
  /** Somebody who was found, and with whom there need not be a chat yet. */
  onPerson(person: Pick<FoundPerson, "userId" | "username">): void;
  /** A message that was found for a word. */
  onHit(message: Message, word: string): void;
  /** `at` is a point of the screen; without it the menu opens at the mouse. */
  onMenu(chat: ChatRow, at?: { readonly x: number; readonly y: number }): void;
  onMainMenu(beside: QWidget): void;
  onAdd(beside: QWidget): void;
  onEscape(): void;
  /** Nothing is looked for any more. */
  onEndOfSearch(): void;
}

export interface ChatListOptions {
  readonly models: ListModels;
  readonly theme: Theme;
  readonly avatars: Avatars;
  readonly ownName: () => string;
  readonly actions: ChatListActions;
}

/** Times and days in the list grow old without any event. */
const REDRAW_MS = 60_000;
const OWN_PICTURE_PX = 28;

export class ChatListPanel implements Disposable {
  readonly widget: QWidget;
  readonly field: QLineEdit;
  readonly #options: ChatListOptions;
  readonly #actions: ChatListActions;
  readonly #rows: ListRows;
  readonly #list: VirtualList<ResultRow>;
  readonly #menu: QPushButton;
  readonly #add: QPushButton;
  readonly #subscriptions = new DisposableStore();
  readonly #timer: NodeJS.Timeout;
  #selected: ChatId | undefined;
  /** The key of the row that Enter would choose while the field or the list is in use. */
  #candidate: string | undefined;
  /** The menu of a chat has the keyboard; the list gets it back. */
  #hasMenu = false;

  constructor(options: ChatListOptions) {
    const { models, theme, avatars, actions } = options;
    this.#options = options;
    this.#actions = actions;
    this.field = field({
      title: "Search",
      placeholder: "Search",
      name: "search",
      maxLength: MAX_SEARCH_CHARS,
      onChange: () => this.#onText(),
    });
    this.field.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event))),
    );
    leaveShortcuts(this.field);
    this.#menu = iconButton({ title: "Menu", iconPx: OWN_PICTURE_PX, onClick: () => actions.onMainMenu(this.#menu) });
    this.#add = iconButton({ title: "New contact or group", onClick: () => actions.onAdd(this.#add) });
    const renderer = new ListRenderer(theme, avatars, {
      onChoose: (chosen) => this.#choose(chosen),
      onMenu: ({ chat }) => actions.onMenu(chat),
    });
    this.#list = new VirtualList<ResultRow>({ renderer, name: "rows", marginPx: 2 });
    this.#rows = this.#subscriptions.add(new ListRows(models, () => this.#update()));
    this.#listenToList();
    const top = row({ margins: [8, 9, 8, 9], spacing: 6, children: [this.#menu, { grow: this.field }, this.#add] });
    this.widget = panel("panel", column({ children: [top, { grow: this.#list.area }] }));
    this.#subscriptions.add(avatars.onChange(() => this.#onTheme()));
    this.#subscriptions.add(theme.onChange(() => this.#onTheme()));
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
    this.#onTheme();
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

  /** The rows that are shown: chats, or what is found. */
  get rows(): readonly ResultRow[] {
    return this.#list.rows;
  }

  select(chatId: ChatId | undefined): void {
    this.#selected = chatId;
    this.#update();
    if (chatId !== undefined && this.#rows.word === "") this.#list.ensureVisible(chatId);
  }

  /** The chat so many rows below the selected one, upwards negative; undefined beyond the ends. */
  neighbour(step: number): ChatId | undefined {
    const chats = this.#list.rows.filter((one) => one.kind === "chat");
    const index = chats.findIndex(({ chat }) => chat.chatId === this.#selected);
    return chats[index + step]?.chat.chatId;
  }

  focusFilter(): void {
    this.field.setFocus();
    this.field.selectAll();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscriptions.dispose();
  }

  #onText(): void {
    this.#candidate = undefined;
    this.#rows.find(this.field.text());
    this.#update();
    this.#list.scrollToStart();
    if (this.#rows.word === "") this.#actions.onEndOfSearch();
  }

  #update(): void {
    const isSearching = this.#rows.word !== "";
    let rows = this.#rows.make(this.#candidate ?? (isSearching ? undefined : this.#selected));
    // The row that was pointed at may be gone; a search points at the first one.
    if (isSearching && !rows.some(({ key }) => key === this.#candidate)) {
      this.#candidate = rowFrom(rows, undefined, 0);
      rows = this.#rows.make(this.#candidate);
    }
    this.#list.setRows(rows);
  }

  #redraw(): void {
    this.#rows.forget();
    this.#update();
  }

  #onKey(event: QKeyEvent): void {
    const key = event.key();
    if (key === Key.up || key === Key.down) this.#moveCandidate(key === Key.up ? -1 : 1);
    else if (key === Key.return || key === Key.enter) this.#chooseMarked();
    else if (key === Key.escape) this.#clear();
    else return;
    this.field.setEventProcessed(true);
  }

  #moveCandidate(step: number): void {
    const next = rowFrom(this.#list.rows, this.#marked?.key, step);
    if (next === undefined) return;
    this.#candidate = next;
    this.#update();
    // With the first row its heading comes into view.
    if (this.#list.rows.find(isChoosable)?.key === next) this.#list.scrollToStart();
    else this.#list.ensureVisible(next);
  }

  get #marked(): ChoosableRow | undefined {
    return this.#list.rows.filter(isChoosable).find(({ isSelected }) => isSelected);
  }

  #chooseMarked(): void {
    const marked = this.#marked;
    if (marked) this.#choose(marked);
  }

  #choose(chosen: ChoosableRow): void {
    if (chosen.kind === "more") {
      this.#candidate = rowFrom(this.#list.rows, chosen.key, -1);
      this.#rows.showMore(chosen.section);
      return this.#update();
    }
    if (chosen.kind === "hit") {
      // The hits stay, so that one after the other can be looked at.
      this.#candidate = chosen.key;
      this.#update();
      return this.#actions.onHit(chosen.message, chosen.word);
    }
    this.#candidate = undefined;
    this.field.setText("");
    this.#update();
    if (chosen.kind === "person") return this.#actions.onPerson(chosen.person);
    this.#actions.onSelect(chosen.chat.chatId);
    this.#list.ensureVisible(chosen.key);
  }

  /** Keys with the focus in the list itself. */
  #onListKey(event: QKeyEvent): void {
    const key = event.key();
    const isMenu = key === Key.menu || (key === Key.f10 && (event.modifiers() & Modifier.shift) !== 0);
    if (key === Key.up || key === Key.down) this.#moveCandidate(key === Key.up ? -1 : 1);
    else if (key === Key.return || key === Key.enter || key === Key.space) this.#chooseMarked();
    else if (key === Key.escape) this.#actions.onEscape();
    else if (isMenu) this.#openMenu();
    else return;
    this.#list.area.setEventProcessed(true);
  }

  #openMenu(): void {
    const marked = this.#marked;
    const place = marked && this.#list.placeOf(marked.key);
    if (marked?.kind !== "chat" || !place) return;
    const at = this.#list.area.mapToGlobal(new QPoint(60, place.topPx + Math.round(place.heightPx / 2)));
    this.#hasMenu = true;
    this.#actions.onMenu(marked.chat, { x: at.x(), y: at.y() });
  }

  /** The row chosen by arrows is forgotten, unless the search goes on with it. */
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
    const { theme, avatars, models, ownName } = this.#options;
    const { colors, pixelRatio } = theme;
    const own = models.ownUserId();
    if (own === undefined) this.#menu.setIcon(icon("menu", colors.faint, pixelRatio));
    else this.#menu.setIcon(new QIcon(avatars.pixmap(own, ownName(), OWN_PICTURE_PX)));
    this.#add.setIcon(icon("addContact", colors.faint, pixelRatio));
    this.#list.refresh();
    this.#redraw();
  }
}
