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
  { name: "chat", title: "Chat", minPx: 70, text: ({ chat_id: chatId }) => chatId, tone: () => "faint" },
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
  /** Undefined for all chats of the user. */
  readonly chatId: ChatId | undefined;
  readonly word: string;
  readonly username: string;
}

interface MessagesFound {
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  readonly cursor: string | undefined;
}

/** Messages of several chats may be shown. */
function keyOf({ chat_id: chatId, seq }: Pick<Message, "chat_id" | "seq">): string {
  return `${chatId} ${seq}`;
}

export class MessagesPage implements Page {
  readonly title = "Messages";
  readonly widget: QWidget;
  readonly table: TableView<Message>;
  readonly chat: QLineEdit = this.#field("Chat", "All chats of a user, or a group's title, or an id");
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
  /** Where the list of a user's messages goes on. */
  #cursor: string | undefined;
  #wanted: Wanted | undefined;
  /** Counts what was asked, so that an answer that comes late changes nothing. */
  #search = 0;

  constructor(context: PageContext) {
    this.#context = context;
    this.table = new TableView({
      title: "Table of messages",
      theme: context.theme,
      columns: COLUMNS,
      keyOf,
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
    const chat = this.chat.text().trim();
    if (chat === "" && username === "") return this.outcome.bad("In which chat, or by which user?");
    const asked = async (): Promise<void> => {
      this.#wanted = { chatId: chat === "" ? undefined : await meantChat(connection, chat), word, username };
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
    const { messages, hasMore, cursor } = await this.#page(this.#wanted, known.at(-1));
    if (search !== this.#search) return;
    this.#cursor = cursor;
    this.#show([...known, ...messages], hasMore);
  }

  /** The messages after the last that is known, or the first of all. */
  async #page({ chatId, word, username }: Wanted, last: Message | undefined): Promise<MessagesFound> {
    const { connection } = this.#context;
    const asked = { limit: PAGE_COUNT, ...(word !== "" && { word }) };
    if (chatId === undefined) {
      const cursor = last === undefined ? undefined : this.#cursor;
      const page = { ...asked, username, ...(cursor !== undefined && { cursor }) };
      const { messages, next } = await connection.request("user_messages", page);
      return { messages, hasMore: next !== undefined, cursor: next };
    }
    const by = { ...(username !== "" && { username }), ...(last !== undefined && { before: last.seq }) };
    const { messages, has_more } = await connection.request("messages", { chat_id: chatId, ...asked, ...by });
    return { messages, hasMore: has_more, cursor: undefined };
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
    askToRemove(this.#context, { chatId, seq, username }, this.outcome, () => this.#markRemoved(selected));
  }

  /** As everybody sees it now; what else is shown stays. */
  #markRemoved(removed: Message): void {
    const now = this.#messages.map((one): Message => {
      const deleted = one.user_id === SERVER_USER_ID ? "author" : "moderator";
      return keyOf(one) === keyOf(removed) ? { ...one, message: "", deleted } : one;
    });
    this.#show(now, this.#hasMore);
  }
}
