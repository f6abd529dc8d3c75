// Messages picked by mouse and keyboard: the one that keys act on, and those that are selected.
import { QPoint } from "@nodegui/nodegui";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import { copyText } from "../kit/clipboard.ts";
import type { Theme } from "../kit/theme.ts";
import type { VirtualList } from "../kit/virtual-list.ts";
import type { ShownMessage } from "./bubble.ts";
import { listenToMessageKeys } from "./message-keys.ts";
import type { MenuTarget } from "./message-menu.ts";
import type { MessageRow, ViewRow } from "./message-rows.ts";
import { MessageSelection, transcript } from "./message-selection.ts";
import { SelectionBar } from "./selection-bar.ts";

export interface PickerActions {
  onForward(items: readonly ConversationItem[]): void;
  onDelete(items: readonly ConversationItem[]): void;
  canDelete(item: ConversationItem): boolean;
  /** Opens the menu of a message, at a place on the screen. */
  onMenu(target: MenuTarget, at: { readonly x: number; readonly y: number }): void;
  /** Resolves when the newest message is shown. */
  onEnd(): Promise<void>;
  /** The messages are left for the message field. */
  onEscape(): void;
  onType(text: string): void;
}

export class MessagePicker implements Disposable {
  readonly bar: SelectionBar;
  /** Marked in the texts; "" for nothing. */
  word = "";
  readonly #list: VirtualList<ViewRow>;
  readonly #actions: PickerActions;
  readonly #selection = new MessageSelection();
  #hasFocus = false;
  /** Stays marked without the keyboard, until it moves: the present hit of a search, for example. */
  #pointedKey: string | undefined;
  /** Where the left button went down, until it is up. */
  #pressedKey: string | undefined;

