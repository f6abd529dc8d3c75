// Searching the chat in view: the word, how many hits, and the way from one to the next.
import { QKeyEvent, WidgetEventTypes, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import type { ChatSearch } from "../../src/client/models/chat-search.ts";
import { MAX_SEARCH_CHARS } from "../../src/protocol/limits.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { Key, Modifier } from "../kit/keys.ts";
import { leaveShortcuts } from "../kit/shortcuts.ts";
import type { Theme } from "../kit/theme.ts";
import { showIcon } from "../kit/themed-icon.ts";
import { column, field, iconButton, label, line, panel, row } from "../kit/widgets.ts";

/** The server is asked so long after the last key. */
const TYPING_PAUSE_MS = 250;

export interface SearchActions {
  /** A hit is to be looked at. */
  onHit(seq: number, word: string): void;
  onClose(): void;
}

export class SearchBar implements Disposable {
  readonly widget: QWidget;
  readonly field: QLineEdit;
  readonly #theme: Theme;
  readonly #actions: SearchActions;
  readonly #count = label({ name: "faint" });
  readonly #older: QPushButton;
  readonly #newer: QPushButton;
  readonly #close: QPushButton;
  readonly #themeChange: Disposable;
  #subscriptions = new DisposableStore();
  #search: ChatSearch | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(theme: Theme, actions: SearchActions) {
    this.#theme = theme;
    this.#actions = actions;
    this.field = field({
      title: "Search in this chat",
      placeholder: "Search in this chat",
      name: "search",
      maxLength: MAX_SEARCH_CHARS,
      onChange: () => this.#onText(),
    });
    this.field.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event))),
    );
    leaveShortcuts(this.field);
    this.#older = iconButton({ title: "Older hit (Enter)", onClick: () => this.#go("older") });
    this.#newer = iconButton({ title: "Newer hit (Shift+Enter)", onClick: () => this.#go("newer") });
    this.#close = iconButton({ title: "Close (Escape)", onClick: () => this.close() });
    const bar = row({
      margins: [12, 6, 8, 6],
      spacing: 4,
      children: [{ grow: this.field }, 6, this.#count, this.#older, this.#newer, this.#close],
    });
    this.widget = panel("header", column({ children: [bar, line()] }));
    this.widget.hide();
    this.#themeChange = theme.onChange(() => this.#drawIcons());
    this.#drawIcons();
  }

  get isOpen(): boolean {
    return this.#search !== undefined;
  }

  open(search: ChatSearch): void {
    this.#subscriptions.dispose();
    this.#subscriptions = new DisposableStore();
    this.#search = search;
    this.#subscriptions.add(search.onChange(() => this.#show()));
    this.#show();
    this.widget.show();
    this.field.setFocus();
    this.field.selectAll();
  }

  close(): void {
    const search = this.#search;
    if (!search) return;
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#search = undefined;
    this.field.setText("");
    this.widget.hide();
    void search.find("");
    this.#actions.onClose();
  }

  /** Looks for a word at once. */
  async find(word: string): Promise<void> {
    clearTimeout(this.#timer);
    const search = this.#search;
    if (!search) return;
    await search.find(word);
    if (search !== this.#search) return;
    this.#show();
    if (search.current) this.#actions.onHit(search.current.seq, word);
  }

  dispose(): void {
    this.#search = undefined;
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#themeChange.dispose();
  }

  #onText(): void {
    clearTimeout(this.#timer);
    if (this.#search) this.#timer = setTimeout(() => void this.find(this.field.text()), TYPING_PAUSE_MS);
  }

  #onKey(event: QKeyEvent): void {
    const key = event.key();
    if (key === Key.escape) this.close();
    else if (key === Key.return || key === Key.enter) void this.#enter((event.modifiers() & Modifier.shift) !== 0);
    else if (key === Key.up) void this.#go("older");
    else if (key === Key.down) void this.#go("newer");
    else return;
    this.field.setEventProcessed(true);
  }

  async #enter(isShift: boolean): Promise<void> {
    if (this.field.text() === this.#search?.word) await this.#go(isShift ? "newer" : "older");
    else await this.find(this.field.text());
  }

  async #go(direction: "older" | "newer"): Promise<void> {
    const search = this.#search;
    const hit = direction === "older" ? await search?.older() : search?.newer();
    if (hit && search && search === this.#search) this.#actions.onHit(hit.seq, search.word);
  }

  #show(): void {
    const search = this.#search;
    if (!search) return;
    const { hits, index, hasMore, problem, word } = search;
    const found = hits.length === 0 ? "nothing found" : `${index + 1} of ${hits.length}${hasMore ? "+" : ""}`;
    this.#count.setText(word === "" ? "" : (problem ?? found));
    this.#older.setEnabled(index + 1 < hits.length || hasMore);
    this.#newer.setEnabled(index > 0);
  }

  #drawIcons(): void {
    showIcon(this.#older, "up", this.#theme);
    showIcon(this.#newer, "down", this.#theme);
    showIcon(this.#close, "close", this.#theme);
  }
}
