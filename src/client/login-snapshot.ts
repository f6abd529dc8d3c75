// The result of the last login, kept up to date and on the disk for a start without the server.
import type { LoginResult } from "../protocol/actions.ts";
import { lastMessageOf, type ChatSummary, type ContactMap, type Message } from "../protocol/entities.ts";
import type { Events } from "../protocol/events.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { HistoryCache } from "./cache.ts";
import { isResult } from "./shapes.ts";
import type { KnownChats } from "./sync.ts";

/** A login's result without the token. */
export type LoginSnapshot = Omit<LoginResult, "token">;

/** The chats that a login tells of. */
export function knownChats(login: Pick<LoginSnapshot, "chats" | "more_chats">): KnownChats {
  return { chats: login.chats, isWhole: login.more_chats !== true };
}

/** True when the session that the login began has the feature. */
export function hasFeature(login: Pick<LoginSnapshot, "features"> | undefined, word: "changes" | "groups"): boolean {
  return login?.features?.includes(word) === true;
}

/** Its name in the cache's notes, which those of earlier versions have too. */
const NOTE = "roster";
/**
 * Changes after the login wait so long and are then written together, in milliseconds: the whole is written each time, and
 * many people may come into a group one after the other.
 */
const WRITE_DELAY_MS = 250;

export class SnapshotKeeper {
  readonly #cache: HistoryCache;
  #snapshot: LoginSnapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(cache: HistoryCache) {
    this.#cache = cache;
    this.#snapshot = savedSnapshot(cache);
  }

  /** Undefined before the first login of the account. */
  get current(): LoginSnapshot | undefined {
    return this.#snapshot;
  }

  /** The newest summary of a chat. */
  chat(chatId: ChatId): ChatSummary | undefined {
    return this.#snapshot?.chats.find((chat) => chat.chat_id === chatId);
  }

  /** After a login. Where it tells of some chats only (`more_chats`), the others stay as they were known until `addChats`. */
  keepLogin(snapshot: LoginSnapshot): void {
    const { current } = this;
    const others = snapshot.more_chats === true && current?.user_id === snapshot.user_id ? current.chats : [];
    this.#keep({ ...snapshot, chats: joined(others, snapshot.chats) });
    this.#flush();
  }

  /** Writes what waits, before the cache is closed; nothing is written afterwards. */
  close(): void {
    this.#flush();
    this.#isClosed = true;
  }

  /** More of the chats; kept on the disk by `endChats`. */
  addChats(chats: readonly ChatSummary[]): void {
    if (this.#snapshot) this.#snapshot = { ...this.#snapshot, chats: joined(this.#snapshot.chats, chats) };
  }

  /** There are no more chats than these. */
  endChats(ids: ReadonlySet<ChatId>): void {
    if (!this.#snapshot) return;
    const { more_chats: _, ...snapshot } = this.#snapshot;
    this.#keep({ ...snapshot, chats: snapshot.chats.filter((chat) => ids.has(chat.chat_id)) });
  }

  /** The chat as it is now. */
  putChat(chat: ChatSummary): void {
    if (this.#snapshot) this.#keep({ ...this.#snapshot, chats: joined(this.#snapshot.chats, [chat]) });
  }

  /** There is no such chat for the user any more. */
  dropChat(chatId: ChatId): void {
    if (!this.#snapshot || !this.chat(chatId)) return;
    this.#keep({ ...this.#snapshot, chats: this.#snapshot.chats.filter((chat) => chat.chat_id !== chatId) });
  }

  /** To be called with a cache that is empty. */
  forget(): void {
    this.#snapshot = undefined;
  }

  onContact(change: Events["contact"]): void {
    if (!this.#snapshot) return;
    const { contacts } = this.#snapshot;
    const after = "added" in change ? withUsers(contacts, change.added) : withoutUsers(contacts, change.deleted);
    this.#keep({ ...this.#snapshot, contacts: after });
  }

  onBlock(change: Events["block"]): void {
    if (!this.#snapshot) return;
    const { blocked = {} } = this.#snapshot;
    const after = "blocked" in change ? withUsers(blocked, change.blocked) : withoutUsers(blocked, change.unblocked);
    this.#keep({ ...this.#snapshot, blocked: after });
  }

  /** A deleted message is not shown as a chat's last one by a start without the server either. */
  onChanged(changed: readonly Message[]): void {
    const newestOf = ({ chat_id: chatId, last_message: last }: ChatSummary): Message | undefined =>
      last && changed.findLast((message) => message.chat_id === chatId && message.seq === last.seq);
    const { chats = [] } = this.#snapshot ?? {};
    if (!this.#snapshot || !chats.some(newestOf)) return;
    const after = chats.map((chat) => {
      const newest = newestOf(chat);
      return newest ? { ...chat, last_message: lastMessageOf(newest) } : chat;
    });
    this.#keep({ ...this.#snapshot, chats: after });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#timer !== undefined && this.#snapshot) this.#cache.save(NOTE, { ...this.#snapshot, online: [] });
    this.#timer = undefined;
  }

  #keep(snapshot: LoginSnapshot): void {
    this.#snapshot = snapshot;
    if (!this.#isClosed) this.#timer ??= setTimeout(() => this.#flush(), WRITE_DELAY_MS).unref();
  }
}

/** Both lists, with what the second says of chats that are in both. */
function joined(before: readonly ChatSummary[], after: readonly ChatSummary[]): ChatSummary[] {
  const chats = new Map(before.map((chat) => [chat.chat_id, chat]));
  for (const chat of after) chats.set(chat.chat_id, chat);
  return [...chats.values()];
}

function withUsers(users: ContactMap, added: ContactMap): ContactMap {
  return Object.fromEntries([...Object.entries(users), ...Object.entries(added)]);
}

function withoutUsers(users: ContactMap, removed: ContactMap): ContactMap {
  return Object.fromEntries(Object.entries(users).filter(([name]) => !Object.hasOwn(removed, name)));
}

function savedSnapshot(cache: HistoryCache): LoginSnapshot | undefined {
  const saved = cache.load(NOTE);
  const login = typeof saved === "object" ? { ...saved, token: "" } : undefined;
  if (!isResult("login", login)) return undefined;
  const { token: _, ...snapshot } = login;
  return snapshot;
}
