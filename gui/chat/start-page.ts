// The page beside the chats while none is open: where to begin, for somebody who has just arrived.
import { AlignmentFlag, type QWidget } from "@nodegui/nodegui";
import { button, column, label, panel, row } from "../kit/widgets.ts";

export interface StartActions {
  onAddContact(): void;
  onCommonChat(): void;
}

export class StartPage {
  readonly widget: QWidget;
  readonly #notice = label({ name: "emptyNotice", align: AlignmentFlag.AlignCenter, wraps: true });
  readonly #buttons: QWidget;

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
    this.#notice.setText(
      isNew
        ? "Add somebody by their name on this server, or write to everybody in the common chat."
        : "Select a chat to start messaging",
    );
    this.#buttons.setVisible(isNew);
  }
}
