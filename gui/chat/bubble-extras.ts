// Parts of a bubble beside its text: the message that it answers, and reactions. Made when needed.
import { TextFormat, WidgetEventTypes, type QLabel, type QWidget } from "@nodegui/nodegui";
import { authorColor } from "../kit/colors.ts";
import { elided } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { escapeHtml, setTip } from "../kit/tip.ts";
import { label, rename } from "../kit/widgets.ts";
import type { BubbleLayout, ChipPlace } from "./bubble-layout.ts";
import { isRightToLeft, previewText } from "./message-html.ts";

/** A message as one that answers it shows it. */
export interface Quoted {
  readonly userId: string;
  readonly username: string;
  readonly text: string;
}

const QUOTE_PAD_PX = 18;

/** The label of the message that is answered; a click on it goes there. */
export class QuoteLabel {
  readonly #label: QLabel;
  readonly #theme: Theme;
  #shown = "";

  constructor(parent: QWidget, isOut: boolean, theme: Theme, onClick: () => void) {
    this.#theme = theme;
    this.#label = label({ name: isOut ? "quoteOut" : "quoteIn", parent });
    this.#label.setTextFormat(TextFormat.RichText);
    this.#label.addEventListener(
      WidgetEventTypes.MouseButtonRelease,
      guard(() => onClick()),
    );
  }

  show(quoted: Quoted | undefined, left: number, top: number, width: number, height: number): void {
    const { colors, textPx } = this.#theme;
    const name = elided(quoted?.username ?? "", width - QUOTE_PAD_PX, textPx - 1, true);
    const text = elided(quoted ? previewText(quoted.text) : "…", width - QUOTE_PAD_PX, textPx - 1, false);
    const color = quoted ? authorColor(quoted.userId, colors) : colors.faint;
    // Blocks of their own: a text from right to left begins at the right, also below a name from left to right.
    const direction = isRightToLeft(text) ? ' dir="rtl"' : "";
    const html = `<div style="color:${color};font-weight:600">${escapeHtml(name)}</div><div${direction}>${escapeHtml(text)}</div>`;
    if (html !== this.#shown) {
      this.#shown = html;
      this.#label.setText(html);
      this.#label.setAccessibleName(quoted ? `Answers ${quoted.username}: ${previewText(quoted.text)}` : "Answer");
    }
    this.#label.setGeometry(left, top, width, height);
    this.#label.show();
  }

  hide(): void {
    this.#label.hide();
  }
}

/** The chips below a text; a click on one reacts in the same way, or takes that back. */
export class Chips {
  readonly #parent: QWidget;
  readonly #onClick: (reaction: string) => void;
  readonly #labels: QLabel[] = [];
  #shown: readonly ChipPlace[] = [];

  constructor(parent: QWidget, onClick: (reaction: string) => void) {
    this.#parent = parent;
    this.#onClick = onClick;
  }

  /** `whoOf` names those who reacted in one way. */
  show({ chips }: BubbleLayout, left: number, top: number, whoOf: (reaction: string) => string): void {
    this.#shown = chips;
    for (const [index, chip] of chips.entries()) {
      const widget = this.#labelAt(index);
      widget.setText(chip.text);
      rename(widget, chip.isOwn ? "chipOwn" : "chip");
      const who = whoOf(chip.reaction);
      setTip(widget, who);
      widget.setAccessibleName(`${chip.reaction} ${who}`);
      widget.setGeometry(left + chip.left, top + chip.top, chip.width, chip.height);
      widget.show();
    }
    for (const widget of this.#labels.slice(chips.length)) widget.hide();
  }

  hide(): void {
    this.#shown = [];
    for (const widget of this.#labels) widget.hide();
  }

  #labelAt(index: number): QLabel {
    const known = this.#labels[index];
    if (known) return known;
    const made = label({ name: "chip", parent: this.#parent });
    made.addEventListener(
      WidgetEventTypes.MouseButtonRelease,
      guard(() => {
        const chip = this.#shown[index];
        if (chip) this.#onClick(chip.reaction);
      }),
    );
    this.#labels.push(made);
    return made;
  }
}
