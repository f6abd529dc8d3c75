// One logged-in account in a terminal: what happens is printed, what is asked for is found.
import type { Message } from "../../protocol/entities.ts";
import { COMMON_CHAT, directChatId, type ChatId, type UserId } from "../../protocol/ids.ts";
import { usernameKey } from "../../protocol/text.ts";
import { DisposableStore } from "../../util/disposable.ts";
import { DisconnectedError } from "../errors.ts";
import { unreadCount } from "../models/chat-book.ts";
import { mentions } from "../models/conversation-item.ts";
import { Workspace } from "../models/workspace.ts";
import type { Messenger } from "../messenger.ts";
import type { SessionState } from "../reconnecting-session.ts";
import { visibleMessage } from "../../util/visible-text.ts";
import { isOutgoingChange, outgoingId, type Change, type Outgoing } from "../outgoing-entry.ts";
import { outcomeOf } from "./change-outcome.ts";
import { messageLine } from "./display.ts";
import { GroupNews, groupTitle } from "./group-news.ts";
import type { Screen } from "./screen.ts";
import { ShownMessages } from "./shown-messages.ts";
import { UsageError } from "./usage-error.ts";

/** The name of the common chat in commands and lines. */
const COMMON_NAME = "common";
/** How long what was missed may hold up the first lines. */
const CATCH_UP_TIMEOUT_MS = 5000;
/** How long a command waits for the change that it asks for. */
const CHANGE_TIMEOUT_MS = 5000;

export class ChatSession {
  readonly messenger: Messenger;
  readonly workspace: Workspace;
  /** Of what happens to groups. */
  readonly news: GroupNews;
  readonly #screen: Screen;
  readonly #subscriptions = new DisposableStore();
  readonly #shown = new ShownMessages();
  /** Changes whose outcome a command waits for. */
  readonly #awaited = new Set<string>();
  #chatId: ChatId = COMMON_CHAT;
  /** The current chat is a group that the user is not in any more. */
  #isGone = false;
  /** Messages that came before `begin` has shown the history before them. */
  #held: Message[] | undefined = [];
  #refusedCount = 0;
  #wasOnline = false;
  #saidOffline = false;

