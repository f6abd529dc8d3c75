// Line in place of the message field where nothing can be written: the reason, and a button that ends it.
import type { QPushButton, QWidget } from "@nodegui/nodegui";
import { mayPost } from "../../src/client/models/chat-book.ts";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import type { Workspace } from "../../src/client/models/workspace.ts";
import { button, label, panel, row } from "../kit/widgets.ts";

export interface Refusal {
  readonly text: string;
  /** Ends it. */
  readonly button?: { readonly text: string; readonly onClick: () => unknown };
}

export class RefusalBar {
  readonly widget: QWidget;
  readonly #text = label({ name: "hint", wraps: true });
  readonly #button: QPushButton;
  #refusal: Refusal | undefined;

  constructor() {
    this.#button = button({ text: "", onClick: () => this.#refusal?.button?.onClick() });
    this.widget = panel("composer", row({ margins: [16, 8, 12, 8], children: [{ grow: this.#text }, this.#button] }));
    this.widget.setMinimumHeight(50);
    this.widget.hide();
  }

  show(refusal: Refusal | undefined): void {
    this.#refusal = refusal;
    this.#text.setText(refusal?.text ?? "");
    this.#button.setText(refusal?.button?.text ?? "");
    this.#button.setAccessibleName(refusal?.button?.text ?? "");
    this.#button.setVisible(refusal?.button !== undefined);
    this.widget.setVisible(refusal !== undefined);
  }
}

/** The reason why the user cannot write in a chat; undefined where they can. */
export function refusalOf(
  { chatId, userId, title, isBlocked }: ChatRow,
  { contacts, book }: Workspace,
): Refusal | undefined {
  const onClick = (): unknown => userId !== undefined && contacts.unblock(userId);
  if (isBlocked) return { text: `You have blocked ${title}.`, button: { text: "Unblock", onClick } };
  const facts = book.get(chatId);
  if (facts.group?.isArchived === true) return { text: "This group is archived: nobody writes in it any more." };
  return mayPost(facts) ? undefined : { text: "Only moderators and owners write in this group." };
}
