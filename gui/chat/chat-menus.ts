// The menus of the main window, as lists of entries; what they do is given from outside.
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { ask, type Question } from "../kit/dialogs.ts";
import type { MenuEntry } from "../kit/menu.ts";
import type { QWidget } from "@nodegui/nodegui";
import type { AccountSession } from "./account-session.ts";

export interface ChatMenuActions {
  /** It is the one that is shown. */
  isOpen(chat: ChatRow): boolean;
  onOpen(chat: ChatRow): void;
  onProfile(userId: string, username: string): void;
}

/** Actions on a chat of the list. */
export function chatEntries(
  chat: ChatRow,
  window: QWidget,
  session: AccountSession,
  actions: ChatMenuActions,
): MenuEntry[] {
  const { contacts } = session.workspace;
  const { userId, title, lastMessage } = chat;
  const entries: MenuEntry[] = actions.isOpen(chat) ? [] : [{ text: "Open", onClick: () => actions.onOpen(chat) }];
  if (chat.unread > 0 && lastMessage) {
    entries.push({ text: "Mark as read", onClick: () => session.messenger.markRead(chat.chatId, lastMessage.seq) });
  }
  if (userId === undefined) return entries;
  entries.push({ text: "Profile", onClick: () => actions.onProfile(userId, title) }, "separator");
  const onDelete = (): unknown => ask(window, deletion(title), () => contacts.delete(userId));
  entries.push(
    chat.isContact
      ? { text: "Delete contact…", onClick: onDelete }
      : { text: "Add to contacts", onClick: () => contacts.add(title) },
  );
  const onBlock = (): unknown => ask(window, blocking(title), () => contacts.block(userId, title));
  entries.push(
    chat.isBlocked
      ? { text: "Unblock", onClick: () => contacts.unblock(userId) }
      : { text: "Block…", onClick: onBlock },
  );
  if (!lastMessage && !chat.isContact && !chat.isBlocked)
    entries.push({ text: "Remove from the list", onClick: () => session.workspace.chats.forget(chat.chatId) });
  return entries;
}

function deletion(name: string): Question {
  return {
    title: "Delete this contact?",
    text: `${name} disappears from your contacts. Messages stay, and ${name} is not told.`,
    yes: "Delete",
    isDangerous: true,
  };
}

function blocking(name: string): Question {
  return {
    title: `Block ${name}?`,
    text: "Neither of you can write to the other any more, or see whether the other is online. Messages stay, and in the common chat nothing changes.",
    yes: "Block",
    isDangerous: true,
  };
}

export interface MainMenuActions {
  onProfile(userId: string, username: string): void;
  onAddContact(): void;
  onSettings(): void;
  onLogout(forgets: boolean): void;
  onQuit(): void;
}

export function mainEntries(window: QWidget, { messenger }: AccountSession, actions: MainMenuActions): MenuEntry[] {
  const { userId, username } = messenger;
  const question = {
    title: "Forget everything here?",
    text: "History, drafts and unsent messages of this account are removed from this machine. On the server nothing changes.",
    yes: "Log out and forget",
    isDangerous: true,
  };
  return [
    {
      text: `Profile of ${username}`,
      enabled: userId !== undefined,
      onClick: () => userId !== undefined && actions.onProfile(userId, username),
    },
    { text: "Add contact…\tCtrl+N", onClick: () => actions.onAddContact() },
    { text: "Settings…\tCtrl+,", onClick: () => actions.onSettings() },
    "separator",
    { text: "Log out", onClick: () => actions.onLogout(false) },
    { text: "Log out and forget this machine…", onClick: () => ask(window, question, () => actions.onLogout(true)) },
    { text: "Quit\tCtrl+Q", onClick: () => actions.onQuit() },
  ];
}
