// The always-on client of one account: logged in whenever it can be, sends what was written, misses nothing.
import type { DataOf, HistoryResult, LoginResult, Page, ResultOf } from "../protocol/actions.ts";
import type { ChatSummary, Message, Profile } from "../protocol/entities.ts";
import type { Events } from "../protocol/events.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import type { BackoffOptions } from "../util/backoff.ts";
import { Code } from "../protocol/codes.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import { DisposableStore } from "../util/disposable.ts";
import { Emitter } from "../util/emitter.ts";
import type { Account } from "./account.ts";
import { ChangeSync, type ChangeSyncEvents } from "./change-sync.ts";
import { otherChats } from "./chat-pages.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { AcceptCertificate } from "./dial.ts";
import { tellPresence } from "./contact-presence.ts";
import { DisconnectedError, isAnswer, RequestError } from "./errors.ts";
import { Groups } from "./groups.ts";
import { fetchHistory, type Requester } from "./history.ts";
import { RECONNECT, ReconnectingSession, type SessionState } from "./reconnecting-session.ts";
import type { ClientAction } from "./shapes.ts";
import { Memberships, type MembershipEvents } from "./memberships.ts";
import type { OutgoingQueue } from "./outgoing.ts";
import type { Change, OutgoingChange, OutgoingMessage } from "./outgoing-entry.ts";
import { ReadMarks } from "./read-marks.ts";
import { hasFeature, knownChats, SnapshotKeeper, type LoginSnapshot } from "./login-snapshot.ts";
import { Sender } from "./sender.ts";
import { Sync, type SyncEvents } from "./sync.ts";
import { TypingSignal } from "./typing-signal.ts";
import type { HistoryCache } from "./cache.ts";

export interface MessengerOptions extends ConnectionOptions {
  readonly account: Account;
  /** Absent: plain TCP. */
  readonly tls?: { readonly accept?: AcceptCertificate } | undefined;
  readonly backoff?: BackoffOptions | undefined;
}

export interface MessengerEvents extends SyncEvents, ChangeSyncEvents, MembershipEvents {
  state: SessionState;
  /** After each login, before what was missed is given out. With `more_chats`, its `chats` are the first of them. */
  login: LoginSnapshot;
  /** More of the chats, after a login that has told of the first ones; messages of them may have come before. */
  chats: { readonly chats: readonly ChatSummary[] };
  presence: Events["presence"];
  typing: Events["typing"];
  /** Somebody's read mark moved, the own one too (also when it was moved here). */
  read: Events["read"];
  /** Somebody's profile changed, the own one too. */
  profile: Events["profile"];
  /** The own contacts changed, here or in another session. */
  contact: Events["contact"];
  /** The user has blocked somebody or ended that, here or in another session. */
  block: Events["block"];
  /** Something could not be kept on this machine; the text is for people. */
  trouble: string;
}

const LOGOUT_TIMEOUT_MS = 3000;
/** How long read marks that were not told yet may hold up the end. */
const LAST_MARKS_TIMEOUT_MS = 1000;

/**
 * One per account. `resume` or `login` starts it; from then on it reconnects automatically until `logout` or `close`.
 * Everything that it tells comes through `events`; the models in `models/` make lists of that.
 */
export class Messenger {
  readonly events = new Emitter<MessengerEvents>();
  readonly outgoing: OutgoingQueue;
  readonly cache: HistoryCache;
  readonly groups: Groups;
  readonly #account: Account;
  readonly #session: ReconnectingSession;
  readonly #sync: Sync;
  readonly #changes: ChangeSync;
  readonly #sender: Sender;
  readonly #readMarks = new ReadMarks();
  readonly #typing = new TypingSignal();
  readonly #subscriptions = new DisposableStore();
  readonly #snapshot: SnapshotKeeper;
  readonly #memberships: Memberships;
  /** That nothing is missing any more since the login. */
  #isToldCaughtUp = true;
  /** That the server has told of all chats since the login. */
  #hasAllChats = false;
  /** Nothing is to be left of the account on this machine. */
  #isForgotten = false;

