// The messages of one chat: loads what is scrolled to, marks what was seen, jumps.
import { QCursor, QPoint, QWidget, WidgetEventTypes, type QLabel } from "@nodegui/nodegui";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { copyText } from "../kit/clipboard.ts";
import { guard } from "../kit/guard.ts";
import { openMenu } from "../kit/menu.ts";
import { Paced } from "../kit/paced.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList } from "../kit/virtual-list.ts";
import { column, label, panel } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { askToDelete, canAnswer, canDelete, canEdit, type Rights } from "./message-acts.ts";
import { messageEntries, selectedIn, type MenuTarget } from "./message-menu.ts";
import { EmojiPicker, type RecentEmoji } from "./emoji-picker.ts";
import { JumpButtons } from "./jump-buttons.ts";
import { MessagePicker } from "./message-picker.ts";
import { MessageRenderer } from "./message-renderer.ts";
import { MessageRows, type MessageRow, type ViewRow } from "./message-rows.ts";

/** Pages are loaded when the end of what is loaded is as near as this. */
const LOAD_AHEAD_PX = 600;
/** Offered to somebody who has used no emoji yet. */
const USUAL_REACTION = "👍";

export interface MessageViewOptions {
  readonly theme: Theme;
  readonly avatars: Avatars;
  readonly onLink: (url: string) => void;
  readonly onProfile: (userId: string, username: string) => void;
  /** Whether the window is in use, so that what is in view counts as read. */
  readonly isInUse: () => boolean;
  /** The seqs of unread messages of a chat that name the user. */
  readonly mentionsIn: (chatId: ChatId) => readonly number[];
  /** The user's rights in a chat. */
  readonly rightsIn: (chatId: ChatId) => Rights;
  readonly onAnswer: (item: ConversationItem) => void;
  readonly recent: RecentEmoji;
  readonly onEdit: (item: ConversationItem) => void;
  readonly onForward: (items: readonly ConversationItem[]) => void;
  readonly ownName: () => string;
  /** A name for a user who is no author of a message in view; undefined where there is none. */
  readonly nameOf: (userId: string) => string | undefined;
  /** The keyboard leaves the messages; `text` was typed on the way. */
  readonly onLeave: (text: string) => void;
}

export class MessageView {
  readonly widget: QWidget;
  readonly #options: MessageViewOptions;
  readonly #picker: MessagePicker;
  readonly #list: VirtualList<ViewRow>;
  readonly #rows = new MessageRows();
  readonly #jumps: JumpButtons;
  readonly #notice: QLabel;
  readonly #reactions: EmojiPicker;
  readonly #chat = new DisposableStore();
  readonly #updates = new Paced(() => this.#update());
  #subscriptions = new DisposableStore();
  #conversation: Conversation | undefined;
  /** False while a chat is being opened: what the view passes on its way to the first unread message is not seen. */
  #isPlaced = false;

