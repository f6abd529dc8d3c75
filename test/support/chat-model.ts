// What a chat server has to answer and tell, in its simplest form: a model for the stateful test to compare with.
import { COMMON_CHAT, directChatId, type ChatId, type UserId } from "../../src/protocol/ids.ts";

export interface ModelUser {
  readonly userId: UserId;
  readonly username: string;
  readonly contacts: Set<UserId>;
  readonly blocked: Set<UserId>;
  readonly marks: Map<ChatId, number>;
  readonly tokens: Set<string>;
}

export interface ModelMessage {
  readonly userId: UserId;
  readonly messageId: string | undefined;
  readonly text: string;
}

/** A logged-in connection. */
export interface ModelSession {
  readonly user: ModelUser;
  readonly token: string;
  /** Whose presence and profile it is told of. */
  readonly watched: Set<UserId>;
  /** What it has to be told, in order, since it was last looked at. */
  readonly events: object[];
}

export class ChatModel {
  readonly users = new Map<UserId, ModelUser>();
  readonly chats = new Map<ChatId, ModelMessage[]>([[COMMON_CHAT, []]]);
  readonly sessions = new Map<number, ModelSession>();

  messages(chatId: ChatId): ModelMessage[] {
    return this.chats.get(chatId) ?? [];
  }

  register(userId: UserId, username: string): void {
    const marks = new Map([[COMMON_CHAT, this.messages(COMMON_CHAT).length]]);
    this.users.set(userId, { userId, username, contacts: new Set(), blocked: new Set(), marks, tokens: new Set() });
  }

  named(username: string): ModelUser | undefined {
    return [...this.users.values()].find((user) => user.username === username);
  }

  isOnline(userId: UserId): boolean {
    return [...this.sessions.values()].some((session) => session.user.userId === userId);
  }

  isBlocked(one: ModelUser, other: ModelUser): boolean {
    return one.blocked.has(other.userId) || other.blocked.has(one.userId);
  }

  login(place: number, user: ModelUser, token: string): void {
    this.end(place);
    const visible = [...user.contacts].filter((id) => !this.isBlocked(user, this.#user(id)));
    const wasOnline = this.isOnline(user.userId);
    user.tokens.add(token);
    this.sessions.set(place, { user, token, watched: new Set(visible), events: [] });
    if (!wasOnline) this.#presence(user, true);
  }

  end(place: number): void {
    const session = this.sessions.get(place);
    if (session === undefined) return;
    this.sessions.delete(place);
    if (!this.isOnline(session.user.userId)) this.#presence(session.user, false);
  }

  /** What the login of a user has to tell, beside name and token. */
  overview(user: ModelUser): object {
    const nameMap = (ids: Iterable<UserId>): object =>
      Object.fromEntries([...ids].map((id) => [this.#user(id).username, id]));
    const visible = [...user.contacts].filter((id) => !this.isBlocked(user, this.#user(id)));
    const own = [...this.chats.keys()].filter((chatId) => chatId === COMMON_CHAT || chatId.includes(user.userId));
    const chatIds = new Set([...own, ...[...user.contacts].map((id) => directChatId(user.userId, id))]);
    const chats = [...chatIds].map((chatId) => {
      const last = this.messages(chatId).length;
      const read = user.marks.get(chatId) ?? 0;
      return { chat_id: chatId, last_seq: last, read_seq: read, unread: last - read };
    });
    return {
      contacts: nameMap(user.contacts),
      blocked: nameMap(user.blocked),
      online: visible
        .filter((id) => this.isOnline(id))
        .map((id) => this.#user(id).username)
        .toSorted(),
      chats: chats.toSorted((one, other) => (one.chat_id < other.chat_id ? -1 : 1)),
    };
  }

  /** The seq of a message, which is a new one unless its sender has used that id in this chat. */
  append(sender: ModelUser, chatId: ChatId, messageId: string | undefined, text: string): number {
    const messages = this.messages(chatId);
    const first = messages.findIndex((one) => one.messageId === messageId && one.userId === sender.userId);
    if (messageId !== undefined && first >= 0) return first + 1;
    this.chats.set(chatId, messages);
    const seq = messages.push({ userId: sender.userId, messageId, text });
    sender.marks.set(chatId, seq);
    const event = { event: "message", chat_id: chatId, seq, user_id: sender.userId, message: text };
    this.tell((session) => chatId === COMMON_CHAT || chatId.includes(session.user.userId), event);
    return seq;
  }

  markRead(place: number, user: ModelUser, chatId: ChatId, seq: number): number {
    const before = user.marks.get(chatId) ?? 0;
    const after = Math.min(seq, this.messages(chatId).length);
    if (after <= before) return before;
    user.marks.set(chatId, after);
    const isTold = (session: ModelSession, at: number): boolean =>
      at !== place && (session.user === user || (chatId !== COMMON_CHAT && chatId.includes(session.user.userId)));
    this.tell(isTold, { event: "read", chat_id: chatId, user_id: user.userId, seq: after });
    return after;
  }

  watch(user: ModelUser, contact: ModelUser, on: boolean): void {
    for (const session of this.sessions.values()) {
      if (session.user !== user) continue;
      if (on) session.watched.add(contact.userId);
      else session.watched.delete(contact.userId);
    }
  }

  /** After a block each looks offline to the other. */
  separate(one: ModelUser, other: ModelUser): void {
    for (const [watcher, seen] of [
      [one, other],
      [other, one],
    ] as const) {
      const event = { event: "presence", user_id: seen.userId, online: false };
      const isTold = (session: ModelSession): boolean => session.user === watcher && session.watched.has(seen.userId);
      if (this.isOnline(seen.userId)) this.tell(isTold, event);
      this.watch(watcher, seen, false);
    }
  }

  tell(isTold: (session: ModelSession, place: number) => boolean, event: object): void {
    for (const [place, session] of this.sessions) if (isTold(session, place)) session.events.push(event);
  }

  #presence({ userId }: ModelUser, online: boolean): void {
    this.tell((session) => session.watched.has(userId), { event: "presence", user_id: userId, online });
  }

  #user(userId: UserId): ModelUser {
    const user = this.users.get(userId);
    if (user === undefined) throw new Error("the model knows no such user");
    return user;
  }
}
