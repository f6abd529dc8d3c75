// A small window of emoji: found by name, chosen by mouse or by arrows and Enter; those used last come first.
import {
  AlignmentFlag,
  FocusPolicy,
  QKeyEvent,
  QPoint,
  QWidget,
  WidgetEventTypes,
  WindowType,
  type QLabel,
  type QLineEdit,
} from "@nodegui/nodegui";
import type { Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { Key } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList, type RowRenderer, type RowWidgets } from "../kit/virtual-list.ts";
import { column, field, label, rename } from "../kit/widgets.ts";
import { emojiGroups, findEmoji, type Emoji } from "./emoji-data.ts";
import { withoutSelectors } from "./message-html.ts";
import { EMOJI_PER_ROW, EmojiGrid, type GridRow, type Section } from "./emoji-grid.ts";

const CELL_PX = 36;
const HEADING_PX = 30;
const MARGIN_PX = 8;
const SCROLL_BAR_PX = 10;
const HEIGHT_PX = 380;
const MAX_FOUND = 90;

/** Those used last, the latest first. */
export interface RecentEmoji {
  list(): readonly string[];
  note(emoji: string): void;
}

export class EmojiPicker implements Disposable {
  readonly #theme: Theme;
  readonly #recent: RecentEmoji;
  #popup: EmojiPopup | undefined;

  constructor(theme: Theme, recent: RecentEmoji) {
    this.#theme = theme;
    this.#recent = recent;
  }

  /** Opens above a point of the screen, or below it where there is no room; a click elsewhere or Escape closes it. */
  open(at: QPoint, onEmoji: (emoji: string) => unknown): void {
    this.dispose();
    this.#popup = new EmojiPopup(this.#theme, this.#recent.list(), (emoji) => {
      // The label that was clicked must outlive its own signal.
      setTimeout(() => this.dispose(), 0);
      this.#recent.note(emoji);
      onEmoji(emoji);
    });
    this.#popup.open(at);
  }

  /** For tests: what is searched for, and which emoji is chosen by Enter. */
  get parts() {
    return this.#popup && { field: this.#popup.field, chosen: this.#popup.chosen };
  }

  dispose(): void {
    this.#popup?.close();
    this.#popup = undefined;
  }
}

class EmojiPopup {
  readonly field: QLineEdit;
  readonly #theme: Theme;
  readonly #recent: readonly string[];
  readonly #onEmoji: (emoji: string) => void;
  readonly #window = new QWidget();
  readonly #list: VirtualList<GridRow>;
  readonly #name = label({ name: "hint" });
  #grid = new EmojiGrid([]);
  #index = 0;

  constructor(theme: Theme, recent: readonly string[], onEmoji: (emoji: string) => void) {
    this.#theme = theme;
    this.#recent = recent;
    this.#onEmoji = onEmoji;
    this.#window.setObjectName("popup");
    this.#window.setWindowFlag(WindowType.Popup, true);
    this.field = field({
      title: "Find an emoji",
      placeholder: "Find an emoji, by its name",
      name: "search",
      onChange: () => this.#find(),
    });
    this.field.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event))),
    );
    const renderer = new GridRenderer(theme, {
      isChosen: (index) => index === this.#index,
      onPoint: (index) => this.#choose(index),
      onClick: (index) => this.#take(index),
    });
    this.#list = new VirtualList<GridRow>({ renderer, name: "emojiRows" });
    this.#list.area.setFocusPolicy(FocusPolicy.NoFocus); // arrows work from the field
    const children = [this.field, 6, { grow: this.#list.area }, 4, this.#name];
    this.#window.setLayout(column({ margins: [MARGIN_PX, MARGIN_PX, MARGIN_PX, 6], children }));
  }

  get chosen(): Emoji | undefined {
    return this.#grid.at(this.#index);
  }

  open(at: QPoint): void {
    const width = EMOJI_PER_ROW * this.#cellPx + SCROLL_BAR_PX + 2 * MARGIN_PX;
    this.#window.setFixedSize(width, HEIGHT_PX);
    this.#find();
    const above = at.y() - HEIGHT_PX - 6;
    this.#window.move(Math.max(0, at.x()), above >= 0 ? above : at.y() + 40);
    this.#window.show();
    this.field.setFocus();
  }

  close(): void {
    this.#window.close();
    this.#window.deleteLater();
  }

  get #cellPx(): number {
    return cellPx(this.#theme.textPx);
  }

  #find(): void {
    const text = this.field.text().trim().replaceAll(":", "");
    this.#grid = new EmojiGrid(text === "" ? this.#all() : [{ heading: "", emoji: findEmoji(text, MAX_FOUND) }]);
    this.#index = 0;
    this.#list.setRows(this.#grid.rows);
    this.#show();
  }

  #all(): Section[] {
    const groups = emojiGroups();
    const byEmoji = new Map(groups.flatMap(({ emoji }) => emoji.map((one) => [one.emoji, one] as const)));
    const recent = this.#recent.map((emoji) => byEmoji.get(emoji)).filter((one) => one !== undefined);
    return [
      { heading: "Used last", emoji: recent },
      ...groups.map(({ name, emoji }) => ({ heading: name.replace("&", "and"), emoji })),
    ];
  }

  #onKey(event: QKeyEvent): void {
    const key = event.key();
    if (key === Key.left) this.#choose(this.#grid.step(this.#index, -1, 0));
    else if (key === Key.right) this.#choose(this.#grid.step(this.#index, 1, 0));
    else if (key === Key.up) this.#choose(this.#grid.step(this.#index, 0, -1));
    else if (key === Key.down) this.#choose(this.#grid.step(this.#index, 0, 1));
    else if (key === Key.pageUp) this.#choose(this.#grid.step(this.#index, 0, -6));
    else if (key === Key.pageDown) this.#choose(this.#grid.step(this.#index, 0, 6));
    else if (key === Key.return || key === Key.enter) this.#take(this.#index);
    else return;
    this.field.setEventProcessed(true);
  }

  #choose(index: number): void {
    if (index === this.#index) return;
    this.#index = index;
    const row = this.#grid.rowOf(index);
    if (row) this.#list.ensureVisible(row.key);
    this.#show();
  }

  #take(index: number): void {
    const emoji = this.#grid.at(index);
    if (emoji) this.#onEmoji(emoji.emoji);
  }

  #show(): void {
    this.#list.redraw();
    const nothing = this.#grid.count === 0 ? "No emoji is called so." : "";
    this.#name.setText(this.chosen?.name ?? nothing);
  }
}

