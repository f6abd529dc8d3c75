// One chat as it is shown: a stretch of its messages in order, the own unsent ones after it, and its states.
import type { Message } from "../../protocol/entities.ts";
import { MAX_PAGE } from "../../protocol/limits.ts";
import type { ChatId, ChatKind } from "../../protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import { chatNote } from "../chat-notes.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";
import { unreadCount, type ChatBook, type ChatFacts } from "./chat-book.ts";
import { ChatSearch } from "./chat-search.ts";
import { itemOf, waitingItem, type ConversationItem } from "./conversation-item.ts";
import type { Change } from "../outgoing-entry.ts";
import { MessageWindow } from "./message-window.ts";
import { itemsWithChanges } from "./pending-changes.ts";
import { Quotes } from "./quotes.ts";
import { loadAfter, loadBefore } from "./stored-history.ts";
import type { Typing } from "./typing.ts";

const FIRST_PAGE = 50;

/**
 * `items` is a stretch of the chat without holes: its end at first, older and newer ones as they are loaded, or the
 * surroundings of a message that was jumped to. New messages are added while the stretch reaches to the end of the chat.
 * Items are immutable: what has changed is another object under the same key.
 */
export class Conversation implements Disposable {
  readonly chatId: ChatId;
  readonly search: ChatSearch;
  readonly #messenger: Messenger;
  readonly #book: ChatBook;
  readonly #typing: Typing;
  readonly #changes = new ChangeSignal();
  readonly #subscriptions = new DisposableStore();
  readonly #window: MessageWindow;
  readonly #quotes: Quotes;
  #items: readonly ConversationItem[] | undefined;
  #loading: Promise<void> | undefined;
  /** Changes that came while something was loaded: what is on its way may be older. */
  #changedMeanwhile: Message[] = [];
  #problem: string | undefined;
  #isOpen = false;
  #isGone = false;
  #jumpsTo: number | undefined;
  #unreadFromSeq: number | undefined;

  constructor(messenger: Messenger, chatId: ChatId, book: ChatBook, typing: Typing) {
    this.chatId = chatId;
    this.#messenger = messenger;
    this.#book = book;
    this.#typing = typing;
    this.#window = new MessageWindow((message) => this.#itemOf(message));
    this.#quotes = new Quotes(messenger, chatId, () => this.#touch());
    this.search = this.#subscriptions.add(new ChatSearch(messenger, chatId));
    this.#listen();
  }

  get kind(): ChatKind {
    return this.#book.get(this.chatId).kind;
  }

  /** Ascending; unsent own messages come last, as long as the stretch reaches to the end of the chat. */
  get items(): readonly ConversationItem[] {
    this.#items ??= [...this.#storedItems(), ...(this.hasNewer ? [] : this.#waitingItems())];
    return this.#items;
  }

  /** The chat has messages before the first item, which the user may see. */
  get hasOlder(): boolean {
    const first = this.#window.firstSeq;
    return first !== undefined && first > this.#firstSeq;
  }

