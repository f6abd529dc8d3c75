// Hint above the message field: why something was not taken, or how long the text is.
import type { QLabel } from "@nodegui/nodegui";
import { charCount } from "../../src/protocol/envelope.ts";
import { MAX_MESSAGE_CHARS } from "../../src/protocol/limits.ts";
import { label } from "../kit/widgets.ts";

/** From here on the number of characters is shown. */
const COUNT_FROM_CHARS = MAX_MESSAGE_CHARS - 500;

export class ComposerHint {
  readonly widget: QLabel = label({ name: "error" });
  /** "" for none. */
  #problem = "";

  constructor() {
    this.widget.hide();
  }

  /** Shows why something was not taken, until the text changes. */
  refuse(problem: string): void {
    this.#problem = problem;
    this.#say(problem);
  }

  /** The user has gone on writing. */
  forget(): void {
    this.#problem = "";
  }

  /** Shows how long the text is, where that is of interest. */
  show(text: string): void {
    const count = text.length > COUNT_FROM_CHARS ? charCount(text) : 0;
    const counted = `${count.toLocaleString("en")} of ${MAX_MESSAGE_CHARS.toLocaleString("en")} characters`;
    this.#say(this.#problem === "" && count > COUNT_FROM_CHARS ? counted : this.#problem);
  }

  #say(text: string): void {
    this.widget.setVisible(text !== "");
    this.widget.setText(`   ${text}`);
  }
}
