// The menus of the main window, as lists of entries; what they do is given from outside.
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { ask, type Question } from "../kit/dialogs.ts";
import type { MenuEntry } from "../kit/menu.ts";
import type { QWidget } from "@nodegui/nodegui";
import type { UserId } from "../../src/protocol/ids.ts";
import type { AccountSession } from "./account-session.ts";
import { askToDeleteGroup, askToLeave } from "./group-acts.ts";

export interface ChatMenuActions {
  /** It is the one that is shown. */
  isOpen(chat: ChatRow): boolean;
  onOpen(chat: ChatRow): void;
  onProfile(userId: string, username: string): void;
  onGroup(chat: ChatRow): void;
}

/** Actions on a chat of the list. */
export function chatEntries(
  chat: ChatRow,
  window: QWidget,
  session: AccountSession,
  actions: ChatMenuActions,
): MenuEntry[] {
  const entries: MenuEntry[] = actions.isOpen(chat) ? [] : [{ text: "Open", onClick: () => actions.onOpen(chat) }];
  entries.push(readEntry(chat, session), muteEntry(chat, session));
  if (chat.group) return [...entries, ...groupEntries(chat, window, session, actions)];
  if (chat.userId === undefined) return entries;
  return [...entries, ...personEntries(chat, chat.userId, window, session, actions)];
}

function readEntry(
  { chatId, unread, isMarkedUnread, lastMessage }: ChatRow,
  { messenger, workspace }: AccountSession,
): MenuEntry {
  if (unread === 0 && !isMarkedUnread)
    return { text: "Mark as unread", onClick: () => workspace.book.markUnread(chatId) };
  const onClick = (): void => {
    workspace.book.markUnread(chatId, false);
    if (unread > 0 && lastMessage) messenger.markRead(chatId, lastMessage.seq);
  };
  return { text: "Mark as read", onClick };
}

function muteEntry({ chatId, isMuted }: ChatRow, { workspace }: AccountSession): MenuEntry {
  return { text: isMuted ? "Unmute" : "Mute", onClick: () => workspace.book.mute(chatId, !isMuted) };
}

function groupEntries(
  chat: ChatRow,
  window: QWidget,
  { workspace }: AccountSession,
  actions: ChatMenuActions,
): MenuEntry[] {
  const { groups } = workspace;
  const windows = { parent: window, main: window };
  const leave = { text: "Leave the group…", onClick: () => askToLeave(windows, groups, chat) };
  const remove = { text: "Delete the group…", onClick: () => askToDeleteGroup(windows, groups, chat) };
  return [
    { text: "About the group", onClick: () => actions.onGroup(chat) },
    "separator",
    leave,
    ...(chat.group?.role === "owner" ? [remove] : []),
  ];
}

function personEntries(
  chat: ChatRow,
  userId: UserId,
  window: QWidget,
  session: AccountSession,
  actions: ChatMenuActions,
): MenuEntry[] {
  const { contacts, chats } = session.workspace;
  const { title } = chat;
  const onDelete = (): unknown => ask(window, deletion(title), () => contacts.delete(userId));
  const onBlock = (): unknown => ask(window, blocking(title), () => contacts.block(userId, title));
  const entries: MenuEntry[] = [
    { text: "Profile", onClick: () => actions.onProfile(userId, title) },
    "separator",
    chat.isContact
      ? { text: "Delete contact…", onClick: onDelete }
      : { text: "Add to contacts", onClick: () => contacts.add(title) },
    chat.isBlocked
      ? { text: "Unblock", onClick: () => contacts.unblock(userId) }
      : { text: "Block…", onClick: onBlock },
  ];
  if (!chat.lastMessage && !chat.isContact && !chat.isBlocked)
    entries.push({ text: "Remove from the list", onClick: () => chats.forget(chat.chatId) });
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
  /** Entries for a new contact and a new group. */
  readonly beginnings: readonly MenuEntry[];
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
    ...actions.beginnings,
    { text: "Settings…\tCtrl+,", onClick: () => actions.onSettings() },
    "separator",
    { text: "Log out", onClick: () => actions.onLogout(false) },
    { text: "Log out and forget this machine…", onClick: () => ask(window, question, () => actions.onLogout(true)) },
    { text: "Quit\tCtrl+Q", onClick: () => actions.onQuit() },
  ];
}
