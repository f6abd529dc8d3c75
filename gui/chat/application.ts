// The client as a whole: which window is open, for which account, and what happens on the desktop.
import { QApplication } from "@nodegui/nodegui";
import { join } from "node:path";
import { isAnswer } from "../../src/client/errors.ts";
import type { MessengerEvents } from "../../src/client/messenger.ts";
import { mentions } from "../../src/client/models/conversation-item.ts";
import { SERVER_USER_ID } from "../../src/protocol/ids.ts";
import type { Message } from "../../src/protocol/entities.ts";
import type { Logger } from "../../src/log/logger.ts";
import { DEFAULT_PORT } from "../../src/protocol/limits.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { hasTray } from "../boot.ts";
import { tell } from "../kit/dialogs.ts";
import { guard, handlerErrors, reportError } from "../kit/guard.ts";
import type { Notice } from "../kit/notifier.ts";
import { openLink } from "../kit/open-outside.ts";
import { Theme } from "../kit/theme.ts";
import { openChangePassword, openDeleteAccount, openSessions } from "./account-dialogs.ts";
import { AccountSession, type SessionOptions } from "./account-session.ts";
import { SERVER_MARK } from "./bubble-layout.ts";
import { ChatWindow } from "./chat-window.ts";
import { appIcon, appPixmap, Desktop } from "./desktop.ts";
import { messagePreview, titleText } from "./message-html.ts";
import { Preferences, type ServerChoice } from "./preferences.ts";
import { openSettings } from "./settings-dialog.ts";
import { signIn } from "./sign-in.ts";
import { goneText } from "./start-page.ts";
import { WelcomeWindow, type Entry } from "./welcome-window.ts";

export interface ApplicationOptions {
  /** The client's folder. */
  readonly folder: string;
  /** Offered first, before those used last. */
  readonly server: ServerChoice | undefined;
  readonly username: string | undefined;
  readonly logger: Logger;
  readonly onQuit: (code: number) => void;
}

const SAVE_PLACE_MS = 500;
const CLOSE_TIMEOUT_MS = 3000;
const NOTICE_PICTURE_PX = 64;
/** Chats whose latest notification may have to be changed. */
const MAX_NOTICED = 20;
const DEFAULT_SIZE = { width: 1000, height: 720 };

export class Application {
  readonly theme = new Theme();
  readonly #options: ApplicationOptions;
  readonly #preferences: Preferences;
  readonly #desktop: Desktop;
  #welcome: WelcomeWindow | undefined;
  #chat: ChatWindow | undefined;
  #session: AccountSession | undefined;
  #subscriptions = new DisposableStore();
  #placeTimer: NodeJS.Timeout | undefined;
  #isQuitting = false;
  /** The window asks for another password than the one-time one. */
  #hasToChange = false;