interface CellActions {
  isChosen(index: number): boolean;
  onPoint(index: number): void;
  onClick(index: number): void;
}

class GridRenderer implements RowRenderer<GridRow> {
  readonly #theme: Theme;
  readonly #actions: CellActions;

  constructor(theme: Theme, actions: CellActions) {
    this.#theme = theme;
    this.#actions = actions;
  }

  kindOf(row: GridRow): string {
    return row.kind;
  }

  estimatePx(row: GridRow): number {
    return row.kind === "heading" ? HEADING_PX : cellPx(this.#theme.textPx);
  }

  measurePx(row: GridRow): number {
    return this.estimatePx(row);
  }

  create(kind: string, parent: QWidget): RowWidgets<GridRow> {
    if (kind === "emoji") return new Cells(parent, cellPx(this.#theme.textPx), this.#actions);
    const heading = label({ name: "hint", parent });
    return {
      show: (row, { topPx, widthPx, heightPx }) => {
        heading.setText(row.kind === "heading" ? row.text : "");
        heading.setGeometry(6, Math.round(topPx), widthPx - 6, heightPx);
        heading.show();
      },
      hide: () => heading.hide(),
    };
  }
}

class Cells implements RowWidgets<GridRow> {
  readonly #cells: readonly QLabel[];
  readonly #sidePx: number;
  readonly #actions: CellActions;
  #firstIndex = 0;

  constructor(parent: QWidget, sidePx: number, actions: CellActions) {
    this.#sidePx = sidePx;
    this.#actions = actions;
    this.#cells = Array.from({ length: EMOJI_PER_ROW }, (_, place) => {
      const cell = label({ name: "emojiCell", parent, align: AlignmentFlag.AlignCenter });
      cell.addEventListener(
        WidgetEventTypes.Enter,
        guard(() => actions.onPoint(this.#firstIndex + place)),
      );
      cell.addEventListener(
        WidgetEventTypes.MouseButtonRelease,
        guard(() => actions.onClick(this.#firstIndex + place)),
      );
      return cell;
    });
  }

  show(row: GridRow, { topPx }: { readonly topPx: number }): void {
    if (row.kind !== "emoji") return;
    this.#firstIndex = row.index;
    for (const [place, cell] of this.#cells.entries()) {
      const emoji = row.emoji[place];
      if (emoji) {
        cell.setText(withoutSelectors(emoji.emoji));
        cell.setAccessibleName(emoji.name);
        cell.setGeometry(place * this.#sidePx, Math.round(topPx), this.#sidePx, this.#sidePx);
        rename(cell, this.#actions.isChosen(row.index + place) ? "emojiCellChosen" : "emojiCell");
      }
      cell.setVisible(emoji !== undefined);
    }
  }

  hide(): void {
    for (const cell of this.#cells) cell.hide();
  }
}

function cellPx(textPx: number): number {
  return Math.round((CELL_PX * textPx) / 14);
}