  constructor(options: MessengerOptions) {
    const { account } = options;
    this.#account = account;
    this.outgoing = account.outgoing;
    this.cache = account.cache;
    this.#snapshot = new SnapshotKeeper(account.cache);
    const { host, port } = account.address;
    this.#session = new ReconnectingSession({ ...options, host, port }, account.tokens);
    this.#sync = new Sync(account.cache, this.snapshot && knownChats(this.snapshot));
    this.#changes = new ChangeSync(account.cache, (chatId) => account.outgoing.list(chatId).length > 0);
    this.#memberships = new Memberships(account, this.#snapshot, this.#sync, this.#changes);
    this.groups = new Groups(this, this.#snapshot, this.#memberships);
    const listener = {
      onStored: (message: Message) => this.#sync.takeOwn(message),
      hasSeen: (chatId: ChatId, rev: number) => this.cache.rev(chatId) >= rev,
      messageAt: (chatId: ChatId, seq: number) => this.#kept(chatId, seq),
    };
    this.#sender = new Sender(account.outgoing, listener, options.backoff ?? RECONNECT);
    this.#pass();
  }

  /** Connected or not, and why; changes come as the event `state`. */
  get state(): SessionState {
    return this.#session.state;
  }

  /** The last login's result, also one of an earlier start; undefined before the first login of this account. */
  get snapshot(): LoginSnapshot | undefined {
    return this.#snapshot.current;
  }

  /** The own user id; undefined before the first login of this account. */
  get userId(): UserId | undefined {
    return this.snapshot?.user_id;
  }

  /** The name as the server spells it, or as it was typed before the first login. */
  get username(): string {
    return this.snapshot?.username ?? this.#account.username;
  }

  /** Takes up the saved session and keeps trying. False when there is none: then `login` is needed. */
  resume(): Promise<boolean> {
    return this.#session.resume();
  }

  /** One attempt with the password; rejects with RequestError (401, 429…), DisconnectedError, UntrustedServerError. */
  login(password: string): Promise<void> {
    this.#isForgotten = false;
    return this.#session.login(this.#account.username, password);
  }

  /** Tries to connect at once instead of waiting for the next attempt. */
  retryNow(): void {
    this.#session.retryNow();
  }

  /**
   * Ends the session here and, if it can be reached, on the server. `forget` discards what is kept of the account, unsent
   * messages too, and `close` then removes what is left of it on this machine.
   */
  async logout(forget: boolean): Promise<void> {
    await this.#session.connection?.request("logout", {}, LOGOUT_TIMEOUT_MS).catch(() => {});
    await this.#session.signOut("logged out");
    if (!forget) return;
    this.#isForgotten = true;
    this.#forget();
    this.#snapshot.forget();
  }

  #forget(): void {
    this.outgoing.clear();
    this.cache.clear();
    this.#sync.forget();
  }

  /** Asks the server; rejects with DisconnectedError at once while there is no connection. */
  request<A extends ClientAction>(action: A, data: DataOf<A>, timeoutMs?: number): Promise<ResultOf<A>> {
    const connection = this.#session.connection;
    return connection?.request(action, data, timeoutMs) ?? Promise.reject(new DisconnectedError("not connected"));
  }

  /** A part of a chat's history from the server, ascending; no message is older than it was shown before. */
  async history(chatId: ChatId, page: Page): Promise<HistoryResult> {
    const result = await this.#fetchPage(this, this.snapshot, chatId, page);
    if (!this.#sync.hasLeft(chatId)) return { ...result, messages: this.visible(result.messages) };
    throw new RequestError(Code.NotFound, "no such chat", undefined, "no_such_chat");
  }

  /** Those of an answer's messages that the user may still see: it may be older than the end of a membership. */
  visible(messages: readonly Message[]): Message[] {
    return this.#memberships.visible(messages);
  }

  /** Connected, and everything that was missed has been given out. */
  get isCaughtUp(): boolean {
    return this.#sync.isCaughtUp && this.#changes.isIdle;
  }

  /** The seq of the last message of the chat that `messages` has given out. */
  liveSeq(chatId: ChatId): number {
    return this.#sync.liveSeq(chatId);
  }

  /** Queues a text, an answer to `replyTo`; it is sent once, in its turn, when there is a connection. Throws QueueFullError. */
  send(chatId: ChatId, text: string, replyTo?: number): OutgoingMessage {
    return this.outgoing.add(chatId, text, replyTo);
  }

  /** Queues a change of a stored message, in its turn after what was written in the chat before. Throws QueueFullError. */
  change(chatId: ChatId, seq: number, change: Change): OutgoingChange {
    const kept = this.#kept(chatId, seq);
    return this.outgoing.addChange(chatId, seq, change, kept && (kept.edited ?? 0));
  }

  #kept(chatId: ChatId, seq: number): Message | undefined {
    return this.cache.after(chatId, seq - 1, 1)[0];
  }

