// The page beside the chats while none is open: where to begin, for somebody who has just arrived.
import { AlignmentFlag, type QWidget } from "@nodegui/nodegui";
import type { MessengerEvents } from "../../src/client/messenger.ts";
import { button, column, label, panel, row } from "../kit/widgets.ts";
import { titleText } from "./message-html.ts";

export interface StartActions {
  onAddContact(): void;
  onCommonChat(): void;
}

export class StartPage {
  readonly widget: QWidget;
  readonly #notice = label({ name: "emptyNotice", align: AlignmentFlag.AlignCenter, wraps: true });
  readonly #buttons: QWidget;
  #isNew = false;
  #said = "";

  constructor(actions: StartActions) {
    const add = button({ text: "Add a contact", name: "primary", onClick: () => actions.onAddContact() });
    const common = button({ text: "Open the common chat", onClick: () => actions.onCommonChat() });
    const centred = (...children: QWidget[]) => row({ spacing: 8, children: ["stretch", ...children, "stretch"] });
    this.#buttons = panel("start", centred(add, common));
    this.widget = panel(
      "conversation",
      column({ margins: [16, 0, 16, 0], children: ["stretch", centred(this.#notice), 14, this.#buttons, "stretch"] }),
    );
    this.show(false);
  }

  /** `isNew`: there is nobody yet to write to. */
  show(isNew: boolean): void {
    this.#isNew = isNew;
    this.#draw();
  }

  /** Says why the chat that was shown has closed; "" for nothing. */
  setNotice(text: string): void {
    this.#said = text;
    this.#draw();
  }

  #draw(): void {
    const begin = "Add somebody by their name on this server, or write to everybody in the common chat.";
    const usual = this.#isNew ? begin : "Select a chat to start messaging";
    this.#notice.setText(this.#said === "" ? usual : this.#said);
    this.#buttons.setVisible(this.#isNew && this.#said === "");
  }
}

/** The reason why a group is there no more, as a sentence. */
export function goneText(name: string, reason: MessengerEvents["gone"]["reason"]): string {
  const title = titleText(name);
  if (reason === "left") return `You have left “${title}”.`;
  if (reason === "removed") return `You were taken out of “${title}”.`;
  return reason === "deleted" ? `“${title}” was deleted.` : `You are not in “${title}” any more.`;
}
