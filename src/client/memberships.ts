// The groups that the user is in, as the server tells of them, and what follows for all that is kept of a chat.
import type { ChatSummary, Message, Role } from "../protocol/entities.ts";
import type { Events } from "../protocol/events.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import { Emitter } from "../util/emitter.ts";
import type { Account } from "./account.ts";
import type { ChangeSync } from "./change-sync.ts";
import { dropNotes } from "./chat-notes.ts";
import type { Connection } from "./connection.ts";
import type { SnapshotKeeper } from "./login-snapshot.ts";
import type { Sync } from "./sync.ts";

export interface MembershipEvents {
  /** A group that is new to the user, or of which something is another than before. */
  chat: { readonly chat: ChatSummary; readonly isNew: boolean };
  /** The user is not in the group any more, and nothing is kept of it. */
  gone: GoneGroup;
  /** Somebody has another role in a group, or is new in it; null for a member who is gone. */
  member: Events["member"];
  /** A group's rule hides what was sent before this seq; nothing is kept of it. */
  hidden: { readonly chatId: ChatId; readonly beforeSeq: number };
}

export interface GoneGroup {
  readonly chatId: ChatId;
  readonly title: string;
  /** Undefined where it was noticed after an absence. */
  readonly reason: Events["chat_gone"]["reason"] | undefined;
  /** Texts that waited to be sent there, and are dropped. */
  readonly unsent: readonly string[];
}

interface Parts extends Pick<Account, "cache" | "outgoing"> {
  readonly snapshot: SnapshotKeeper;
  readonly sync: Sync;
  readonly changes: ChangeSync;
}

export class Memberships {
  readonly events = new Emitter<MembershipEvents>();
  readonly #parts: Parts;
  /** Moderators and owners that are known: to become a plain member is no joining of theirs. */
  readonly #higher = new Map<ChatId, Set<UserId>>();
  /** Groups whose count of members may be another than it is said. */
  readonly #uncertain = new Set<ChatId>();

  constructor({ cache, outgoing }: Account, snapshot: SnapshotKeeper, sync: Sync, changes: ChangeSync) {
    this.#parts = { cache, outgoing, snapshot, sync, changes };
    sync.events.on("unnamed", ({ chatId }) => this.#leave(chatId, undefined));
  }

  /** Takes the events of a connection that has just logged in. */
  listen(connection: Connection): void {
    connection.events.on("chat", ({ chat }) => this.take(chat));
    connection.events.on("chat_gone", ({ chat_id: chatId, reason }) => this.#leave(chatId, reason));
    connection.events.on("member", (member) => this.#onMember(member));
  }

  /** Takes summaries of a login or a later list, before they are synchronized: the rule of a group may be another. */
  reconcile(chats: readonly ChatSummary[]): void {
    for (const chat of chats) {
      this.#hide(chat);
      this.#uncertain.delete(chat.chat_id);
    }
  }

  /** The group as the server has it now. */
  take(chat: ChatSummary): void {
    const { snapshot, sync, changes } = this.#parts;
    const isNew = snapshot.chat(chat.chat_id) === undefined;
    this.#hide(chat);
    this.#uncertain.delete(chat.chat_id);
    snapshot.putChat(chat);
    sync.join(chat);
    changes.follow([chat]);
    this.events.emit("chat", { chat, isNew });
  }

  /** A group that the user has made, as it was answered; events may have told of it before. */
  takeMade(chat: ChatSummary): void {
    const { snapshot, sync } = this.#parts;
    if (snapshot.chat(chat.chat_id) === undefined && !sync.hasLeft(chat.chat_id)) this.take(chat);
  }

  /** Asks for the count of a group's members where it may be another than was said. Rejects as `ask` does. */
  async recount(chatId: ChatId, ask: () => Promise<{ readonly chat: ChatSummary }>): Promise<void> {
    if (!this.#uncertain.delete(chatId)) return;
    const { chat } = await ask().catch((error: unknown) => {
      this.#uncertain.add(chatId);
      throw error;
    });
    const known = this.#parts.snapshot.chat(chatId);
    // Of everything else the answer may be older than an event that came before it.
    if (known && !this.#uncertain.has(chatId)) this.#change({ ...known, member_count: chat.member_count ?? 0 });
  }

  /** Those of the messages that the user may see now. */
  visible(messages: readonly Message[]): Message[] {
    const { snapshot, sync } = this.#parts;
    const firstSeqs = new Map<ChatId, number>();
    for (const { chat_id: chatId } of messages) {
      if (!firstSeqs.has(chatId)) firstSeqs.set(chatId, snapshot.chat(chatId)?.since_seq ?? 1);
    }
    return messages.filter(({ chat_id: chatId, seq }) => !sync.hasLeft(chatId) && seq >= (firstSeqs.get(chatId) ?? 1));
  }

  #change(chat: ChatSummary): void {
    this.#parts.snapshot.putChat(chat);
    this.events.emit("chat", { chat, isNew: false });
  }

  #hide(chat: ChatSummary): void {
    const { snapshot, cache } = this.#parts;
    const { chat_id: chatId, since_seq: sinceSeq = 1 } = chat;
    if (sinceSeq <= (snapshot.chat(chatId)?.since_seq ?? 1)) return;
    cache.dropChat(chatId, sinceSeq);
    this.events.emit("hidden", { chatId, beforeSeq: sinceSeq });
  }

  #leave(chatId: ChatId, reason: GoneGroup["reason"]): void {
    const { snapshot, sync, changes, outgoing, cache } = this.#parts;
    const { title = "a group" } = snapshot.chat(chatId) ?? {};
    sync.leave(chatId);
    changes.leave(chatId);
    snapshot.dropChat(chatId);
    this.#uncertain.delete(chatId);
    this.#higher.delete(chatId);
    const unsent = outgoing.removeChat(chatId).map(({ text }) => text);
    dropNotes(cache, chatId);
    this.events.emit("gone", { chatId, title, reason, unsent });
  }

  #onMember(event: Events["member"]): void {
    const { snapshot } = this.#parts;
    const { chat_id: chatId, user_id: userId, role } = event;
    const chat = snapshot.chat(chatId);
    if (chat) {
      const isOwn = userId === snapshot.current?.user_id;
      this.#change(isOwn ? withRole(chat, role) : this.#withCount(chat, userId, role));
    }
    this.events.emit("member", event);
  }

  /** The event does not say whether somebody has joined or has another role; whoever shows the count asks for it. */
  #withCount(chat: ChatSummary, userId: UserId, role: Role | null): ChatSummary {
    const { chat_id: chatId, member_count: count = 0 } = chat;
    const higher = this.#higher.get(chatId) ?? new Set();
    this.#higher.set(chatId, higher);
    const wasHigher = higher.delete(userId);
    if (role !== null && role !== "member") higher.add(userId);
    if (role !== null) this.#uncertain.add(chatId);
    const joined = role === "member" && !wasHigher ? 1 : 0;
    return { ...chat, member_count: Math.max(1, role === null ? count - 1 : count + joined) };
  }
}

function withRole(chat: ChatSummary, role: Role | null): ChatSummary {
  return role === null ? chat : { ...chat, role };
}