  /** The user has seen the chat up to `seq`. Told to the server a moment later, and after a reconnect. */
  markRead(chatId: ChatId, seq: number): void {
    this.#readMarks.mark(chatId, seq);
    if (this.userId !== undefined) this.events.emit("read", { chat_id: chatId, user_id: this.userId, seq });
  }

  /** The user is typing in a one-to-one chat or a group; may be called at every key. */
  typing(chatId: ChatId): void {
    this.#typing.tell(this.#session.connection, chatId);
  }

  /** Rejects with RequestError: 404 no such user, 409 already a contact, 400 oneself. */
  async addContact(username: string): Promise<void> {
    const { new_contact: added } = await this.request("add_contact", { contact: username });
    this.events.emit("contact", { added });
  }

  async deleteContact(username: string, userId: UserId): Promise<void> {
    const { contact } = await this.request("delete_contact", { contact_id: userId });
    this.events.emit("contact", { deleted: { [contact || username]: userId } });
  }

  /** Rejects with RequestError: 409 blocked already, 400 oneself. */
  async blockContact(username: string, userId: UserId): Promise<void> {
    const { contact } = await this.request("block_contact", { contact_id: userId });
    this.events.emit("block", { blocked: { [contact || username]: userId } });
  }

  /** Rejects with RequestError: 404 not blocked. */
  async unblockContact(username: string, userId: UserId): Promise<void> {
    const { contact } = await this.request("unblock_contact", { contact_id: userId });
    this.events.emit("block", { unblocked: { [contact || username]: userId } });
  }

  async updateProfile(changes: DataOf<"update_profile">): Promise<Profile> {
    const { user_data: profile } = await this.request("update_profile", changes);
    this.events.emit("profile", { user_data: profile });
    return profile;
  }

  /** Resolves with true as soon as nothing waits to be sent, with false after `timeoutMs`. */
  whenSent(timeoutMs: number): Promise<boolean> {
    return this.outgoing.whenSent(timeoutMs);
  }

