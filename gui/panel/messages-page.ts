// Messages of any chat for who has to moderate it: found by word or user, read in full, removed.
import { QPlainTextEdit, type QLabel, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import { meantChat } from "../../src/client/models/admin-pages.ts";
import type { Message } from "../../src/protocol/entities.ts";
import { COMMON_CHAT, SERVER_USER_ID, type ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { moment } from "../../src/util/quantities.ts";
import { inOneLine, visibleMessage } from "../../src/util/visible-text.ts";
import { setEnabled } from "../kit/focus.ts";
import { openMenu } from "../kit/menu.ts";
import { button, field, label, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";
import { pageOf } from "./page-parts.ts";
import type { Page, PageContext } from "./page.ts";
import { askToRemove } from "./remove-message.ts";
import { TableView, type TableColumn } from "./table-view.ts";

/** Messages of one question. */
const PAGE_COUNT = 100;
const TEXT_HEIGHT_PX = 110;

const COLUMNS: readonly TableColumn<Message>[] = [
  { name: "seq", title: "Number", minPx: 66, alignsRight: true, text: ({ seq }) => String(seq) },
  { name: "sent", title: "Sent", minPx: 140, text: ({ time }) => moment(time * 1000), tone: () => "faint" },
  { name: "user", title: "User", minPx: 110, text: ({ username }) => username },
  {
    name: "text",
    title: "Message",
    minPx: 200,
    share: 1,
    text: shownText,
    tone: ({ deleted }) => (deleted ? "faint" : "plain"),
  },
];

function shownText({ message, deleted }: Message): string {
  if (deleted === undefined) return inOneLine(message);
  return deleted === "author" ? "deleted by its author" : "removed by a moderator";
}

/** The question that was asked; the next page asks it again. */
interface Wanted {
  readonly chat_id: ChatId;
  readonly word?: string;
  readonly username?: string;
}

export class MessagesPage implements Page {
  readonly title = "Messages";
  readonly widget: QWidget;
  readonly table: TableView<Message>;
  readonly chat: QLineEdit = this.#field("Chat", "Chat: common, the title of a group, or an id");
  readonly user: QLineEdit = this.#field("By user", "By user");
  readonly word: QLineEdit = this.#field("Text", "With this text");
  readonly find: QPushButton = button({ text: "Find", name: "primary", onClick: () => this.#find() });
  readonly older: QPushButton = button({ text: "Show older", name: "link", onClick: () => this.#loadOlder() });
  readonly remove: QPushButton = button({ text: "Remove…", name: "danger", onClick: () => this.#remove() });
  readonly text = new QPlainTextEdit();
  readonly outcome = new Outcome();
  readonly #context: PageContext;
  readonly #count: QLabel = label({ name: "hint" });
  readonly #subscriptions = new DisposableStore();
  #messages: readonly Message[] = [];
  #hasMore = false;
  #wanted: Wanted | undefined;
  /** Counts what was asked, so that an answer that comes late changes nothing. */
  #search = 0;

  constructor(context: PageContext) {
    this.#context = context;
    this.table = new TableView({
      title: "Table of messages",
      theme: context.theme,
      columns: COLUMNS,
      keyOf: ({ seq }) => String(seq),
      emptyText: "No message to be shown.",
      onSelect: () => this.#showChosen(),
      onMenu: ({ deleted }) => {
        if (deleted === undefined) openMenu(context.window, [{ text: "Remove…", onClick: () => this.#remove() }]);
      },
    });
    this.chat.setText(COMMON_CHAT);
    this.text.setObjectName("json");
    this.text.setReadOnly(true);
    this.text.setAccessibleName("The chosen message");
    this.text.setFixedHeight(TEXT_HEIGHT_PX);
    this.older.hide();
    this.widget = this.#layOut();
    this.#subscriptions.add(context.theme.onChange(() => this.table.redraw()));
    this.#showChosen();
  }

  /** Nothing is asked for unasked: each look is noted in the server's log. */
  open(): void {
    this.word.setFocus();
  }

  close(): void {
    this.outcome.clear();
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** The chat that is looked into next. */
  choose(chatId: ChatId): void {
    this.chat.setText(chatId);
    this.user.setText("");
    this.word.setText("");
    this.#show([], false);
  }

  #field(title: string, placeholder: string): QLineEdit {
    return field({ title, placeholder, onEnter: () => this.#find() });
  }

  #layOut(): QWidget {
    const asked = row({
      spacing: 10,
      children: [{ grow: this.chat }, { grow: this.user }, { grow: this.word }, this.find],
    });
    const noted = label({
      text: "Texts of people are shown here; the server's log notes that, and of which chat.",
      name: "hint",
    });
    const below = row({ spacing: 10, children: [this.#count, this.older, "stretch", this.remove] });
    return pageOf({
      head: [asked, noted],
      body: this.table.widget,
      foot: [this.text, below, this.outcome.widget],
    });
  }

  async #find(): Promise<void> {
    const { connection } = this.#context;
    const [word, username] = [this.word.text(), this.user.text().trim()];
    const asked = async (): Promise<void> => {
      const chat_id = await meantChat(connection, this.chat.text().trim());
      this.#wanted = { chat_id, ...(word !== "" && { word }), ...(username !== "" && { username }) };
      await this.#load([]);
    };
    this.outcome.clear();
    await this.outcome.of(asked(), () => undefined);
  }

  async #loadOlder(): Promise<void> {
    await this.outcome.of(this.#load(this.#messages), () => undefined);
  }

  async #load(known: readonly Message[]): Promise<void> {
    if (this.#wanted === undefined) return;
    this.#search += 1;
    const search = this.#search;
    const last = known.at(-1);
    const page = { limit: PAGE_COUNT, ...(last !== undefined && { before: last.seq }) };
    const { messages, has_more } = await this.#context.connection.request("messages", { ...this.#wanted, ...page });
    if (search === this.#search) this.#show([...known, ...messages], has_more);
  }

  #show(messages: readonly Message[], hasMore: boolean): void {
    this.#messages = messages;
    this.#hasMore = hasMore;
    this.table.setRows(messages);
    this.older.setVisible(hasMore);
    const count = messages.length.toLocaleString("en");
    this.#count.setText(messages.length === 0 ? "" : `${count}${hasMore ? "+" : ""} messages`);
    this.#showChosen();
  }

  #showChosen(): void {
    const { selected } = this.table;
    setEnabled([this.remove], selected !== undefined && selected.deleted === undefined, this.word);
    const lines = (selected?.message ?? "").split("\n");
    this.text.setPlainText(lines.map(visibleMessage).join("\n"));
  }

  #remove(): void {
    const { selected } = this.table;
    if (selected === undefined || selected.deleted !== undefined) return;
    const { chat_id: chatId, seq, username } = selected;
    askToRemove(this.#context, { chatId, seq, username }, this.outcome, () => this.#markRemoved(seq));
  }

  /** As everybody sees it now; what else is shown stays. */
  #markRemoved(seq: number): void {
    const now = this.#messages.map((one): Message => {
      const deleted = one.user_id === SERVER_USER_ID ? "author" : "moderator";
      return one.seq === seq ? { ...one, message: "", deleted } : one;
    });
    this.#show(now, this.#hasMore);
  }
}
