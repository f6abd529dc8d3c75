// Menus over the chat window, and the dialogs that they lead to.
import type { QMainWindow, QWidget } from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { directChatId, type ChatId } from "../../src/protocol/ids.ts";
import { below, openMenu, type MenuEntry } from "../kit/menu.ts";
import type { Theme } from "../kit/theme.ts";
import type { AccountSession } from "./account-session.ts";
import { openAddContact } from "./add-contact-dialog.ts";
import { chatEntries, mainEntries } from "./chat-menus.ts";
import { openGroup } from "./group-dialog.ts";
import { openForward } from "./forward-dialog.ts";
import { openNewGroup } from "./new-group-dialog.ts";
import { openProfile } from "./profile-dialog.ts";

export interface DialogActions {
  /** The chat that is shown. */
  chatId(): ChatId | undefined;
  openChat(chatId: ChatId): void;
  onSearch(): void;
  onLink(url: string): void;
  onSettings(): void;
  onLogout(forgets: boolean): void;
  onQuit(): void;
}

export class ChatDialogs {
  readonly #window: QMainWindow;
  readonly #session: AccountSession;
  readonly #theme: Theme;
  readonly #actions: DialogActions;

  constructor(window: QMainWindow, session: AccountSession, theme: Theme, actions: DialogActions) {
    this.#window = window;
    this.#session = session;
    this.#theme = theme;
    this.#actions = actions;
  }

  addContact(): void {
    openAddContact({
      parent: this.#window,
      session: this.#session,
      theme: this.#theme,
      onAdded: (userId) => {
        const own = this.#session.messenger.userId;
        if (own !== undefined) this.#actions.openChat(directChatId(own, userId));
      },
    });
  }

  newGroup(): void {
    openNewGroup({
      parent: this.#window,
      session: this.#session,
      theme: this.#theme,
      onMade: (chatId) => this.#actions.openChat(chatId),
    });
  }

  profile(userId: string, username: string, parent: QWidget = this.#window): void {
    openProfile({
      parent,
      session: this.#session,
      theme: this.#theme,
      userId,
      username,
      onLink: (url) => this.#actions.onLink(url),
      onChat: () => this.writeTo(userId, username),
    });
  }

  /** Opens the chat with somebody, who need not be a contact. */
  writeTo(userId: string, username: string): void {
    const own = this.#session.messenger.userId;
    if (own === undefined) return;
    const chatId = directChatId(own, userId);
    if (!this.#session.workspace.chats.row(chatId)) this.#session.workspace.chats.begin(chatId, username);
    this.#actions.openChat(chatId);
  }

  /** Opens the profile of the other user in the chat that is shown, or the details of the group. */
  about(): void {
    const chat = this.#shown;
    if (chat?.userId !== undefined) this.profile(chat.userId, chat.title);
    else if (chat?.group) this.group(chat.chatId);
  }

  group(chatId: ChatId): void {
    openGroup({
      parent: this.#window,
      session: this.#session,
      theme: this.#theme,
      chatId,
      onLink: (url) => this.#actions.onLink(url),
      onProfile: (parent, userId, username) => this.profile(userId, username, parent),
      onWrite: (userId, username) => this.writeTo(userId, username),
    });
  }

  /** `items` as they are at the time of asking. */
  forward(items: () => readonly ConversationItem[]): void {
    const onSent = (chatId: ChatId): void => this.#actions.openChat(chatId);
    openForward({ parent: this.#window, session: this.#session, theme: this.#theme, items, onSent });
  }

  /** Of the chat that is shown. */
  moreMenu(beside: QWidget): void {
    const chat = this.#shown;
    if (!chat) return;
    const search: MenuEntry = { text: "Search in this chat\tCtrl+F", onClick: () => this.#actions.onSearch() };
    openMenu(this.#window, [search, ...this.#entriesOf(chat)], below(beside));
  }

  chatMenu(chat: ChatRow, at?: { readonly x: number; readonly y: number }): void {
    openMenu(this.#window, this.#entriesOf(chat), at);
  }

  /** Opens the menu of what can be begun. */
  addMenu(beside: QWidget): void {
    openMenu(this.#window, this.#beginnings(), below(beside));
  }

  mainMenu(beside: QWidget): void {
    const { onSettings, onLogout, onQuit } = this.#actions;
    const entries = mainEntries(this.#window, this.#session, {
      onProfile: (userId, username) => this.profile(userId, username),
      beginnings: this.#beginnings(),
      onSettings,
      onLogout,
      onQuit,
    });
    openMenu(this.#window, entries, below(beside));
  }

  get #shown(): ChatRow | undefined {
    const chatId = this.#actions.chatId();
    return chatId === undefined ? undefined : this.#session.workspace.chats.row(chatId);
  }

  #beginnings(): MenuEntry[] {
    const { isSupported } = this.#session.workspace.groups;
    return [
      { text: "Add contact…\tCtrl+N", onClick: () => this.addContact() },
      ...(isSupported ? [{ text: "New group…\tCtrl+G", onClick: () => this.newGroup() }] : []),
    ];
  }

  #entriesOf(chat: ChatRow): MenuEntry[] {
    return chatEntries(chat, this.#window, this.#session, {
      isOpen: ({ chatId }) => chatId === this.#actions.chatId(),
      onOpen: ({ chatId }) => this.#actions.openChat(chatId),
      onProfile: (userId, username) => this.profile(userId, username),
      onGroup: ({ chatId }) => this.group(chatId),
    });
  }
}
