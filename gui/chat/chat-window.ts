// The main window: the chats at the left, the conversation at the right, one of both in a narrow window.
import {
  QMainWindow,
  QPoint,
  QResizeEvent,
  QSplitter,
  QStackedWidget,
  Orientation,
  WidgetEventTypes,
  type QWidget,
} from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import type { Conversation } from "../../src/client/models/conversation.ts";
import { COMMON_CHAT, directChatId, type ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { Emitter } from "../../src/util/emitter.ts";
import { ask } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import { openMenu, type MenuEntry } from "../kit/menu.ts";
import { addShortcuts } from "../kit/shortcuts.ts";
import type { Theme } from "../kit/theme.ts";
import { column, label, panel, row } from "../kit/widgets.ts";
import type { AccountSession } from "./account-session.ts";
import { openAddContact } from "./add-contact-dialog.ts";
import { ChatHeader } from "./chat-header.ts";
import { ChatListPanel } from "./chat-list.ts";
import { Composer } from "./composer.ts";
import { ConnectionBar } from "./connection-bar.ts";
import { MessageView } from "./message-view.ts";
import { openProfile } from "./profile-dialog.ts";
import { SearchBar } from "./search-bar.ts";

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
  /** Moved or resized. */
  place: undefined;
}

export class ChatWindow {
  readonly window = new QMainWindow();
  readonly events = new Emitter<ChatWindowEvents>();
  readonly #session: AccountSession;
  readonly #theme: Theme;
  readonly #list: ChatListPanel;
  readonly #header: ChatHeader;
  readonly #messages: MessageView;
  readonly #composer: Composer;
  readonly #search: SearchBar;
  readonly #bar: ConnectionBar;
  readonly #right = new QStackedWidget();
  readonly #conversationPanel: QWidget;
  readonly #subscriptions = new DisposableStore();
  #conversation: Conversation | undefined;
  #isNarrow = false;
  #isClosed = false;

