// The server's own voice: a message into the common chat, into a group, or to one user.
import { QRadioButton, QTextEdit, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import { meantGroup } from "../../src/client/models/admin-pages.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { guard } from "../kit/guard.ts";
import { button, column, field, label, panel, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";
import type { Page, PageContext } from "./page.ts";

const TEXT_HEIGHT_PX = 150;
const MAX_WIDTH_PX = 640;

export class AnnouncePage implements Page {
  readonly title = "Announce";
  readonly widget: QWidget;
  readonly text = new QTextEdit();
  readonly toAll = radio("Into the common chat");
  readonly toGroup = radio("Into one group");
  readonly group: QLineEdit = field({
    title: "Group",
    placeholder: "Title of the group, or its id",
    onChange: () => this.toGroup.setChecked(true),
  });
  readonly toOne = radio("To one user");
  readonly username: QLineEdit = field({
    title: "Username",
    placeholder: "Username",
    onChange: () => this.toOne.setChecked(true),
  });
  /** Says how many it reaches. */
  readonly reach = label({ name: "hint" });
  readonly send: QPushButton;
  readonly outcome = new Outcome();
  readonly #context: PageContext;

  constructor(context: PageContext) {
    this.#context = context;
    this.text.setPlaceholderText("What everybody should know");
    this.text.setAccessibleName("Text of the announcement");
    this.text.setAcceptRichText(false);
    this.text.setTabChangesFocus(true);
    this.text.setFixedHeight(TEXT_HEIGHT_PX);
    this.text.addEventListener(
      "textChanged",
      guard(() => this.outcome.clear()),
    );
    this.toAll.setChecked(true);
    this.send = button({ text: "Announce", name: "primary", onClick: () => this.#announce() });
    const form = panel(
      "page",
      column({
        spacing: 10,
        children: [
          label({ text: "Announce", name: "heading" }),
          label({
            text: "A message from the server itself. Emphasis works as in any message.",
            name: "hint",
            wraps: true,
          }),
          this.text,
          row({ spacing: 10, children: [this.toAll, { grow: this.reach }] }),
          row({ spacing: 10, children: [this.toGroup, { grow: this.group }] }),
          row({ spacing: 10, children: [this.toOne, { grow: this.username }] }),
          row({ spacing: 12, children: [this.send, { grow: this.outcome.widget }] }),
        ],
      }),
    );
    form.setMaximumWidth(MAX_WIDTH_PX);
    this.widget = panel(
      "page",
      column({ margins: [22, 18, 22, 18], children: [row({ children: [{ grow: form }, "stretch"] }), "stretch"] }),
    );
  }

  open(): void {
    this.text.setFocus();
    void this.#showReach();
  }

  async #showReach(): Promise<void> {
    // Without a connection there is a banner, and the page is opened again when it is back.
    const status = await this.#context.connection.request("status", {}).catch(() => undefined);
    if (status) this.reach.setText(`All accounts, of which ${status.users_online.toLocaleString("en")} online`);
  }

  close(): void {
    this.outcome.clear();
  }

  dispose(): void {}

  /** The next announcement is for a group. */
  choose(chatId: ChatId): void {
    this.group.setText(chatId);
  }

  async #announce(): Promise<void> {
    const message = this.text.toPlainText();
    if (message.trim() === "") return this.outcome.bad("There is no text yet.");
    const username = this.username.text().trim();
    const group = this.group.text().trim();
    if (this.toOne.isChecked() && username === "") return this.outcome.bad("To whom? The username is missing.");
    if (this.toGroup.isChecked() && group === "") return this.outcome.bad("Into which group? Its title is missing.");
    const place = this.toOne.isChecked()
      ? `to ${username}`
      : this.toGroup.isChecked()
        ? `in the group ${group}`
        : "in the common chat";
    this.send.setEnabled(false);
    let isSaid = false;
    await this.outcome.of(this.#say(message, { username, group }), () => {
      isSaid = true;
      return undefined;
    });
    this.send.setEnabled(true);
    if (!isSaid) return;
    this.text.setPlainText("");
    this.outcome.good(`Said ${place}.`);
  }

  async #say(message: string, { username, group }: { readonly username: string; readonly group: string }) {
    const { connection } = this.#context;
    if (this.toOne.isChecked()) return connection.request("announce", { message, username });
    if (!this.toGroup.isChecked()) return connection.request("announce", { message });
    return connection.request("announce", { message, chat_id: await meantGroup(connection, group) });
  }
}

function radio(text: string): QRadioButton {
  const widget = new QRadioButton();
  widget.setText(text);
  widget.setAccessibleName(text);
  return widget;
}