  /** The user is not in the group any more; it is empty then. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The chat has messages after the last item: the view is somewhere in its past. */
  get hasNewer(): boolean {
    return this.#window.lastSeq !== undefined && this.#window.lastSeq < this.#messenger.liveSeq(this.chatId);
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  /** Why the last attempt to load failed, for people; undefined when it did not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Names of others who are typing. */
  get typing(): readonly string[] {
    return this.#typing.in(this.chatId);
  }

  get unread(): number {
    return unreadCount(this.#book.get(this.chatId));
  }

  /** Where the line "new messages" belongs: before the message with this seq; undefined for none. */
  get unreadFromSeq(): number | undefined {
    return this.#unreadFromSeq;
  }

  /** The message that an item answers (its `replyTo`); undefined until it is there, which is told as a change. */
  quoted(seq: number): ConversationItem | undefined {
    const shown = this.#window.at(seq);
    if (shown) return shown;
    const message = this.#quotes.get(seq);
    return message && this.#itemOf(message);
  }

  /** The item in its present state, also when it is not among `items` any more. */
  now(item: ConversationItem): ConversationItem {
    const shown = this.items.find(({ key }) => key === item.key);
    return shown ?? (item.seq === undefined ? item : (this.quoted(item.seq) ?? item));
  }

  /** At most once per 50 ms. */
  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /**
   * Shows the end of the chat, from the cache where it can; "unread": the surroundings of the first unread message where
   * that lies further back. Sets the line of unread messages.
   */
  open(at: "end" | "unread" = "end"): Promise<void> {
    this.#isOpen = true;
    this.#book.markUnread(this.chatId, false);
    const { readSeq, lastSeq, kind } = this.#book.get(this.chatId);
    if (kind === "group") void this.#messenger.groups.refresh(this.chatId);
    this.#unreadFromSeq = readSeq < lastSeq ? readSeq + 1 : undefined;
    const isFarBack = this.#messenger.liveSeq(this.chatId) - readSeq > FIRST_PAGE;
    return this.#load(() => (at === "unread" && isFarBack ? this.#loadAround(readSeq) : this.#loadEnd()));
  }

  /** Back to the end of the chat, after jumping or loading away from it. */
  jumpToEnd(): Promise<void> {
    return this.hasNewer ? this.#load(() => this.#loadEnd()) : Promise.resolve();
  }

  /** Shows the surroundings of a message. */
  jumpTo(seq: number): Promise<void> {
    if (this.#window.has(seq)) return Promise.resolve();
    return this.#load(() => this.#loadAround(seq));
  }

  /** Adds a page before the first item. */
  loadOlder(limit = FIRST_PAGE): Promise<void> {
    const first = this.#window.firstSeq;
    if (first === undefined || !this.hasOlder) return Promise.resolve();
    return this.#load(async () => {
      this.#window.prepend(await loadBefore(this.#messenger, this.chatId, first, limit, this.#firstSeq));
    });
  }

  /** Adds a page after the last item, when the stretch does not reach to the end of the chat. */
  loadNewer(limit = FIRST_PAGE): Promise<void> {
    const last = this.#window.lastSeq;
    if (last === undefined || !this.hasNewer) return Promise.resolve();
    return this.#load(async () => {
      this.#window.append(await loadAfter(this.#messenger, this.chatId, last, limit));
    });
  }

  /** Sends a text (1 to 8,192 characters), an answer to the message with the seq `replyTo`; it is shown at once, at the end of the chat. Throws QueueFullError. */
  send(text: string, replyTo?: number): void {
    this.#unreadFromSeq = undefined;
    this.#messenger.send(this.chatId, text, replyTo);
    void this.jumpToEnd();
  }

  /** Sends a refused message again. */
  retry(item: ConversationItem): void {
    if (item.messageId !== undefined) this.#messenger.outgoing.retry(item.messageId);
  }

  /** Drops a message that was not sent. */
  discard(item: ConversationItem): void {
    if (item.messageId !== undefined) this.#messenger.outgoing.remove(item.messageId);
  }

  /**
   * Changes a stored message: shown at once, made in its turn. Items that are not stored, and changes that are there
   * already, are left alone. Throws QueueFullError.
   */
  change(item: ConversationItem, change: Change): void {
    if (item.seq === undefined || item.deleted !== undefined) return;
    for (const { changeId, kind, failure } of item.changes) {
      if (kind === change.kind && failure !== undefined) this.discardChange(changeId);
    }
    this.#messenger.change(this.chatId, item.seq, change);
  }

  /** Asks again for a change that was refused. */
  retryChange(changeId: string): void {
    this.#messenger.outgoing.retry(changeId);
  }

  /** Drops a change that was not made. */
  discardChange(changeId: string): void {
    this.#messenger.outgoing.remove(changeId);
  }

  /** The user has seen everything up to this message (default: the last item); to be called for what is in view of a window in use. */
  markRead(seq = this.#window.lastSeq ?? 0): void {
    if (seq > this.#book.get(this.chatId).readSeq) this.#messenger.markRead(this.chatId, seq);
  }

  /** Takes the line of unread messages away. */
  clearUnreadLine(): void {
    this.#unreadFromSeq = undefined;
    this.#touch();
  }

  /** The user is typing here; may be called at every key. */
  noteTyping(): void {
    if (this.kind !== "everyone") this.#messenger.typing(this.chatId);
  }

  /** The draft, kept across restarts; "" for nothing. */
  get draft(): string {
    const draft = this.#messenger.cache.load(chatNote("draft", this.chatId));
    return typeof draft === "string" ? draft : "";
  }

  saveDraft(text: string): void {
    if (!this.#isGone) this.#messenger.cache.save(chatNote("draft", this.chatId), text);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  #listen(): void {
    const { events, outgoing } = this.#messenger;
    const all = this.#subscriptions;
    all.add(events.on("messages", ({ chatId, messages }) => this.#isMine(chatId) && this.#onMessages(messages)));
    all.add(events.on("changed", ({ chatId, messages }) => this.#isMine(chatId) && this.#onChanged(messages)));
    all.add(
      events.on("skipped", ({ chatId, fromSeq, toSeq }) => {
        // A view of the end stays one, and leaves what was skipped to be loaded; a view of the past stays as it is.
        if (this.#isMine(chatId) && this.#window.lastSeq === fromSeq - 1) this.#jumpsTo = toSeq + 1;
      }),
    );
    all.add(events.on("reset", ({ chatId }) => this.#isMine(chatId) && this.#onReset()));
    all.add(events.on("gone", ({ chatId }) => this.#isMine(chatId) && this.#onGone()));
    all.add(events.on("chat", ({ chat, isNew }) => isNew && this.#isMine(chat.chat_id) && this.#onBack()));
    all.add(events.on("hidden", ({ chatId, beforeSeq }) => this.#isMine(chatId) && this.#onHidden(beforeSeq)));
    all.add(
      events.on("login", () => {
        this.#quotes.clear();
        if (this.#isOpen && this.#window.lastSeq === undefined) setImmediate(() => void this.open());
      }),
    );
    all.add(this.#book.events.on("changed", (facts) => this.#isMine(facts.chatId) && this.#onFacts(facts)));
    all.add(this.#typing.onChange(() => this.#changes.touch()));
    for (const name of ["added", "changed", "removed"] as const) {
      all.add(outgoing.events.on(name, ({ chatId }) => this.#isMine(chatId) && this.#touch()));
    }
  }

  /** The first message that the user may see. */
  get #firstSeq(): number {
    return this.#book.get(this.chatId).firstSeq;
  }

  #isMine(chatId: ChatId): boolean {
    return chatId === this.chatId;
  }

  #touch(): void {
    this.#items = undefined;
    this.#changes.touch();
  }

  #onMessages(messages: readonly Message[]): void {
    const first = messages[0]?.seq;
    if (this.#isOpen && first !== undefined) {
      const last = this.#window.lastSeq;
      if (first === this.#jumpsTo || (last === undefined && first === this.#firstSeq)) this.#window.reset(messages);
      else if (last === first - 1) this.#window.append(messages);
      this.#jumpsTo = undefined;
    }
    this.#touch();
  }

  #onChanged(messages: readonly Message[]): void {
    if (this.#loading) this.#changedMeanwhile.push(...messages);
    this.#quotes.change(messages);
    this.#window.change(messages);
    this.#touch();
  }

  #empty(): void {
    this.#window.reset([]);
    this.#quotes.clear();
    this.#unreadFromSeq = undefined;
  }

  #onGone(): void {
    this.#isGone = true;
    this.#empty();
    void this.search.find("");
    this.#touch();
  }

  #onBack(): void {
    this.#isGone = false;
    if (this.#isOpen) setImmediate(() => void this.open());
    this.#touch();
  }

  #onHidden(beforeSeq: number): void {
    this.#window.dropBefore(beforeSeq);
    this.#quotes.clear();
    if (this.search.word !== "") void this.search.find(this.search.word);
    this.#touch();
  }

  #onReset(): void {
    this.#empty();
    setImmediate(() => {
      if (this.#isOpen) void this.open();
      if (this.search.word !== "") void this.search.find(this.search.word);
    });
    this.#touch();
  }

  #onFacts(facts: ChatFacts): void {
    if (facts.partnerReadSeq > this.#window.partnerReadSeq) {
      this.#window.partnerReadSeq = facts.partnerReadSeq;
      this.#window.refreshOwn();
    }
    this.#touch();
  }

  #itemOf(message: Message): ConversationItem {
    return itemOf(message, this.#messenger.userId, this.#window.partnerReadSeq);
  }

  #storedItems(): readonly ConversationItem[] {
    return itemsWithChanges(this.#window.items, this.#messenger.outgoing.changes(this.chatId));
  }

  #waitingItems(): ConversationItem[] {
    const author = { userId: this.#messenger.userId ?? "", username: this.#messenger.username };
    const waiting = this.#messenger.outgoing.list(this.chatId).map((message) => waitingItem(message, author));
    // The event of an own message may come before its acknowledgement.
    return waiting.filter((item) => !this.#window.hasOwn(item.key));
  }

  /** One load at a time; each begins from what the one before has left. Never rejects. */
  #load(work: () => Promise<void>): Promise<void> {
    const run = async (): Promise<void> => {
      try {
        await work();
        this.#window.change(this.#changedMeanwhile);
        this.#problem = undefined;
      } catch (error) {
        this.#problem = error instanceof Error ? error.message : String(error);
      }
    };
    const loading = (this.#loading ?? Promise.resolve()).then(run).finally(() => {
      if (this.#loading === loading) {
        this.#loading = undefined;
        this.#changedMeanwhile = [];
      }
      this.#touch();
    });
    this.#loading = loading;
    this.#touch();
    return loading;
  }

  async #loadAround(seq: number): Promise<void> {
    this.#window.partnerReadSeq = this.#book.get(this.chatId).partnerReadSeq;
    const before = await loadBefore(this.#messenger, this.chatId, seq + 1, FIRST_PAGE, this.#firstSeq);
    const after = await loadAfter(this.#messenger, this.chatId, seq, FIRST_PAGE);
    this.#window.reset([...before, ...after]);
  }

  async #loadEnd(): Promise<void> {
    this.#window.partnerReadSeq = this.#book.get(this.chatId).partnerReadSeq;
    const live = this.#messenger.liveSeq(this.chatId);
    if (live === 0) return;
    this.#window.reset(await loadBefore(this.#messenger, this.chatId, live + 1, FIRST_PAGE, this.#firstSeq));
    // Messages that came while the page was on its way are in the cache.
    for (;;) {
      const last = this.#window.lastSeq;
      const missed = last === undefined ? [] : this.#messenger.cache.after(this.chatId, last, MAX_PAGE);
      if (missed.length === 0) return;
      this.#window.append(missed);
    }
  }
}