  constructor(list: VirtualList<ViewRow>, theme: Theme, actions: PickerActions) {
    this.#list = list;
    this.#actions = actions;
    this.bar = new SelectionBar(theme, {
      onCopy: () => this.copy(),
      onForward: () => actions.onForward(this.#pickedItems),
      onDelete: () => actions.onDelete(this.#pickedItems),
      onClear: () => this.#leaveSelection(),
    });
    listenToMessageKeys(list.area, {
      onStep: (step, extendsSelection) => this.#step(step, extendsSelection),
      onToggle: () => this.#toggle(),
      onSelectAll: () => this.#selectAll(),
      onCopy: () => this.copy(),
      onMenu: () => this.#openMenu(),
      onDelete: () => actions.onDelete(this.#pickedItems),
      onEnd: () => this.#toEnd(),
      onEscape: () => (this.#selection.count > 0 ? this.clear() : actions.onEscape()),
      onType: (text) => actions.onType(text),
      onFocus: (hasFocus) => this.#onFocus(hasFocus),
    });
  }

  isSelected(row: MessageRow): boolean {
    return this.#selection.has(row.key);
  }

  isCurrent(row: MessageRow): boolean {
    return row.key === this.#pointedKey || (this.#hasFocus && row.key === this.#selection.currentKey);
  }

  /** The selected messages, in their order. */
  get selected(): MessageRow[] {
    return this.#selection.rowsOf(this.#list.rows);
  }

  /** Marks one message without taking the keyboard; undefined marks none. */
  point(key: string | undefined): void {
    if (this.#pointedKey === key) return;
    this.#pointedKey = key;
    this.#list.redraw();
  }

  select(row: MessageRow): void {
    this.#selection.toggle(row.key);
    this.#selection.currentKey = row.key;
    this.#list.area.setFocus();
    this.#show();
  }

  clear(): void {
    this.#selection.clear();
    this.#show();
  }

  /** Another chat is shown: nothing of the one before is picked any more. */
  leave(): void {
    this.#selection.currentKey = undefined;
    this.#pointedKey = undefined;
    this.word = "";
    this.clear();
  }

  copy(): void {
    copyText(transcript(this.#picked, Date.now()));
  }

  /** The selected messages, or else the one that the keyboard is on. */
  get #picked(): MessageRow[] {
    const { selected } = this;
    const current = this.#current;
    return selected.length > 0 ? selected : current ? [current] : [];
  }

  get #pickedItems(): ConversationItem[] {
    return this.#picked.map(({ item }) => item);
  }

  /** True when the press was for the selection, and not for the text below the mouse. */
  press({ row }: ShownMessage, isShift: boolean): boolean {
    this.#pressedKey = row.key;
    if (this.#selection.count === 0) return false;
    this.#list.area.setFocus();
    if (isShift) this.#selection.extend(this.#list.rows, row.key);
    else this.#selection.toggle(row.key);
    this.#show();
    return true;
  }

  /** Beyond its own bubble a drag selects whole messages; true when it does. */
  drag({ row, text }: ShownMessage, contentY: number): boolean {
    const key = this.#list.keyAt(contentY);
    const from = this.#pressedKey;
    if (key === undefined || from === undefined || row.key !== from) return false;
    if (key === from && this.#selection.count <= 1) return this.#selection.count === 1;
    text.setSelection(0, 0);
    this.#selection.extend(this.#list.rows, key, from);
    this.#list.area.setFocus();
    this.#show();
    return true;
  }

  release(): void {
    this.#pressedKey = undefined;
  }

  dispose(): void {
    this.bar.dispose();
  }

  get #current(): MessageRow | undefined {
    const row = this.#list.rows.find(({ key }) => key === this.#selection.currentKey);
    return row?.kind === "message" ? row : undefined;
  }

  #leaveSelection(): void {
    this.clear();
    this.#actions.onEscape();
  }

  #show(): void {
    const { selected } = this;
    this.bar.show(
      selected.length,
      selected.some(({ item }) => this.#actions.canDelete(item)),
    );
    this.#list.redraw();
  }

  #onFocus(hasFocus: boolean): void {
    this.#hasFocus = hasFocus;
    if (hasFocus && !this.#current) this.#selection.currentKey = this.#lastInView?.key;
    this.#list.redraw();
  }

  get #lastInView(): MessageRow | undefined {
    const { first, last } = this.#list.visibleRange;
    const shown = this.#list.rows.slice(Math.max(0, first), last + 1);
    return shown.findLast((row) => row.kind === "message");
  }

  #step(step: number, extendsSelection: boolean): void {
    const messages = this.#list.rows.filter((row) => row.kind === "message");
    const from = messages.findIndex(({ key }) => key === this.#selection.currentKey);
    const before = messages[from];
    const next = from < 0 ? this.#lastInView : messages[Math.max(0, Math.min(messages.length - 1, from + step))];
    if (!next) return;
    if (extendsSelection) {
      if (this.#selection.count === 0) this.#selection.toggle((before ?? next).key);
      this.#selection.extend(this.#list.rows, next.key);
    }
    this.#selection.currentKey = next.key;
    this.#pointedKey = undefined;
    this.#list.ensureVisible(next.key);
    this.#show();
  }

  async #toEnd(): Promise<void> {
    const choose = (): void => {
      this.#selection.currentKey = this.#list.rows.findLast((row) => row.kind === "message")?.key;
      this.#show();
    };
    choose(); // at once, for the keys that follow
    await this.#actions.onEnd();
    choose();
  }

  #toggle(): void {
    const current = this.#current;
    if (current) this.#selection.toggle(current.key);
    this.#show();
  }

  #selectAll(): void {
    const messages = this.#list.rows.filter((row) => row.kind === "message");
    const [first, last] = [messages[0], messages.at(-1)];
    if (first && last) this.#selection.extend(this.#list.rows, last.key, first.key);
    this.#show();
  }

  #openMenu(): void {
    const row = this.#current;
    const place = row && this.#list.placeOf(row.key);
    if (!row || !place) return;
    const { area } = this.#list;
    const x = row.item.isOwn ? Math.round(area.width() / 2) : 60;
    const y = Math.max(0, Math.min(area.height() - 20, place.topPx + Math.min(place.heightPx, 30)));
    const at = area.mapToGlobal(new QPoint(x, y));
    this.#actions.onMenu({ row, selected: "", link: "" }, { x: at.x(), y: at.y() });
  }
}
