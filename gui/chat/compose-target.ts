// The line above the message field that says which message is answered or changed.
import type { QPushButton, QWidget } from "@nodegui/nodegui";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { elided } from "../kit/elided.ts";
import { icon } from "../kit/icons.ts";
import type { Theme } from "../kit/theme.ts";
import { column, iconButton, label, panel, row } from "../kit/widgets.ts";
import { previewText } from "./message-html.ts";

export interface Target {
  readonly kind: "answer" | "edit";
  readonly item: ConversationItem;
}

/** Beside the text: margins and the button. */
const BESIDE_PX = 90;

export class TargetLine {
  readonly widget: QWidget;
  readonly #theme: Theme;
  readonly #title = label({ name: "targetTitle" });
  readonly #text = label({ name: "hint" });
  readonly #cancel: QPushButton;
  #target: Target | undefined;

  constructor(theme: Theme, onCancel: () => void) {
    this.#theme = theme;
    this.#cancel = iconButton({ title: "Do not (Escape)", onClick: onCancel });
    const texts = column({ spacing: 0, children: [this.#title, this.#text] });
    const inner = panel("target", column({ margins: [10, 2, 6, 2], children: [texts] }));
    this.widget = panel("composer", row({ margins: [16, 6, 10, 0], children: [{ grow: inner }, this.#cancel] }));
    this.widget.hide();
  }

  show(target: Target | undefined): void {
    this.#target = target;
    this.widget.setVisible(target !== undefined);
    this.fit();
  }

  /** The width or the look has changed. */
  fit(): void {
    const { colors, pixelRatio, textPx } = this.#theme;
    this.#cancel.setIcon(icon("close", colors.faint, pixelRatio));
    if (!this.#target) return;
    const { kind, item } = this.#target;
    const width = Math.max(60, this.widget.width() - BESIDE_PX);
    const title = kind === "edit" ? "Edit message" : `Answer to ${item.username}`;
    this.#title.setText(elided(title, width, textPx - 1, true));
    this.#text.setText(elided(previewText(item.text), width, textPx - 1, false));
  }
}