  constructor(options: ApplicationOptions) {
    this.#options = options;
    this.#preferences = new Preferences(join(options.folder, "settings.json"));
    handlerErrors.on("error", (error) => this.#onError(error));
    QApplication.setApplicationDisplayName("Messenger");
    QApplication.setWindowIcon(appIcon(false));
    QApplication.instance().setQuitOnLastWindowClosed(false);
    this.#applyTheme();
    this.#desktop = new Desktop({ onOpen: () => this.present(), onQuit: () => void this.quit() });
  }

  get windows() {
    return { welcome: this.#welcome, chat: this.#chat, session: this.#session };
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  /** Opens the window of the account used last, or the one to log in. */
  async start(): Promise<void> {
    const { account } = this.#preferences.get();
    const { server, username } = this.#options;
    const isAnother =
      (server && account && (server.host !== account.host || server.port !== account.port)) ||
      (username !== undefined && username !== account?.username);
    if (!account || isAnother === true) return this.#openWelcome("");
    const session = await AccountSession.open(this.#sessionOptions(account, account.username, true));
    if (await session.messenger.resume()) return this.#openChat(session);
    await session.close();
    this.#openWelcome("");
  }

  async quit(code = 0): Promise<void> {
    if (this.#isQuitting) return;
    this.#isQuitting = true;
    clearTimeout(this.#placeTimer);
    this.#savePlace();
    this.#chat?.dispose();
    this.#desktop.dispose();
    const timeout = new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS));
    try {
      await Promise.race([this.#session?.close(), timeout]);
    } finally {
      this.#options.onQuit(code);
    }
  }

  #sessionOptions(server: ServerChoice, username: string, keeps: boolean): SessionOptions {
    const { folder, logger } = this.#options;
    const trusted = this.#preferences.get().trusted[`${server.host}:${server.port}`];
    return { server, username, folder, keeps, trusted, theme: this.theme, logger };
  }

  #openWelcome(notice: string): void {
    const { server, username } = this.#options;
    const { servers, account } = this.#preferences.get();
    const others = servers.filter((one) => one.host !== server?.host || one.port !== server.port);
    // A server that was used with TLS is not offered without.
    const known = servers.find((one) => one.host === server?.host && one.port === server.port);
    const offered = [...(server ? [{ ...server, tls: server.tls || known?.tls === true }] : []), ...others];
    this.#welcome = new WelcomeWindow({
      theme: this.theme,
      servers: offered.length > 0 ? offered : [{ host: "localhost", port: DEFAULT_PORT, tls: false }],
      username: username ?? account?.username ?? "",
      notice,
      enter: (entry) => this.#enter(entry),
      distrust: (one) => this.#trust(one, undefined),
    });
    this.#welcome.events.on("close", () => void this.quit());
    this.#welcome.show();
  }

  async #enter(entry: Entry): Promise<void> {
    const { server, username, keeps, trusts } = entry;
    if (trusts !== undefined) this.#trust(server, trusts);
    const session = await signIn(this.#sessionOptions(server, username, keeps), entry);
    this.#preferences.noteServer(server);
    this.#preferences.set({ account: keeps ? { ...server, username } : undefined });
    this.#openChat(session, entry.password);
    this.#welcome?.dispose();
    this.#welcome = undefined;
  }

  /** Notes which certificate the user trusts at an address; undefined for none any more. */
  #trust({ host, port }: ServerChoice, fingerprint: string | undefined): void {
    const { [`${host}:${port}`]: _, ...others } = this.#preferences.get().trusted;
    const trusted = fingerprint === undefined ? others : { ...others, [`${host}:${port}`]: fingerprint };
    this.#preferences.set({ trusted });
  }

  /** `password` is what was typed just now, if anything was. */
  #openChat(session: AccountSession, password?: string): void {
    this.#session = session;
    this.#hasToChange = false;
    const recent = {
      list: () => this.#preferences.get().emoji,
      note: (emoji: string) => this.#preferences.noteEmoji(emoji),
    };
    const chat = new ChatWindow(session, this.theme, recent, (url) => openLink(url, reportError));
    this.#chat = chat;
    const all = new DisposableStore();
    this.#subscriptions = all;
    const { messenger, workspace, account } = session;
    all.add(chat.events.on("close", () => this.#onClose(chat)));
    all.add(chat.events.on("quit", () => void this.quit()));
    all.add(chat.events.on("logout", ({ forgets }) => void this.#logOut(forgets).catch(reportError)));
    all.add(chat.events.on("settings", () => this.#openSettings(chat, session)));
    all.add(messenger.events.on("messages", ({ chatId, messages }) => this.#onMessages(chatId, messages)));
    all.add(messenger.events.on("changed", ({ chatId, messages: states }) => this.#onChanged(chatId, states)));
    all.add(messenger.events.on("gone", (gone) => this.#onGone(gone)));
    all.add(messenger.events.on("trouble", (text) => tell(chat.window, "Something cannot be kept", text)));
    const onSignedOut = guard((reason: string) => this.#onSignedOut(reason));
    all.add(messenger.events.on("state", (state) => state.kind === "signed-out" && onSignedOut(state.reason)));
    all.add(workspace.chats.onChange(() => this.#showUnread()));
    all.add(messenger.events.on("login", () => this.#askForPassword(chat, session)));
    this.#place(chat);
    this.#showUnread();
    chat.window.show();
    this.#openLast(chat, session);
    if (account.unkeptBecause !== undefined)
      tell(chat.window, "Nothing is kept on this machine", account.unkeptBecause);
    if (messenger.state.kind === "online") this.#askForPassword(chat, session, password);
  }

  /** Where the user was last. A new user's first words go to nobody by mistake: then no chat is open. */
  #openLast(chat: ChatWindow, { workspace }: AccountSession): void {
    const { lastChat } = this.#preferences.get();
    this.#subscriptions.add(chat.events.on("opened", (chatId) => this.#noteLast(chatId)));
    if (lastChat !== undefined && workspace.chats.row(lastChat)) chat.openChat(lastChat);
    else chat.parts.list.focusFilter();
  }

  #noteLast(chatId: string): void {
    if (this.#preferences.get().lastChat !== chatId) this.#preferences.set({ lastChat: chatId });
  }

  /** The window was closed: the program stays in the tray, if there is one and the user has nothing against it. */
  #onClose(chat: ChatWindow): void {
    const { staysInTray, knowsTray } = this.#preferences.get();
    if (!staysInTray || !hasTray()) return void this.quit();
    this.#savePlace();
    chat.window.hide();
    if (knowsTray) return;
    this.#preferences.set({ knowsTray: true });
    this.#desktop.notifier.show({
      subject: "tray",
      title: "Messenger is still there",
      text: "It stays in the tray and tells you of new messages. Quit it there, or change that in the settings.",
      picture: appPixmap(false),
      onClick: () => this.present(),
    });
  }

  async #logOut(forgets: boolean, notice = ""): Promise<void> {
    const { account } = this.#preferences.get();
    this.#subscriptions.dispose();
    this.#savePlace();
    try {
      await this.#session?.messenger.logout(forgets);
    } finally {
      this.#preferences.set({ account: undefined, ...(forgets && { lastChat: undefined }) });
      await this.#leaveChat(notice);
    }
    if (account && this.#welcome && !forgets) this.#welcome.parts.username.setText(account.username);
  }

  /** The server does not know the session any more. */
  async #onSignedOut(reason: string): Promise<void> {
    if (this.#isQuitting) return;
    this.#subscriptions.dispose();
    await this.#leaveChat(`You were logged out: ${reason}.`);
  }

  /** From the account to the window to log in, which opens whatever fails on the way. */
  async #leaveChat(notice: string): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#chat?.dispose();
    this.#chat = undefined;
    this.#title = "";
    this.#noticed.clear();
    this.#desktop.showUnread(0);
    try {
      await session?.close();
    } finally {
      this.#openWelcome(notice);
    }
  }

  #openSettings(chat: ChatWindow, session: AccountSession): void {
    const { server, messenger } = session;
    openSettings({
      parent: chat.window,
      preferences: this.#preferences,
      server,
      username: messenger.username,
      onChange: () => this.#applyTheme(),
      account: {
        onPassword: (parent) => openChangePassword({ parent, messenger }),
        onSessions: (parent) => openSessions(parent, messenger),
        onDelete: (parent) => openDeleteAccount(parent, messenger, () => this.#logOut(true, "The account is deleted.")),
      },
    });
  }

  /** The password is one that the administrator has made: nothing else is done before it is changed. */
  #askForPassword(chat: ChatWindow, { messenger }: AccountSession, known?: string): void {
    if (this.#hasToChange || messenger.snapshot?.must_change_password !== true) return;
    this.#hasToChange = true;
    openChangePassword({
      parent: chat.window,
      messenger,
      known,
      forced: { onRefused: () => this.#chat === chat && this.#logOut(false) },
      onDone: () => (this.#hasToChange = false),
    });
  }

  #applyTheme(): void {
    const { theme, textPx } = this.#preferences.get();
    if (this.#applied === `${theme} ${textPx}`) return;
    this.#applied = `${theme} ${textPx}`;
    this.theme.apply(theme, textPx);
  }

  #applied = "";
  /** Of the chat window. */
  #title = "";
  /** By chat the message that was told of on the desktop last. */
  readonly #noticed = new Map<string, Message>();

  #onMessages(chatId: string, messages: readonly Message[]): void {
    const { notifies } = this.#preferences.get();
    const last = messages.at(-1);
    const isNew = last && Date.now() - last.time * 1000 < 60_000;
    if (!notifies || !last || !isNew || last.user_id === this.#session?.messenger.userId) return;
    const { isMuted } = this.#session?.workspace.book.get(chatId) ?? {};
    if (isMuted === true && !messages.some((message) => mentions(message, this.#session?.messenger.userId))) return;
    if (this.#chat?.chatId === chatId && this.#chat.isInUse) return; // asked last: it asks Qt
    this.#noticed.delete(chatId);
    this.#noticed.set(chatId, last);
    const [oldest] = this.#noticed.keys();
    if (this.#noticed.size > MAX_NOTICED && oldest !== undefined) this.#noticed.delete(oldest);
    this.#desktop.notifier.show(this.#noticeOf(last));
  }

  /** A notification that is still in view says no more than its message does. */
  #onChanged(chatId: string, messages: readonly Message[]): void {
    const noticed = this.#noticed.get(chatId);
    const now = messages.findLast(({ seq }) => seq === noticed?.seq);
    if (!now || now.message === noticed?.message) return;
    this.#noticed.set(chatId, now);
    this.#desktop.notifier.replace(this.#noticeOf(now));
  }

  /** The user is in a group no more: a notification that is still in view says so, and opens nothing of it. */
  #onGone({ chatId, title, reason }: MessengerEvents["gone"]): void {
    if (!this.#noticed.delete(chatId)) return;
    this.#desktop.notifier.replace({
      subject: chatId,
      title: titleText(title),
      text: goneText(title, reason),
      onClick: () => this.present(),
    });
  }

  #noticeOf(message: Message): Notice {
    const { chat_id: chatId, user_id: userId, username } = message;
    return {
      subject: chatId,
      title: this.#noticeTitle(message),
      text: this.#preferences.get().notifiesText ? messagePreview(message) : "New message",
      picture: this.#session?.avatars.pixmap(userId, username, NOTICE_PICTURE_PX) ?? appPixmap(false),
      onClick: () => {
        this.present();
        this.#chat?.openChat(chatId);
      },
    };
  }

  /** The author of a message, and the chat where that is not clear. */
  #noticeTitle({ chat_id: chatId, user_id: userId, username }: Message): string {
    const isServer = userId === SERVER_USER_ID;
    const facts = this.#session?.workspace.book.get(chatId);
    if (facts?.group) return `${username} in ${titleText(facts.group.title)}`;
    if (facts?.kind === "everyone") return `${username} (${isServer ? `${SERVER_MARK}, ` : ""}common chat)`;
    return isServer ? `${username} (${SERVER_MARK})` : username;
  }

  #showUnread(): void {
    const unread = this.#session?.workspace.chats.unread ?? 0;
    this.#desktop.showUnread(unread);
    const title = unread > 0 ? `(${unread}) Messenger` : "Messenger";
    if (title !== this.#title) this.#chat?.window.setWindowTitle(title);
    this.#title = title;
  }

  #place(chat: ChatWindow): void {
    const { window: place } = this.#preferences.get();
    const { window } = chat;
    window.resize(place?.width ?? DEFAULT_SIZE.width, place?.height ?? DEFAULT_SIZE.height);
    if (place) window.move(place.x, place.y);
    if (place?.isMaximized === true) window.showMaximized();
    const later = (): void => {
      clearTimeout(this.#placeTimer);
      this.#placeTimer = setTimeout(() => this.#savePlace(), SAVE_PLACE_MS);
    };
    this.#subscriptions.add(chat.events.on("place", later));
  }

  #savePlace(): void {
    const window = this.#chat?.window;
    if (!window?.isVisible() || window.isMinimized()) return;
    const isMaximized = window.isMaximized();
    const { x, y } = window.pos();
    const known = this.#preferences.get().window;
    const size = isMaximized && known ? known : { x, y, width: window.width(), height: window.height() };
    this.#preferences.set({ window: { ...size, isMaximized } });
  }

  /** Brings the window that there is to the front. */
  present(): void {
    if (this.#chat) this.#chat.present();
    else this.#welcome?.present();
  }

  #onError(error: unknown): void {
    // That there is no such user is for the person at the window; only what the program did wrong is for its log.
    if (!isAnswer(error)) {
      const fields = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      this.#options.logger.error("a handler failed", fields);
    }
    const window = this.#chat?.window ?? this.#welcome?.window;
    if (window && !this.#isQuitting)
      tell(window, "That did not work", error instanceof Error ? error.message : String(error));
  }
}
