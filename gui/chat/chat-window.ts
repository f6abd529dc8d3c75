// The main window: the chats at the left, the conversation at the right, one of both in a narrow window.
import { QMainWindow, QResizeEvent, QStackedWidget, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import type { MessengerEvents } from "../../src/client/messenger.ts";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { Message } from "../../src/protocol/entities.ts";
import { COMMON_CHAT, type ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { Emitter } from "../../src/util/emitter.ts";
import { tell } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import { SideHandle } from "../kit/side-handle.ts";
import { addShortcuts } from "../kit/shortcuts.ts";
import type { Theme } from "../kit/theme.ts";
import { column, panel, row } from "../kit/widgets.ts";
import type { AccountSession } from "./account-session.ts";
import { ChatDialogs } from "./chat-dialogs.ts";
import { ChatHeader } from "./chat-header.ts";
import { ChatListPanel } from "./chat-list.ts";
import { Composer } from "./composer.ts";
import { ConnectionBar } from "./connection-bar.ts";
import type { RecentEmoji } from "./emoji-picker.ts";
import { rightsIn } from "./message-acts.ts";
import { MessageView } from "./message-view.ts";
import { PeopleFinder } from "./people-finder.ts";
import { PinnedBar } from "./pinned-bar.ts";
import { refusalOf } from "./refusal-bar.ts";
import { SearchBar } from "./search-bar.ts";
import { goneText, StartPage } from "./start-page.ts";

/** Below this width only one side is shown. */
const NARROW_PX = 640;
const SIDE_PX = 320;
const MAX_SIDE_PX = 480;
const NO_LIMIT_PX = 10_000;

export interface ChatWindowEvents {
  /** The window is to be closed, the session stays. */
  close: undefined;
  logout: { readonly forgets: boolean };
  settings: undefined;
  quit: undefined;
  /** The window has come into use or is not any more. */
  inUse: boolean;
  /** A chat is shown. */
  opened: ChatId;
  /** Moved or resized. */
  place: undefined;
}

export class ChatWindow {
  readonly window = new QMainWindow();
  readonly events = new Emitter<ChatWindowEvents>();
  readonly #session: AccountSession;
  readonly #theme: Theme;
  readonly #dialogs: ChatDialogs;
  readonly #list: ChatListPanel;
  readonly #header: ChatHeader;
  readonly #messages: MessageView;
  readonly #composer: Composer;
  readonly #search: SearchBar;
  readonly #bar: ConnectionBar;
  readonly #pinned: PinnedBar;
  readonly #handle: SideHandle;
  readonly #start = new StartPage({
    onAddContact: () => this.#dialogs.addContact(),
    onCommonChat: () => this.openChat(COMMON_CHAT),
  });
  readonly #right = new QStackedWidget();
  readonly #conversationPanel: QWidget;
  readonly #names: PeopleFinder;
  readonly #subscriptions = new DisposableStore();
  #conversation: Conversation | undefined;
  #isNarrow = false;
  #isClosed = false;

  constructor(session: AccountSession, theme: Theme, recent: RecentEmoji, openLink: (url: string) => void) {
    this.#session = session;
    this.#theme = theme;
    const { avatars, workspace, messenger } = session;
    this.#names = this.#subscriptions.add(new PeopleFinder(session));
    this.#dialogs = this.#makeDialogs(openLink);
    this.#list = this.#makeList();
    this.#header = new ChatHeader(theme, avatars, {
      onBack: () => this.#leaveChat(),
      onSearch: () => this.openSearch(),
      onMenu: (beside) => this.#dialogs.moreMenu(beside),
      onTitle: () => this.#dialogs.about(),
    });
    this.#messages = new MessageView({
      theme,
      avatars,
      onLink: openLink,
      onProfile: (userId, username) => this.#dialogs.profile(userId, username),
      isInUse: () => this.isInUse,
      mentionsIn: (chatId) => workspace.book.get(chatId).mentionSeqs,
      ownName: () => messenger.username,
      rightsIn: (chatId) => rightsIn(workspace.book.get(chatId)),
      onLeave: (text) => this.#composer.focus(text),
      onAnswer: (item) => this.#composer.startAnswer(item),
      onEdit: (item) => this.#composer.startEdit(item),
      recent,
      onForward: (items) => this.#dialogs.forward(() => items.map((item) => this.#conversation?.now(item) ?? item)),
      nameOf: (userId) => (userId === messenger.userId ? messenger.username : workspace.contacts.get(userId)?.username),
    });
    this.#composer = this.#makeComposer(recent);
    this.#search = new SearchBar(theme, {
      onHit: (seq, word) => void this.#messages.jumpTo(seq, word),
      onClose: () => {
        this.#messages.setWord("");
        this.#composer.focus();
      },
    });
    this.#bar = new ConnectionBar(messenger);
    this.#pinned = new PinnedBar(messenger, theme, (seq) => void this.#messages.jumpTo(seq, ""));
    this.#handle = new SideHandle({ side: this.#list.widget, widthPx: SIDE_PX, minPx: 240, maxPx: MAX_SIDE_PX });
    this.#conversationPanel = this.#layOut();
    this.#listen();
  }

  get chatId(): ChatId | undefined {
    return this.#conversation?.chatId;
  }

  get isInUse(): boolean {
    return this.window.isVisible() && this.window.isActiveWindow() && !this.window.isMinimized();
  }

  /** Parts that tests and screenshots use directly. */
  get parts() {
    return { list: this.#list, composer: this.#composer, search: this.#search, messages: this.#messages };
  }

  /** Shows a chat; the one before keeps its draft. Nothing happens where the chat is not listed any more. */
  openChat(chatId: ChatId): void {
    if (this.#show(chatId, undefined)) this.#composer.focus();
  }

  /** Shows a message, with hits of `word` marked; the keyboard stays where it is, for the next one. */
  openMessage({ chat_id: chatId, seq }: Pick<Message, "chat_id" | "seq">, word: string): void {
    if (this.chatId === chatId) void this.#messages.jumpTo(seq, word);
    const isSearching = this.#list.field.hasFocus() && !this.#isNarrow;
    if (!this.#show(chatId, { seq, word })) return;
    if (isSearching) this.#list.field.setFocus();
    else this.#composer.focus();
  }

  /** False where there is no such chat: the user may have been taken out of a group that something still names. */
  #show(chatId: ChatId, at: { readonly seq: number; readonly word: string } | undefined): boolean {
    if (this.#session.workspace.chats.row(chatId) === undefined) return false;
    if (this.chatId !== chatId) {
      this.#search.close();
      this.#start.setNotice("");
      const conversation = this.#session.workspace.conversation(chatId);
      this.#conversation = conversation;
      this.#composer.show(conversation);
      this.#pinned.show(chatId);
      void this.#messages.show(conversation, at);
      this.#list.select(chatId);
      this.#updateHeader();
    }
    this.events.emit("opened", chatId);
    this.#right.setCurrentWidget(this.#conversationPanel);
    this.#applyWidth();
    return true;
  }

  openSearch(): void {
    if (this.#conversation) this.#search.open(this.#conversation.search);
  }

  /** Brings the window to the front. */
  present(): void {
    if (this.window.isMinimized()) this.window.showNormal();
    this.window.show();
    this.window.raise();
    this.window.activateWindow();
  }

  dispose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#composer.dispose();
    this.#subscriptions.dispose();
    this.#list.dispose();
    this.#messages.dispose();
    this.#search.dispose();
    this.#bar.dispose();
    this.#pinned.dispose();
    this.window.close();
    this.window.deleteLater();
  }

  #makeDialogs(onLink: (url: string) => void): ChatDialogs {
    const { events } = this;
    return new ChatDialogs(this.window, this.#session, this.#theme, {
      chatId: () => this.chatId,
      openChat: (chatId) => this.openChat(chatId),
      onSearch: () => this.openSearch(),
      onLink,
      onSettings: () => events.emit("settings", undefined),
      onLogout: (forgets) => events.emit("logout", { forgets }),
      onQuit: () => events.emit("quit", undefined),
    });
  }

  #makeList(): ChatListPanel {
    const { avatars, workspace, messenger } = this.#session;
    return new ChatListPanel({
      models: {
        chats: workspace.chats,
        people: this.#subscriptions.add(workspace.directory()),
        search: workspace.search,
        ownUserId: () => messenger.userId,
      },
      theme: this.#theme,
      avatars,
      ownName: () => messenger.username,
      actions: {
        onSelect: (chatId) => this.openChat(chatId),
        onPerson: ({ userId, username }) => this.#dialogs.writeTo(userId, username),
        onHit: (message, word) => this.openMessage(message, word),
        onMenu: (chat, at) => this.#dialogs.chatMenu(chat, at),
        onMainMenu: (beside) => this.#dialogs.mainMenu(beside),
        onAdd: (beside) => this.#dialogs.addMenu(beside),
        onEscape: () => this.#composer.focus(),
        onEndOfSearch: () => this.#messages.setWord(""),
      },
    });
  }

  #makeComposer(recent: RecentEmoji): Composer {
    const findNames = async (text: string) => (this.chatId === undefined ? [] : this.#names.find(this.chatId, text));
    return new Composer(this.#theme, recent, findNames, {
      onSent: () => void this.#messages.jumpToEnd(),
      onEscape: () => this.#onEscape(),
      onEditLast: () => {
        const { lastOwn } = this.#messages;
        if (lastOwn) this.#composer.startEdit(lastOwn);
      },
      answered: (from, step) => this.#messages.answered(from, step),
      onScroll: (pages) => this.#messages.scrollPages(pages),
    });
  }

  #layOut(): QWidget {
    const conversation = panel(
      "panel",
      column({
        children: [
          this.#header.widget,
          this.#search.widget,
          this.#pinned.widget,
          this.#messages.selectionBar,
          { grow: this.#messages.widget },
          this.#composer.widget,
        ],
      }),
    );
    this.#composer.joinPanel(conversation);
    this.#right.addWidget(this.#start.widget);
    this.#right.addWidget(conversation);
    this.#right.setMinimumWidth(300);
    const sides = row({ children: [this.#list.widget, this.#handle.widget, { grow: this.#right }] });
    const whole = panel("window", column({ children: [this.#bar.widget, sides] }));
    this.window.setCentralWidget(whole);
    this.window.setMinimumSize(340, 420);
    return conversation;
  }

  #listen(): void {
    const { workspace, messenger, avatars } = this.#session;
    const all = this.#subscriptions;
    all.add(workspace.chats.onChange(() => this.#updateHeader()));
    all.add(workspace.contacts.onChange(() => this.#updateHeader()));
    all.add(avatars.onChange(() => this.#updateHeader()));
    all.add(messenger.events.on("gone", (gone) => this.#onGone(gone)));
    all.add(messenger.events.on("state", () => this.#updateHeader()));
    all.add(
      this.#theme.onChange(() => {
        this.#header.applyTheme();
        this.#updateHeader();
      }),
    );
    const { window } = this;
    window.addEventListener(
      WidgetEventTypes.Resize,
      guard((event) => event && this.#onResize(new QResizeEvent(event).size().width())),
    );
    window.addEventListener(
      WidgetEventTypes.WindowActivate,
      guard(() => this.#onInUse(true)),
    );
    window.addEventListener(
      WidgetEventTypes.WindowDeactivate,
      guard(() => this.#onInUse(false)),
    );
    window.addEventListener(
      WidgetEventTypes.Close,
      guard(() => !this.#isClosed && this.events.emit("close", undefined)),
    );
    addShortcuts(window, {
      "Ctrl+K": () => this.#focusList(),
      "Ctrl+F": () => this.openSearch(),
      "Ctrl+N": () => this.#dialogs.addContact(),
      "Ctrl+G": () => this.#dialogs.newGroup(),
      "Ctrl+,": () => this.events.emit("settings", undefined),
      "Ctrl+Q": () => this.events.emit("quit", undefined),
      "Alt+Up": () => this.#goBy(-1),
      "Alt+Down": () => this.#goBy(1),
      "Ctrl+End": () => this.#messages.jumpToEnd(),
    });
  }

  #onInUse(isInUse: boolean): void {
    if (isInUse) this.#messages.noteInUse();
    this.events.emit("inUse", isInUse);
  }

  #onResize(width: number): void {
    this.events.emit("place", undefined);
    const isNarrow = width < NARROW_PX;
    if (isNarrow === this.#isNarrow) return;
    this.#isNarrow = isNarrow;
    this.#applyWidth();
  }

  /** In a narrow window the list gives way to the chat that was chosen. */
  #applyWidth(): void {
    const hasChat = this.#conversation !== undefined;
    this.#header.isNarrow = this.#isNarrow;
    if (this.#isNarrow) {
      this.#list.widget.setMinimumWidth(0);
      this.#list.widget.setMaximumWidth(NO_LIMIT_PX);
    } else this.#handle.apply();
    this.#handle.widget.setVisible(!this.#isNarrow);
    this.#list.widget.setVisible(!this.#isNarrow || !hasChat);
    this.#right.setVisible(!this.#isNarrow || hasChat);
  }

  #focusList(): void {
    if (this.#isNarrow) this.#leaveChat();
    this.#list.focusFilter();
  }

  #leaveChat(): void {
    this.#search.close();
    this.#conversation = undefined;
    this.#messages.leave();
    this.#pinned.show(undefined);
    this.#composer.leave();
    this.#list.select(undefined);
    this.#right.setCurrentIndex(0);
    this.#applyWidth();
    this.#list.focusFilter();
  }

  #onEscape(): void {
    if (this.#search.isOpen) this.#search.close();
    else if (this.#isNarrow) this.#leaveChat();
  }

  #goBy(step: number): void {
    const next = this.#list.neighbour(step);
    if (next !== undefined) this.openChat(next);
  }

  #updateHeader(): void {
    const { workspace, messenger } = this.#session;
    const chat = this.chatId === undefined ? undefined : workspace.chats.row(this.chatId);
    this.#start.show(workspace.chats.rows().length <= 1);
    if (!chat) {
      // The contact of the chat in view was deleted and there is nothing to read in it.
      if (this.chatId !== undefined) this.#leaveChat();
      return;
    }
    const contact = chat.userId === undefined ? undefined : workspace.contacts.get(chat.userId);
    this.#header.show({ chat, contact, isOnline: messenger.state.kind === "online" });
    this.#composer.setRefusal(refusalOf(chat, workspace));
  }

  /** The user is in a group no more: if it is shown, it is said why it closes. */
  #onGone({ chatId, title, reason, unsent }: MessengerEvents["gone"]): void {
    const why = goneText(title, reason);
    const wasShown = chatId === this.chatId;
    if (wasShown) {
      this.#composer.discard();
      this.#leaveChat();
      this.#start.setNotice(why);
    }
    if (unsent.length > 0) tell(this.window, "Not sent", `${why} What you had written waited to be sent:`, unsent);
    else if (wasShown && this.#isNarrow && reason !== "left") tell(this.window, "The group is gone", why);
  }
}
