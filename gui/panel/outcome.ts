// The line below an action that tells in place that it is done, or why not.
import type { QLabel } from "@nodegui/nodegui";
import { DisconnectedError, RequestError } from "../../src/client/errors.ts";
import { UserError } from "../../src/util/user-error.ts";
import { visible } from "../../src/util/visible-text.ts";
import { label, rename } from "../kit/widgets.ts";

export class Outcome {
  readonly widget: QLabel = label({ name: "hint", wraps: true });
  readonly #hidesEmpty: boolean;

  /** `hidesEmpty`: takes no room while there is nothing to tell. */
  constructor({ hidesEmpty = false } = {}) {
    this.#hidesEmpty = hidesEmpty;
    this.clear();
  }

  clear(): void {
    this.#show("");
  }

  good(text: string): void {
    rename(this.widget, "good");
    this.#show(visible(text));
  }

  bad(text: string): void {
    rename(this.widget, "error");
    this.#show(visible(text));
  }

  #show(text: string): void {
    this.widget.setText(text);
    if (this.#hidesEmpty) this.widget.setVisible(text !== "");
  }

  /** Runs something that asks the server; `done` makes the text for success. Refusals are shown. */
  async of<T>(work: Promise<T>, done: (result: T) => string | undefined): Promise<void> {
    try {
      const text = done(await work);
      if (text !== undefined) this.good(text);
    } catch (error) {
      this.bad(reasonOf(error));
    }
  }
}

/** The error, for people. Errors that are no answer to what was asked are bugs and thrown again. */
export function reasonOf(error: unknown): string {
  const kinds = [RequestError, DisconnectedError, UserError];
  if (error instanceof Error && kinds.some((kind) => error instanceof kind)) return error.message;
  throw error;
}
