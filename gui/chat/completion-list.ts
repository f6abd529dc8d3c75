// The names or emoji that fit what is being typed, above the message field; the keyboard stays in the field.
import { QWidget, WidgetEventTypes, type QLabel } from "@nodegui/nodegui";
import { guard } from "../kit/guard.ts";
import { label, rename } from "../kit/widgets.ts";

export interface CompletionChoice {
  readonly shown: string;
  /** Replacement of the typed text. */
  readonly inserted: string;
}

export const MAX_CHOICES = 8;
const PAD_PX = 5;
const WIDTH_PX = 280;

export class CompletionList {
  readonly #widget: QWidget;
  readonly #rows: readonly QLabel[];
  readonly #onTake: (choice: CompletionChoice) => void;
  #choices: readonly CompletionChoice[] = [];
  #index = 0;

  /** Lies over `parent`, whatever else is in it. */
  constructor(parent: QWidget, onTake: (choice: CompletionChoice) => void) {
    this.#onTake = onTake;
    this.#widget = new QWidget(parent);
    this.#widget.setObjectName("completions");
    this.#widget.hide();
    this.#rows = Array.from({ length: MAX_CHOICES }, (_, place) => {
      const row = label({ name: "completion", parent: this.#widget });
      row.addEventListener(
        WidgetEventTypes.MouseButtonPress,
        guard(() => this.#take(place)),
      );
      return row;
    });
  }

  get isOpen(): boolean {
    return this.#choices.length > 0;
  }

  get choices(): readonly CompletionChoice[] {
    return this.#choices;
  }

  /** `bottomPx` and `leftPx` are in the parent. Nothing to choose closes it. */
  show(choices: readonly CompletionChoice[], leftPx: number, bottomPx: number, rowPx: number): void {
    this.#choices = choices.slice(0, MAX_CHOICES);
    this.#index = 0;
    if (this.#choices.length === 0) return this.close();
    const height = this.#choices.length * rowPx + 2 * PAD_PX;
    this.#widget.setGeometry(leftPx, Math.max(0, bottomPx - height), WIDTH_PX, height);
    for (const [place, row] of this.#rows.entries()) {
      row.setText(this.#choices[place]?.shown ?? "");
      row.setGeometry(PAD_PX, PAD_PX + place * rowPx, WIDTH_PX - 2 * PAD_PX, rowPx);
      row.setVisible(place < this.#choices.length);
    }
    this.#mark();
    this.#widget.show();
    this.#widget.raise();
  }

  close(): void {
    this.#choices = [];
    this.#widget.hide();
  }

  step(by: number): void {
    const count = this.#choices.length;
    this.#index = (this.#index + by + count) % count;
    this.#mark();
  }

  take(): void {
    this.#take(this.#index);
  }

  #take(place: number): void {
    const choice = this.#choices[place];
    this.close();
    if (choice) this.#onTake(choice);
  }

  #mark(): void {
    for (const [place, row] of this.#rows.entries())
      rename(row, place === this.#index ? "completionChosen" : "completion");
  }
}
