// A model of a chat server in its simplest form, for the stateful test to compare with.
import type { Profile } from "../../src/protocol/entities.ts";
import { COMMON_CHAT, directChatId, type ChatId, type UserId } from "../../src/protocol/ids.ts";
import { ModelGroups } from "./group-model.ts";
import type { ModelMessage, ModelSession, ModelUser, ShownMessage } from "./model-parts.ts";

export class ChatModel {
  readonly users = new Map<UserId, ModelUser>();
  readonly chats = new Map<ChatId, ModelMessage[]>([[COMMON_CHAT, []]]);
  readonly sessions = new Map<number, ModelSession>();
  readonly groups = new ModelGroups(this);
  readonly #revs = new Map<ChatId, number>();
  /** The user whose account was deleted last. */
  gone: ModelUser | undefined;

  register(userId: UserId, username: string, password: string): void {
    const marks = new Map([[COMMON_CHAT, this.#messages(COMMON_CHAT).length]]);
    const profile = { first_name: "", second_name: "", bio: "" };
    const [contacts, blocked, tokens] = [new Set<UserId>(), new Set<UserId>(), new Set<string>()];
    const user = { userId, username, password, profile, contacts, blocked, marks, tokens, isDeleted: false };
    this.users.set(userId, user);
  }

  named(username: string): ModelUser | undefined {
    return [...this.users.values()].find((user) => user.username === username && !user.isDeleted);
  }

  isOnline(userId: UserId): boolean {
    return [...this.sessions.values()].some((session) => session.user.userId === userId);
  }

  isBlocked(one: ModelUser, other: ModelUser): boolean {
    return one.blocked.has(other.userId) || other.blocked.has(one.userId);
  }

  /** Everybody is in the common chat, the two of a one-to-one chat in it, and the members of a group. */
  isIn(user: ModelUser, chatId: ChatId): boolean {
    const group = this.groups.all.get(chatId);
    return group ? group.members.has(user) : chatId === COMMON_CHAT || chatId.includes(user.userId);
  }

  lastSeq(chatId: ChatId): number {
    return this.#messages(chatId).length;
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

  changePassword({ user, token }: ModelSession, password: string): void {
    user.password = password;
    for (const other of [...user.tokens]) if (other !== token) user.tokens.delete(other);
  }

  /** To be called when its sessions have ended. */
  delete(user: ModelUser): void {
    const formerName = user.username;
    user.isDeleted = true;
    user.username = `deleted-${user.userId.slice(0, 8)}-${user.userId.slice(-6)}`;
    Object.assign(user.profile, { first_name: "", second_name: "", bio: "" });
    for (const set of [user.contacts, user.blocked, user.tokens]) set.clear();
    for (const other of this.users.values()) {
      other.blocked.delete(user.userId);
      if (!other.contacts.delete(user.userId)) continue;
      const isTold = (session: ModelSession): boolean => session.user === other;
      this.tell(isTold, { event: "profile", data: { user_data: this.profileOf(user) } });
      this.tell(isTold, { event: "contact", data: { deleted: { [formerName]: user.userId } } });
    }
    this.groups.leaveAll(user, formerName);
    this.gone = user;
  }

  /** What the login of a user has to tell, beside the token. */
  overview(user: ModelUser): object {
    const visible = [...user.contacts].filter((id) => !this.isBlocked(user, this.#user(id)));
    const own = [...this.chats.keys()].filter((chatId) => chatId === COMMON_CHAT || chatId.includes(user.userId));
    const chatIds = new Set([...own, ...[...user.contacts].map((id) => directChatId(user.userId, id))]);
    return {
      username: user.username,
      user_id: user.userId,
      user_data: this.profileOf(user),
      contacts: this.#nameMap(user.contacts),
      blocked: this.#nameMap(user.blocked),
      online: visible
        .filter((id) => this.isOnline(id))
        .map((id) => this.#user(id).username)
        .toSorted(),
      chats: [
        ...[...chatIds].toSorted().map((chatId) => this.#summary(user, chatId)),
        ...this.groups
          .of(user)
          .toSorted((one, other) => (one.chatId < other.chatId ? -1 : 1))
          .map((group) => this.groups.summary(group, user)),
      ],
    };
  }

  #summary(user: ModelUser, chatId: ChatId): object {
    const partner = [...this.users.values()].find((one) => one !== user && chatId.includes(one.userId));
    return {
      chat_id: chatId,
      kind: partner ? "direct" : "everyone",
      ...(partner && { contact_user_id: partner.userId, contact_username: partner.username }),
      ...this.chatFacts(user, chatId),
    };
  }

  /** What every kind of chat has in a login's result. */
  chatFacts(user: ModelUser, chatId: ChatId) {
    const all = this.shown(chatId);
    const last = all.at(-1);
    const read = user.marks.get(chatId) ?? 0;
    return {
      last_seq: all.length,
      rev: this.#revs.get(chatId) ?? 0,
      read_seq: read,
      unread: all.length - read,
      ...(last && { last_message: withoutReactions(last) }),
    };
  }

  profileOf({ userId, username, profile }: ModelUser): Profile {
    return { user_id: userId, username, ...profile, file_name: null };
  }

  /** Between those of whom one has blocked the other it looks as if never filled in. */
  profileSeenBy(viewer: ModelUser, user: ModelUser): Profile {
    const empty = { first_name: "", second_name: "", bio: "" };
    return this.profileOf(this.isBlocked(viewer, user) ? { ...user, profile: empty } : user);
  }

  /** The messages of a chat as they are shown now. */
  shown(chatId: ChatId): ShownMessage[] {
    return this.#messages(chatId).map(({ userId, messageId, text, rev, isEdited, deletedBy, reactions }, index) => ({
      chat_id: chatId,
      seq: index + 1,
      message_id: messageId,
      user_id: userId,
      username: this.#user(userId).username,
      message: text,
      ...(rev > 0 && { rev }),
      ...(isEdited && { edited: true as const }),
      ...(deletedBy && { deleted: deletedBy }),
      ...(reactions.size > 0 && { reactions: Object.fromEntries([...reactions].map(shownReaction)) }),
    }));
  }

  /** The message with this seq; undefined for none. */
  message(chatId: ChatId, seq: number): ModelMessage | undefined {
    return this.#messages(chatId)[seq - 1];
  }

  /** Changes a message; everybody in the chat is told. */
  change(chatId: ChatId, seq: number, change: (message: ModelMessage) => void): void {
    const message = this.message(chatId, seq);
    if (message === undefined) throw new Error("the model has no such message");
    change(message);
    message.rev = (this.#revs.get(chatId) ?? 0) + 1;
    this.#revs.set(chatId, message.rev);
    const event = { event: "changed", data: this.shown(chatId)[seq - 1] };
    this.tell(({ user }) => this.isIn(user, chatId) && seq >= this.groups.firstSeq(user, chatId), event);
  }

  /** Seq of the message that this user has sent with this id before. */
  seqOf(sender: ModelUser, chatId: ChatId, messageId: string): number | undefined {
    const index = this.#messages(chatId).findIndex(
      (one) => one.messageId === messageId && one.userId === sender.userId,
    );
    return index < 0 ? undefined : index + 1;
  }

  /** The seq of a new message, of which everybody in the chat is told. */
  append(sender: ModelUser, chatId: ChatId, messageId: string, text: string): number {
    const messages = this.#messages(chatId);
    this.chats.set(chatId, messages);
    const seq = messages.push({
      ...{ userId: sender.userId, messageId, text },
      ...{ rev: 0, isEdited: false, deletedBy: undefined, reactions: new Map<string, UserId[]>() },
    });
    sender.marks.set(chatId, seq);
    const event = { event: "message", data: this.shown(chatId).at(-1) };
    this.tell(({ user }) => this.isIn(user, chatId), event);
    return seq;
  }

  markRead(place: number, user: ModelUser, chatId: ChatId, seq: number): number {
    const before = user.marks.get(chatId) ?? 0;
    const after = Math.min(seq, this.#messages(chatId).length);
    if (after <= before) return before;
    user.marks.set(chatId, after);
    const isTold = (session: ModelSession, at: number): boolean =>
      at !== place &&
      (session.user === user ||
        (chatId !== COMMON_CHAT && chatId.includes(session.user.userId) && !this.isBlocked(user, session.user)));
    this.tell(isTold, { event: "read", data: { chat_id: chatId, user_id: user.userId, seq: after } });
    return after;
  }

  updateProfile(place: number, user: ModelUser, changes: Partial<ModelUser["profile"]>): Profile {
    Object.assign(user.profile, changes);
    const isTold = (session: ModelSession, at: number): boolean =>
      at !== place && (session.user === user || session.watched.has(user.userId));
    this.tell(isTold, { event: "profile", data: { user_data: this.profileOf(user) } });
    return this.profileOf(user);
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
      const isTold = (session: ModelSession): boolean => session.user === watcher && session.watched.has(seen.userId);
      if (this.isOnline(seen.userId)) this.tell(isTold, presenceOf(seen, false));
      this.watch(watcher, seen, false);
    }
  }

  tell(isTold: (session: ModelSession, place: number) => boolean, event: object): void {
    for (const [place, session] of this.sessions) if (isTold(session, place)) session.events.push(event);
  }

  #presence(user: ModelUser, online: boolean): void {
    this.tell((session) => session.watched.has(user.userId), presenceOf(user, online));
  }

  #messages(chatId: ChatId): ModelMessage[] {
    return this.chats.get(chatId) ?? [];
  }

  #nameMap(ids: Iterable<UserId>): object {
    return Object.fromEntries([...ids].map((id) => [this.#user(id).username, id]));
  }

  #user(userId: UserId): ModelUser {
    const user = this.users.get(userId);
    if (user === undefined) throw new Error("the model knows no such user");
    return user;
  }
}

function presenceOf({ userId, username }: ModelUser, online: boolean): object {
  return { event: "presence", data: { user_id: userId, username, online } };
}

function shownReaction([reaction, userIds]: readonly [string, readonly UserId[]]) {
  return [reaction, { count: userIds.length, user_ids: [...userIds] }] as const;
}

function withoutReactions({ reactions: _reactions, ...message }: ShownMessage): Omit<ShownMessage, "reactions"> {
  return message;
}
