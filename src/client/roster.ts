// What the last login told, kept up to date and on the disk for a start without the server.
import type { LoginResult } from "../protocol/actions.ts";
import { lastMessageOf, type ChatSummary, type ContactMap, type Message } from "../protocol/entities.ts";
import type { Events } from "../protocol/events.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { HistoryCache } from "./cache.ts";
import { isResult } from "./shapes.ts";
import type { KnownChats } from "./sync.ts";

/** A login's result without the token. */
export type Roster = Omit<LoginResult, "token">;

/** The chats that a login tells of. */
export function knownChats(login: Pick<Roster, "chats" | "more_chats">): KnownChats {
  return { chats: login.chats, isWhole: login.more_chats !== true };
}

/** Whether the session that the login began is told of changes. */
export function hasChanges(login: Pick<Roster, "features">): boolean {
  return login.features?.includes("changes") === true;
}

export class RosterKeeper {
  readonly #cache: HistoryCache;
  #roster: Roster | undefined;

  constructor(cache: HistoryCache) {
    this.#cache = cache;
    this.#roster = savedRoster(cache);
  }

  /** Undefined before the first login of the account. */
  get current(): Roster | undefined {
    return this.#roster;
  }

  /** After a login. Where it tells of some chats only (`more_chats`), the others stay as they were known until `addChats`. */
  keepLogin(roster: Roster): void {
    const { current } = this;
    const others = roster.more_chats === true && current?.user_id === roster.user_id ? current.chats : [];
    this.#keep({ ...roster, chats: joined(others, roster.chats) });
  }

  /** More of the chats; kept on the disk by `endChats`. */
  addChats(chats: readonly ChatSummary[]): void {
    if (this.#roster) this.#roster = { ...this.#roster, chats: joined(this.#roster.chats, chats) };
  }

  /** There are no more chats than these. */
  endChats(ids: ReadonlySet<ChatId>): void {
    if (!this.#roster) return;
    const { more_chats: _, ...roster } = this.#roster;
    this.#keep({ ...roster, chats: roster.chats.filter((chat) => ids.has(chat.chat_id)) });
  }

  /** To be called with a cache that is empty. */
  forget(): void {
    this.#roster = undefined;
  }

  onContact(change: Events["contact"]): void {
    if (!this.#roster) return;
    const { contacts } = this.#roster;
    const after = "added" in change ? withUsers(contacts, change.added) : withoutUsers(contacts, change.deleted);
    this.#keep({ ...this.#roster, contacts: after });
  }

  onBlock(change: Events["block"]): void {
    if (!this.#roster) return;
    const { blocked = {} } = this.#roster;
    const after = "blocked" in change ? withUsers(blocked, change.blocked) : withoutUsers(blocked, change.unblocked);
    this.#keep({ ...this.#roster, blocked: after });
  }

  /** What was deleted is not shown as a chat's last message by a start without the server either. */
  onChanged(changed: readonly Message[]): void {
    const newestOf = ({ chat_id: chatId, last_message: last }: ChatSummary): Message | undefined =>
      last && changed.findLast((message) => message.chat_id === chatId && message.seq === last.seq);
    const { chats = [] } = this.#roster ?? {};
    if (!this.#roster || !chats.some(newestOf)) return;
    const after = chats.map((chat) => {
      const newest = newestOf(chat);
      return newest ? { ...chat, last_message: lastMessageOf(newest) } : chat;
    });
    this.#keep({ ...this.#roster, chats: after });
  }

  #keep(roster: Roster): void {
    this.#roster = roster;
    this.#cache.save("roster", { ...roster, online: [] });
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

function savedRoster(cache: HistoryCache): Roster | undefined {
  const saved = cache.load("roster");
  const login = typeof saved === "object" ? { ...saved, token: "" } : undefined;
  if (!isResult("login", login)) return undefined;
  const { token: _, ...roster } = login;
  return roster;
}
