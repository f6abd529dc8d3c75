// People who were chosen, as chips in lines; a click on one takes it away.
import { QPushButton, QWidget, WidgetEventTypes } from "@nodegui/nodegui";
import { deleteIfThere } from "../kit/dialogs.ts";
import { textWidth } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { button } from "../kit/widgets.ts";
import { flowOf } from "./chip-flow.ts";

const GAP_PX = 6;
/** Beside the text of a chip. */
const PAD_PX = 30;
/** The rest is counted. */
const MAX_CHIPS = 14;

export class ChipBar {
  readonly widget = new QWidget();
  readonly #theme: Theme;
  readonly #onRemove: (name: string) => void;
  #names: readonly string[] = [];
  #chips: readonly { readonly text: string; readonly widget: QPushButton }[] = [];

  constructor(theme: Theme, onRemove: (name: string) => void) {
    this.#theme = theme;
    this.#onRemove = onRemove;
    this.widget.setObjectName("chips");
    this.widget.hide();
    this.widget.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#arrange()),
      { afterDefault: true },
    );
  }

  show(names: readonly string[]): void {
    this.#names = names;
    for (const { widget } of this.#chips) {
      widget.hide();
      setTimeout(() => deleteIfThere(widget), 0); // it must outlive its own signal
    }
    const rest = names.length - MAX_CHIPS;
    this.#chips = [
      ...names.slice(0, MAX_CHIPS).map((name) => this.#chip(`${name}  ×`, name)),
      ...(rest > 0 ? [this.#chip(`and ${rest} more`)] : []),
    ];
    this.widget.setVisible(names.length > 0);
    this.#arrange();
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** One that stands for a person; without a name it only says something. */
  #chip(text: string, name?: string) {
    const widget = button({ text, name: "person", onClick: () => name !== undefined && this.#onRemove(name) });
    widget.setParent(this.widget);
    if (name === undefined) widget.setEnabled(false);
    else widget.setAccessibleName(`Take ${name} out`);
    widget.show();
    return { text, widget };
  }

  #arrange(): void {
    const { textPx } = this.#theme;
    const lineHeight = textPx + 14;
    const widths = this.#chips.map(({ text }) => Math.ceil(textWidth(text, textPx - 1, false)) + PAD_PX);
    const maxWidth = Math.max(80, this.widget.width());
    const flow = flowOf({ widths, lineHeight, gap: GAP_PX, maxWidth, endWidth: -GAP_PX });
    for (const [index, { widget }] of this.#chips.entries()) {
      const { left = 0, top = 0 } = flow.places[index] ?? {};
      widget.setGeometry(left, top, Math.min(maxWidth, widths[index] ?? 0), lineHeight);
    }
    const height = this.#chips.length === 0 ? 0 : flow.height + GAP_PX;
    if (this.widget.height() !== height) this.widget.setFixedHeight(height);
  }
}
