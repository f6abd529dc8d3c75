// The line above the messages while some are selected: how many, and what can be done with them.
import { FocusPolicy, QKeyEvent, WidgetEventTypes, type QPushButton, type QWidget } from "@nodegui/nodegui";
import type { Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { Key } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import { showIcon } from "../kit/themed-icon.ts";
import { button, column, iconButton, label, line, panel, row } from "../kit/widgets.ts";

export interface SelectionActions {
  onCopy(): void;
  onForward(): void;
  onDelete(): void;
  onClear(): void;
}

export class SelectionBar implements Disposable {
  readonly widget: QWidget;
  readonly #count = label({ name: "heading" });
  readonly #delete: QPushButton;
  readonly #close: QPushButton;
  readonly #theme: Theme;
  readonly #themeChange: Disposable;

  constructor(theme: Theme, actions: SelectionActions) {
    this.#theme = theme;
    this.#close = iconButton({ title: "Select nothing (Escape)", onClick: () => actions.onClear() });
    const copy = button({ text: "Copy", onClick: () => actions.onCopy() });
    const forward = button({ text: "Forward…", onClick: () => actions.onForward() });
    this.#delete = button({ text: "Delete…", name: "danger", onClick: () => actions.onDelete() });
    for (const part of [copy, forward, this.#delete]) part.setFocusPolicy(FocusPolicy.TabFocus);
    copy.setToolTip("Copy with names and times (Ctrl+C)");
    const bar = row({
      margins: [16, 6, 10, 6],
      spacing: 8,
      children: [this.#count, "stretch", copy, forward, this.#delete, this.#close],
    });
    this.widget = panel("header", column({ children: [bar, line()] }));
    this.widget.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && new QKeyEvent(event).key() === Key.escape && actions.onClear()),
    );
    this.widget.hide();
    this.#themeChange = theme.onChange(() => this.#drawIcons());
    this.#drawIcons();
  }

  /** `canDelete`: some of them are the user's to delete. */
  show(count: number, canDelete: boolean): void {
    this.#delete.setVisible(canDelete);
    this.#count.setText(count === 1 ? "1 message" : `${count} messages`);
    this.widget.setVisible(count > 0);
  }

  dispose(): void {
    this.#themeChange.dispose();
  }

  #drawIcons(): void {
    showIcon(this.#close, "close", this.#theme);
  }
}