  constructor(options: MessageViewOptions) {
    this.#options = options;
    this.widget = panel("conversation");
    const { theme, avatars } = options;
    const renderer = new MessageRenderer(this.widget, {
      theme,
      avatars,
      marks: {
        isSelected: (row) => this.#picker.isSelected(row),
        isCurrent: (row) => this.#picker.isCurrent(row),
        word: () => this.#picker.word,
        quoted: (seq) => this.#conversation?.quoted(seq),
        whoReacted: (row, reaction) => this.#whoReacted(row, reaction),
        ownName: options.ownName,
      },
      actions: {
        onLink: options.onLink,
        onMenu: ({ row, text, link }) => this.#openMenu({ row, selected: selectedIn(row, text), link }),
        onCopy: ({ row, text }) => copyText(selectedIn(row, text)),
        onAuthor: ({ item }) => options.onProfile(item.userId, item.username),
        onPress: (message, isShift) => this.#picker.press(message, isShift),
        onDrag: (message, contentY) => this.#picker.drag(message, contentY),
        onRelease: () => this.#picker.release(),
        onQuote: (seq) => void this.jumpTo(seq, ""),
        onReaction: (row, reaction) => this.#react(row.item, reaction),
      },
    });
    this.#reactions = new EmojiPicker(theme, options.recent);
    this.#list = new VirtualList({ renderer, name: "messages", sticksToEnd: true, marginPx: 8 });
    this.#picker = new MessagePicker(this.#list, theme, {
      onForward: (items) => options.onForward(items),
      onDelete: (items) => this.#delete(items),
      canDelete: (item) => canDelete(item, this.#rights),
      onMenu: (target, at) => this.#openMenu(target, at),
      onEnd: () => this.jumpToEnd(),
      onEscape: () => options.onLeave(""),
      onType: (text) => options.onLeave(text),
    });
    this.widget.setLayout(column({ children: [{ grow: this.#list.area }] }));
    this.#list.onView = () => this.#onView();
    this.#notice = label({ name: "emptyNotice", parent: this.widget });
    this.#notice.hide();
    this.#jumps = new JumpButtons(this.widget, theme, {
      onEnd: () => this.jumpToEnd(),
      onMention: () => this.#jumpToMention(),
    });
    this.#chat.add(theme.onChange(() => this.#onTheme()));
    this.#chat.add(avatars.onChange(() => this.#list.redraw()));
    this.widget.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#arrange()),
      { afterDefault: true },
    );
  }

  /** Shows another chat: a message of it, or else its first unread one or its end. */
  async show(conversation: Conversation, at?: { readonly seq: number; readonly word: string }): Promise<void> {
    this.#subscriptions.dispose();
    this.#subscriptions = new DisposableStore();
    this.#conversation = conversation;
    this.#isPlaced = false;
    this.#list.setRows([]);
    this.#picker.leave();
    this.#subscriptions.add(conversation.onChange(() => this.#updates.ask()));
    await conversation.open(at ? "end" : "unread");
    if (this.#conversation !== conversation) return;
    this.#update();
    const { unreadFromSeq } = conversation;
    if (at) await this.jumpTo(at.seq, at.word);
    else if (unreadFromSeq === undefined || !this.#list.scrollToKey("unread")) this.#list.scrollToEnd();
    if (this.#conversation !== conversation) return;
    this.#isPlaced = true;
    this.#update();
  }

  /** Shows no chat: nothing counts as seen any more. */
  leave(): void {
    this.#subscriptions.dispose();
    this.#conversation = undefined;
    this.#list.setRows([]);
    this.#picker.leave();
  }

  /** The line above the messages while some are selected. */
  get selectionBar(): QWidget {
    return this.#picker.bar.widget;
  }

  /** The rows in view, from above. */
  get shownRows(): readonly ViewRow[] {
    const { first, last } = this.#list.visibleRange;
    return this.#list.rows.slice(Math.max(0, first), last + 1);
  }

  /** All rows, in view or not. */
  get rows(): readonly ViewRow[] {
    return this.#list.rows;
  }

  /** Brings a message into view, loading its surroundings if need be, and marks hits of `word`. */
  async jumpTo(seq: number, word: string): Promise<void> {
    const conversation = this.#conversation;
    if (!conversation) return;
    this.setWord(word);
    await conversation.jumpTo(seq);
    if (this.#conversation !== conversation) return;
    this.#update();
    const item = conversation.items.find((one) => one.seq === seq);
    if (!item) return;
    this.#list.scrollToKey(item.key);
    this.#picker.point(item.key);
  }

  /** Marks the hits of a search; "" marks nothing. */
  setWord(word: string): void {
    if (word === "") this.#picker.point(undefined);
    if (this.#picker.word === word) return;
    this.#picker.word = word;
    this.#list.redraw();
  }

  async jumpToEnd(): Promise<void> {
    const conversation = this.#conversation;
    await conversation?.jumpToEnd();
    if (this.#conversation !== conversation) return;
    this.#update();
    this.#list.scrollToEnd();
  }

  /** By parts of the view, downwards positive. */
  scrollPages(pages: number): void {
    this.#list.scrollBy(Math.round(pages * this.#list.area.height() * 0.85));
  }

  /** The user has come back to the window. */
  noteInUse(): void {
    this.#markRead();
  }

  dispose(): void {
    this.#conversation = undefined;
    this.#subscriptions.dispose();
    this.#picker.dispose();
    this.#reactions.dispose();
    this.#chat.dispose();
    this.#updates.dispose();
  }

  #update(): void {
    const conversation = this.#conversation;
    if (!conversation) return;
    const rows = this.#rows.update({
      items: conversation.items,
      unreadFromSeq: conversation.unreadFromSeq,
      showsAuthors: conversation.kind !== "direct",
      nowMs: Date.now(),
    });
    this.#list.setRows(rows);
    // A quoted message may have come, or changed.
    if (this.shownRows.some((row) => row.kind === "message" && row.item.replyTo !== undefined)) this.#list.redraw();
    this.#showNotice(conversation);
    this.#onView();
  }

  #showNotice(conversation: Conversation): void {
    const isEmpty = conversation.items.length === 0;
    const text =
      isEmpty && conversation.isLoading
        ? "Loading…"
        : (conversation.problem ?? (isEmpty ? "No messages here yet" : ""));
    this.#notice.setText(isEmpty ? text : "");
    this.#notice.setVisible(isEmpty);
    this.#arrange();
  }

  #onView(): void {
    const conversation = this.#conversation;
    if (!conversation) return;
    const { above, below } = this.#list.beyondPx;
    const isIdle = this.#isPlaced && !conversation.isLoading && conversation.problem === undefined;
    if (isIdle && above < LOAD_AHEAD_PX && conversation.hasOlder) void conversation.loadOlder();
    else if (isIdle && below < LOAD_AHEAD_PX && conversation.hasNewer) void conversation.loadNewer();
    const isAway = below > 120 || conversation.hasNewer;
    const mentions = this.#options.mentionsIn(conversation.chatId).length;
    this.#jumps.show({ isAway, unread: conversation.unread, mentions });
    this.#markRead();
  }

  #markRead(): void {
    const conversation = this.#conversation;
    if (!conversation || !this.#isPlaced || !this.#options.isInUse()) return;
    if (this.#list.isAtEnd && !conversation.hasNewer) return conversation.markRead();
    const seen = this.shownRows.findLast((row) => row.kind === "message" && row.item.seq !== undefined);
    if (seen?.kind === "message") conversation.markRead(seen.item.seq);
  }

  #arrange(): void {
    const width = this.widget.width();
    const height = this.widget.height();
    const hint = this.#notice.sizeHint();
    this.#notice.setGeometry(
      Math.round((width - hint.width()) / 2),
      Math.round((height - hint.height()) / 2),
      hint.width(),
      hint.height(),
    );
    this.#jumps.arrange();
  }

  #openMenu(target: MenuTarget, at?: { readonly x: number; readonly y: number }): void {
    const conversation = this.#conversation;
    if (!conversation) return;
    const { onLink, onProfile, onAnswer, onEdit, onForward, recent } = this.#options;
    const place = at ?? new QCursor().pos();
    const entries = messageEntries(target, conversation, this.#rights, {
      onLink,
      onProfile,
      onAnswer,
      onEdit,
      usual: recent.list()[0] ?? USUAL_REACTION,
      onReact: (item, reaction) =>
        reaction === undefined ? this.#chooseReaction(item, place) : this.#react(item, reaction),
      onForward,
      onDelete: (items) => this.#delete(items),
      onSelect: (row) => this.#picker.select(row),
    });
    openMenu(this.widget, entries, at);
  }

  #chooseReaction(item: ConversationItem, { x, y }: { readonly x: number; readonly y: number }): void {
    this.#reactions.open(new QPoint(x, y), (emoji) => this.#react(item, emoji));
  }

  /** Reacts, or takes the same reaction back. */
  #react(item: ConversationItem, reaction: string): void {
    const isOn = item.reactions.some((one) => one.reaction === reaction && one.isOwn);
    this.#conversation?.change(item, { kind: "react", reaction, on: !isOn });
  }

  /** The message above or below another one (without one: the last) that can be answered. */
  answered(from: ConversationItem | undefined, step: number): ConversationItem | undefined {
    if (!this.#rights.writes) return undefined;
    const items = this.#conversation?.items.filter(canAnswer) ?? [];
    const index = from === undefined ? items.length : items.findIndex(({ key }) => key === from.key);
    return index < 0 ? undefined : items[index + step];
  }

  get #rights(): Rights {
    return this.#options.rightsIn(this.#conversation?.chatId ?? "");
  }

  #delete(items: readonly ConversationItem[]): void {
    const conversation = this.#conversation;
    if (conversation) askToDelete(this.widget, conversation, items, this.#rights, () => this.#picker.clear());
  }

  /** The last own message of the chat that can be edited. */
  get lastOwn(): ConversationItem | undefined {
    return this.#conversation?.items.findLast((item) => canEdit(item, this.#rights));
  }

  #whoReacted({ item }: MessageRow, reaction: string): string {
    const found = item.reactions.find((one) => one.reaction === reaction);
    const authors = new Map(this.#conversation?.items.map(({ userId, username }) => [userId, username]));
    const ids = found?.userIds ?? [];
    const names = ids.map((id) => authors.get(id) ?? this.#options.nameOf(id)).filter((name) => name !== undefined);
    const others = (found?.count ?? 0) - names.length;
    return [...names, ...(others > 0 ? [names.length === 0 ? `${others}` : `${others} more`] : [])].join(", ");
  }

  /** To the oldest message that names the user and is not read yet. */
  async #jumpToMention(): Promise<void> {
    const [first] = this.#options.mentionsIn(this.#conversation?.chatId ?? "");
    if (first !== undefined) await this.jumpTo(first, "");
  }

  #onTheme(): void {
    this.#jumps.applyTheme();
    this.#list.refresh();
  }
}