  /** Prints what happens from now on; to be made before the login. */
  constructor(messenger: Messenger, screen: Screen) {
    this.messenger = messenger;
    this.workspace = new Workspace(messenger);
    this.#screen = screen;
    const { events, outgoing } = messenger;
    const all = this.#subscriptions;
    all.add(events.on("state", (state) => this.#onState(state)));
    all.add(events.on("messages", ({ messages }) => this.#onMessages(messages)));
    all.add(events.on("changed", ({ messages }) => messages.forEach((message) => this.#onChanged(message))));
    all.add(
      events.on("skipped", ({ chatId, fromSeq, toSeq }) =>
        this.say(`${toSeq - fromSeq + 1} messages of ${this.title(chatId)} are not shown; see /history`),
      ),
    );
    all.add(
      events.on("reset", ({ chatId }) =>
        this.say(`the server has another history of ${this.title(chatId)} than before; see /history`),
      ),
    );
    all.add(events.on("trouble", (text) => this.say(text)));
    this.news = all.add(new GroupNews(messenger, (line) => this.say(line)));
    all.add(
      events.on("gone", ({ chatId, unsent }) => {
        this.#refusedCount += unsent.length;
        if (chatId === this.#chatId) this.#isGone = true;
      }),
    );
    all.add(outgoing.events.on("changed", (entry) => this.#onOutgoing(entry)));
  }

  /** The chat that plain lines go to. */
  get chatId(): ChatId {
    return this.#chatId;
  }

  /** The same for what is to be done there. Throws UsageError in a group that the user is not in any more. */
  requireChat(): ChatId {
    if (this.#isGone) throw new UsageError("you are not in this group any more: /common, /msg NAME or /group go TITLE");
    return this.#chatId;
  }

  /** How many messages the server has refused. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** Shows the end of the common chat, then what was missed in all chats, then what comes. */
  async begin(lastCount: number): Promise<void> {
    await this.#upToDate();
    const firstSeq = this.#held?.find((message) => this.workspace.book.get(message.chat_id).kind === "everyone")?.seq;
    this.#screen.setPrompt(`${COMMON_NAME}> `);
    await this.#showLast(lastCount, firstSeq).finally(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      this.#print(held);
    });
  }

  /** Prints a line of the client itself. */
  say(text: string): void {
    this.#screen.print(`* ${visibleMessage(text)}`);
  }

  show(message: Message): void {
    this.#shown.add(message);
    this.#screen.print(messageLine(message, this.title(message.chat_id), this.#screen.isInteractive));
  }

  /** The name of a chat in lines: `common`, the other user's name, or `group` and the title. */
  title(chatId: ChatId): string {
    const { kind, partnerName, group } = this.workspace.book.get(chatId);
    if (kind === "everyone") return COMMON_NAME;
    if (kind === "group") return groupTitle(group?.title ?? "");
    return this.workspace.chats.row(chatId)?.title ?? partnerName ?? "unknown";
  }

  /** Makes a chat the one that plain lines go to, and shows its last messages. */
  async enter(chatId: ChatId, title: string, lastCount: number): Promise<void> {
    this.#chatId = chatId;
    this.#isGone = false;
    this.workspace.book.markUnread(chatId, false);
    this.#screen.setPrompt(`${visibleMessage(title)}> `);
    this.say(`now in ${title}`);
    await this.#showLast(lastCount);
    if (this.#screen.isInteractive) this.markRead();
  }

  /**
   * Prints the last messages of the current chat before `before` (without: that have been given out so far, so that
   * none is printed here that is about to be printed as new). Without a connection it shows what was kept, then rejects
   * with DisconnectedError.
   */
  async showHistory(count: number, before?: number): Promise<void> {
    const { messenger } = this;
    this.requireChat();
    const page = { limit: count, before: before ?? messenger.liveSeq(this.#chatId) + 1 };
    const isOnline = messenger.state.kind === "online";
    const messages = isOnline
      ? (await messenger.history(this.#chatId, page)).messages
      : messenger.cache.before(this.#chatId, page.before, count);
    for (const message of messages) this.show(message);
    if (!isOnline) throw new DisconnectedError("no connection: only what was seen before");
  }

  /** The same for whom the history is not what was asked for: it says so itself when there is no connection. */
  async #showLast(count: number, before?: number): Promise<void> {
    try {
      await this.showHistory(count, before);
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error;
      this.say(error.message);
    }
  }

  /**
   * Changes a message of the current chat. Resolves with true when it is changed, with false when that waits for a
   * connection. Rejects with RefusedError.
   */
  async change(seq: number, change: Change): Promise<boolean> {
    const asked = this.messenger.change(this.requireChat(), seq, change);
    this.#awaited.add(asked.changeId);
    try {
      return await outcomeOf(this.messenger, asked, CHANGE_TIMEOUT_MS);
    } finally {
      this.#awaited.delete(asked.changeId);
    }
  }

  markRead(): void {
    const { lastSeq, readSeq } = this.workspace.book.get(this.#chatId);
    if (lastSeq > readSeq) this.messenger.markRead(this.#chatId, lastSeq);
  }

  /** Finds a user among contacts and chats, else asks the server. Rejects with RequestError (404: no such user). */
  async find(
    username: string,
  ): Promise<{ readonly userId: UserId; readonly username: string; readonly chatId: ChatId }> {
    const known = this.#known(username) ?? (await this.#ask(username));
    return { ...known, chatId: directChatId(this.messenger.userId ?? "", known.userId) };
  }

  /** Unread messages by chat, as a text; "" for none. */
  unreadText(): string {
    const unread = this.workspace.book.list().filter((facts) => unreadCount(facts) > 0 || facts.isMarkedUnread);
    return unread
      .map((facts) => {
        const [count, mentioned] = [unreadCount(facts), facts.mentionSeqs.length];
        const of = mentioned === 0 ? "" : ` (${mentioned} of them with your name)`;
        return count === 0 ? `${this.title(facts.chatId)} (marked)` : `${count} in ${this.title(facts.chatId)}${of}`;
      })
      .join(", ");
  }

  async close(): Promise<void> {
    this.#subscriptions.dispose();
    this.workspace.dispose();
    await this.messenger.close();
  }

  #known(username: string): { userId: UserId; username: string } | undefined {
    const key = usernameKey(username);
    const contact = this.workspace.contacts.list().find((one) => usernameKey(one.username) === key);
    if (contact) return { userId: contact.userId, username: contact.username };
    const row = this.workspace.chats.rows().find((one) => one.userId !== undefined && usernameKey(one.title) === key);
    return row?.userId === undefined ? undefined : { userId: row.userId, username: row.title };
  }

  async #ask(username: string): Promise<{ userId: UserId; username: string }> {
    const { user_data: profile } = await this.messenger.request("profile", { username });
    return { userId: profile.user_id, username: profile.username };
  }

  #print(messages: readonly Message[]): void {
    for (const message of messages) if (this.#isHeard(message)) this.show(message);
    if (this.#screen.isInteractive && messages.some((message) => message.chat_id === this.#chatId)) this.markRead();
  }

  /** Of a muted chat that is not the current one, mentions only. */
  #isHeard(message: Message): boolean {
    const { chat_id: chatId } = message;
    if (chatId === this.#chatId || !this.workspace.book.get(chatId).isMuted) return true;
    return mentions(message, this.messenger.userId);
  }

  #onMessages(messages: readonly Message[]): void {
    if (this.#held === undefined) this.#print(messages);
    else this.#held.push(...messages);
  }

  /** A refused message is told, and not kept. */
  #onOutgoing(entry: Outgoing): void {
    if (entry.failure === undefined || this.#awaited.has(outgoingId(entry))) return;
    this.#refusedCount += 1;
    if (isOutgoingChange(entry)) this.say(`#${entry.seq} not changed (${entry.failure})`);
    else this.say(`not sent (${entry.failure}): ${entry.text}`);
    this.messenger.outgoing.remove(outgoingId(entry));
  }

  /** Of what was printed it is told what has changed. */
  #onChanged(message: Message): void {
    const change = this.#shown.change(message);
    if (change?.kind === "text") this.show(message);
    else if (change) this.say(`#${message.seq} in ${this.title(message.chat_id)}: ${change.text}`);
  }

  /** Resolves when nothing is missing any more, or when that may take longer than people wait. */
  #upToDate(): Promise<void> {
    return new Promise((resolve) => {
      const subscriptions = this.#subscriptions.add(new DisposableStore());
      const end = (): void => {
        clearTimeout(timer);
        subscriptions.dispose();
        resolve();
      };
      const timer = setTimeout(end, CATCH_UP_TIMEOUT_MS);
      subscriptions.add(this.messenger.events.on("caughtUp", end));
      subscriptions.add(this.messenger.events.on("state", ({ kind }) => kind === "offline" && end()));
      if (this.messenger.isCaughtUp) end();
    });
  }

  #onState(state: SessionState): void {
    if (state.kind === "online") {
      const unread = this.unreadText();
      if (this.#wasOnline) this.say("connected again");
      else this.say(`logged in as ${this.messenger.username}${unread === "" ? "" : `; unread: ${unread}`}`);
      this.#wasOnline = true;
      this.#saidOffline = false;
    } else if (state.kind === "offline" && !this.#saidOffline) {
      this.#saidOffline = true;
      const next = state.retryAtMs === undefined ? "" : "; trying to connect again";
      this.say(`not connected: ${state.problem}${next}`);
    }
  }
}