  constructor(session: AccountSession, theme: Theme, openLink: (url: string) => void) {
    this.#session = session;
    this.#theme = theme;
    const { avatars, workspace, messenger } = session;
    this.#list = new ChatListPanel({
      model: workspace.chats,
      theme,
      avatars,
      ownUserId: () => messenger.userId,
      actions: {
        onSelect: (chatId) => this.openChat(chatId),
        onMenu: (chat) => this.#chatMenu(chat),
        onMainMenu: (beside) => this.#mainMenu(beside),
        onAddContact: () => this.#addContact(),
        onEscape: () => this.#composer.focus(),
      },
    });
    this.#header = new ChatHeader(theme, avatars, {
      onBack: () => this.#leaveChat(),
      onSearch: () => this.openSearch(),
      onMenu: (beside) => this.#moreMenu(beside),
      onTitle: () => this.#openPartner(),
    });
    this.#messages = new MessageView({
      theme,
      avatars,
      onLink: openLink,
      onProfile: (userId, username) => this.#openProfile(userId, username),
      isInUse: () => this.isInUse,
    });
    this.#composer = new Composer(theme, {
      onSent: () => void this.#messages.jumpToEnd(),
      onEscape: () => this.#onEscape(),
      onScroll: (pages) => this.#messages.scrollPages(pages),
    });
    this.#search = new SearchBar(theme, {
      onHit: (seq, word) => void this.#messages.jumpTo(seq, word),
      onClose: () => {
        this.#messages.setWord("");
        this.#composer.focus();
      },
    });
    this.#bar = new ConnectionBar(messenger);
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

  /** Shows a chat; the one before keeps its draft. */
  openChat(chatId: ChatId): void {
    if (this.chatId !== chatId) {
      this.#search.close();
      const conversation = this.#session.workspace.conversation(chatId);
      this.#conversation = conversation;
      this.#composer.show(conversation);
      void this.#messages.show(conversation);
      this.#list.select(chatId);
      this.#updateHeader();
    }
    this.#right.setCurrentWidget(this.#conversationPanel);
    this.#applyWidth();
    this.#composer.focus();
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
    this.window.close();
    this.window.deleteLater();
  }

  #layOut(): QWidget {
    const conversation = panel(
      "panel",
      column({
        children: [this.#header.widget, this.#search.widget, { grow: this.#messages.widget }, this.#composer.widget],
      }),
    );
    const empty = panel(
      "conversation",
      column({
        children: [
          "stretch",
          row({
            children: ["stretch", label({ text: "Select a chat to start messaging", name: "emptyNotice" }), "stretch"],
          }),
          "stretch",
        ],
      }),
    );
    this.#right.addWidget(empty);
    this.#right.addWidget(conversation);
    const splitter = new QSplitter();
    splitter.setOrientation(Orientation.Horizontal);
    splitter.addWidget(this.#list.widget);
    splitter.addWidget(this.#right);
    this.#list.widget.setMinimumWidth(240);
    this.#list.widget.setMaximumWidth(SIDE_PX);
    this.#list.widget.resize(SIDE_PX, 600);
    this.#right.setMinimumWidth(300);
    const whole = panel("window", column({ children: [this.#bar.widget, { grow: splitter }] }));
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
      "Ctrl+N": () => this.#addContact(),
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
    this.#list.widget.setMaximumWidth(this.#isNarrow ? NO_LIMIT_PX : SIDE_PX);
    // The splitter gives it that width; from then on the user may choose.
    if (!this.#isNarrow) setTimeout(() => this.#isClosed || this.#list.widget.setMaximumWidth(MAX_SIDE_PX), 100);
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
    this.#list.select(undefined);
    this.#right.setCurrentIndex(0);
    this.#applyWidth();
    this.#list.focusFilter();
  }

  #onEscape(): void {
    if (this.#search.isOpen) this.#search.close();
    else if (this.#isNarrow) this.#leaveChat();
    else this.#list.focusFilter();
  }

  #goBy(step: number): void {
    const next = this.#list.neighbour(step);
    if (next !== undefined) this.openChat(next);
  }

  #updateHeader(): void {
    const { workspace, messenger } = this.#session;
    const chat = this.chatId === undefined ? undefined : workspace.chats.row(this.chatId);
    if (!chat) {
      // The contact of the chat in view was deleted and there is nothing to read in it.
      if (this.chatId !== undefined && this.chatId !== COMMON_CHAT) this.#leaveChat();
      return;
    }
    const contact = chat.userId === undefined ? undefined : workspace.contacts.get(chat.userId);
    this.#header.show({ chat, contact, isOnline: messenger.state.kind === "online" });
  }

  #addContact(): void {
    openAddContact(this.window, this.#session.workspace.contacts, (userId) => {
      const own = this.#session.messenger.userId;
      if (own !== undefined) this.openChat(directChatId(own, userId));
    });
  }

  #openProfile(userId: string, username: string): void {
    openProfile({
      parent: this.window,
      session: this.#session,
      theme: this.#theme,
      userId,
      username,
      onChat: (chatId) => this.openChat(chatId),
    });
  }

  #openPartner(): void {
    const chat = this.chatId === undefined ? undefined : this.#session.workspace.chats.row(this.chatId);
    if (chat?.userId !== undefined) this.#openProfile(chat.userId, chat.title);
  }

  #chatMenu(chat: ChatRow): void {
    openMenu(this.window, this.#entriesOf(chat));
  }

  #moreMenu(beside: QWidget): void {
    const chat = this.chatId === undefined ? undefined : this.#session.workspace.chats.row(this.chatId);
    if (!chat) return;
    const search: MenuEntry = { text: "Search in this chat\tCtrl+F", onClick: () => this.openSearch() };
    openMenu(this.window, [search, ...this.#entriesOf(chat)], below(beside));
  }

  #entriesOf(chat: ChatRow): MenuEntry[] {
    const { workspace } = this.#session;
    const { userId, title } = chat;
    const entries: MenuEntry[] = [{ text: "Open", onClick: () => this.openChat(chat.chatId) }];
    const last = chat.lastMessage;
    if (chat.unread > 0 && last)
      entries.push({ text: "Mark as read", onClick: () => this.#session.messenger.markRead(chat.chatId, last.seq) });
    if (userId === undefined) return entries;
    entries.push({ text: "Profile", onClick: () => this.#openProfile(userId, title) }, "separator");
    if (!chat.isContact) entries.push({ text: "Add to contacts", onClick: () => workspace.contacts.add(title) });
    else {
      const question = {
        title: "Delete this contact?",
        text: `${title} disappears from your contacts. Messages stay, and ${title} is not told.`,
        yes: "Delete",
        isDangerous: true,
      };
      entries.push({
        text: "Delete contact…",
        onClick: () => ask(this.window, question, () => workspace.contacts.delete(userId)),
      });
    }
    return entries;
  }

  #mainMenu(beside: QWidget): void {
    const { messenger } = this.#session;
    const { userId, username } = messenger;
    openMenu(
      this.window,
      [
        {
          text: `Profile of ${username}`,
          enabled: userId !== undefined,
          onClick: () => userId !== undefined && this.#openProfile(userId, username),
        },
        { text: "Add contact…\tCtrl+N", onClick: () => this.#addContact() },
        { text: "Settings…\tCtrl+,", onClick: () => this.events.emit("settings", undefined) },
        "separator",
        { text: "Log out", onClick: () => this.events.emit("logout", { forgets: false }) },
        { text: "Log out and forget this machine…", onClick: () => this.#askToForget() },
        { text: "Quit\tCtrl+Q", onClick: () => this.events.emit("quit", undefined) },
      ],
      below(beside),
    );
  }

  #askToForget(): void {
    const question = {
      title: "Forget everything here?",
      text: "History and drafts of this account are removed from this machine. On the server nothing changes.",
      yes: "Log out and forget",
      isDangerous: true,
    };
    ask(this.window, question, () => this.events.emit("logout", { forgets: true }));
  }
}

function below(widget: QWidget): { x: number; y: number } {
  const point = widget.mapToGlobal(new QPoint(0, widget.height() + 4));
  return { x: point.x(), y: point.y() };
}