  /** Ends everything; the session can be resumed by the next start. Nothing may be called afterwards. */
  async close(): Promise<void> {
    await this.#readMarks.flush(LAST_MARKS_TIMEOUT_MS);
    this.#session.close("closed");
    this.#subscriptions.dispose();
    this.#onLost();
    this.#snapshot.close();
    await (this.#isForgotten ? this.#account.remove() : this.#account.close());
  }

  /** Connects the parts with each other and with those who listen. */
  #pass(): void {
    const { events } = this;
    const all = this.#subscriptions;
    all.add(this.#session.events.on("state", (state) => events.emit("state", state)));
    all.add(this.#session.events.on("trouble", (text) => events.emit("trouble", text)));
    all.add(this.#session.events.on("online", ({ connection, login }) => this.#onOnline(connection, login)));
    all.add(this.#session.events.on("lost", () => this.#onLost()));
    all.add(this.outgoing.events.on("trouble", (text) => events.emit("trouble", text)));
    for (const name of ["messages", "skipped", "reset"] as const) {
      all.add(this.#sync.events.on(name, (value) => events.emit(name, value)));
    }
    all.add(this.#sync.events.on("caughtUp", () => this.#tellCaughtUp()));
    all.add(this.#changes.events.on("idle", () => this.#tellCaughtUp()));
    all.add(this.#changes.events.on("changed", (value) => events.emit("changed", value)));
    for (const name of ["chat", "gone", "member", "hidden"] as const) {
      all.add(this.#memberships.events.on(name, (value) => events.emit(name, value)));
    }
    all.add(events.on("gone", ({ chatId }) => this.#readMarks.forget(chatId)));
    all.add(events.on("reset", ({ chatId }) => this.#onReset(chatId)));
    all.add(events.on("changed", ({ messages }) => this.#onStates(messages)));
    all.add(events.on("contact", (change) => this.#onContact(change)));
    all.add(events.on("block", (change) => this.#snapshot.onBlock(change)));
  }

  #onOnline(connection: Connection, login: LoginResult): void {
    const { token: _, ...snapshot } = login;
    // Another server, or a new user of the old name: nothing that was seen or written holds any more.
    if (this.snapshot && this.snapshot.user_id !== login.user_id) this.#forgetOther();
    this.#memberships.reconcile(login.chats);
    this.#sync.reconcile(knownChats(login));
    this.#snapshot.keepLogin(snapshot);
    this.#memberships.listen(connection);
    connection.events.on("message", (message) => this.#sync.offer(message));
    connection.events.on("changed", (message) => this.#changes.offer(message));
    connection.events.on("gap", ({ chat_id: chatId, to_seq: seq = 0, to_rev: rev = 0 }) => {
      this.#sync.expect(chatId, seq);
      this.#changes.expect(chatId, rev);
    });
    for (const name of ["presence", "typing", "read", "profile", "contact", "block"] as const) {
      connection.events.on(name, (value) => this.events.emit(name, value));
    }
    this.events.emit("login", snapshot);
    this.#isToldCaughtUp = false;
    this.#hasAllChats = login.more_chats !== true;
    if (hasFeature(login, "changes")) {
      this.#changes.start(login.chats, (chatId, afterRev) =>
        connection.request("changes", { chat_id: chatId, after_rev: afterRev, limit: MAX_PAGE }),
      );
    }
    this.#sender.start(connection, { userId: login.user_id, username: login.username });
    this.#sync.start(knownChats(login), (chatId, page) => this.#fetchPage(connection, login, chatId, page));
    if (login.more_chats === true) void this.#fetchChats(connection, login);
    this.#readMarks.start(connection);
  }

  async #fetchPage(
    requester: Requester,
    login: Pick<LoginResult, "user_id" | "server"> | undefined,
    chatId: ChatId,
    page: Page,
  ): Promise<HistoryResult> {
    const result = await fetchHistory(requester, chatId, login, page);
    return { ...result, messages: await this.#changes.bringUpToDate(chatId, result) };
  }

  #forgetOther(): void {
    const unsent = this.outgoing.size;
    this.#forget();
    if (unsent > 0)
      this.events.emit("trouble", `this name is now another user's; unsent messages that were dropped: ${unsent}`);
  }

  /** The messages that were to be changed may be others now. */
  #onReset(chatId: ChatId): void {
    this.#readMarks.forget(chatId);
    this.#changes.forget(chatId);
    for (const { changeId } of this.outgoing.changes(chatId)) {
      this.outgoing.fail(changeId, "the server has another history of this chat than before");
    }
  }

  #onStates(messages: readonly Message[]): void {
    for (const message of messages) this.#sync.change(message);
    this.#snapshot.onChanged(messages);
    for (const { chat_id: chatId, seq, rev = 0 } of messages) this.outgoing.seen(chatId, seq, rev);
  }

  /** The chats that the login did not tell of, while everything goes on with those that it did. */
  async #fetchChats(connection: Connection, login: LoginResult): Promise<void> {
    const isCurrent = (): boolean => this.#session.connection === connection;
    try {
      const ids = await otherChats(connection, login.chats, (chats) => {
        if (isCurrent()) this.#takeChats(chats.filter((chat) => !this.#sync.hasLeft(chat.chat_id)));
      });
      if (!isCurrent()) return;
      this.#hasAllChats = true;
      this.#snapshot.endChats(ids);
      this.#sync.endMore();
      this.#sendChanges();
    } catch (error) {
      if (!isAnswer(error)) throw error;
      if (isCurrent()) this.events.emit("trouble", `not all chats could be listed: ${String(error)}`);
    }
  }

  #takeChats(chats: readonly ChatSummary[]): void {
    this.#memberships.reconcile(chats);
    this.#snapshot.addChats(chats);
    this.#sync.more(chats);
    this.#changes.follow(chats);
    this.events.emit("chats", { chats });
  }

  #tellCaughtUp(): void {
    if (this.#isToldCaughtUp || !this.isCaughtUp) return;
    this.#isToldCaughtUp = true;
    this.#sendChanges();
    this.events.emit("caughtUp", {});
  }

  /** Once it is known which messages the server has. */
  #sendChanges(): void {
    if (this.#isToldCaughtUp && this.#hasAllChats) this.#sender.sendChanges();
  }

  #onLost(): void {
    for (const part of [this.#sync, this.#changes, this.#sender, this.#readMarks]) part.stop();
  }

  #onContact(change: Events["contact"]): void {
    this.#snapshot.onContact(change);
    const tell = (presence: Events["presence"]): void => this.events.emit("presence", presence);
    if ("added" in change) void tellPresence(this, this.snapshot, change.added, tell);
  }
}
