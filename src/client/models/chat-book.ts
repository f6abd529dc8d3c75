// State of each chat: its end, the read marks of both sides, its last message.
import type { ChatSummary, Message } from "../../protocol/entities.ts";
import { chatForm, otherUser } from "../../protocol/ids.ts";
import type { ChatId, ChatKind, UserId } from "../../protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import { Emitter } from "../../util/emitter.ts";
import type { Messenger } from "../messenger.ts";
import type { LoginSnapshot } from "../login-snapshot.ts";
import { isCount } from "../shapes.ts";

export interface ChatFacts {
  readonly chatId: ChatId;
  readonly kind: ChatKind;
  /** The other user of a one-to-one chat. */
  readonly partnerId: UserId | undefined;
  readonly partnerName: string | undefined;
  readonly lastSeq: number;
  /** Up to where the user has read. */
  readonly readSeq: number;
  /** Up to where the other user is known to have read; 0 in the common chat. */
  readonly partnerReadSeq: number;
  readonly lastMessage: Message | undefined;
}

/** Messages after the own read mark; an own one never is, since sending moves the mark. */
export function unreadCount(facts: ChatFacts): number {
  return Math.max(0, facts.lastSeq - facts.readSeq);
}

export class ChatBook implements Disposable {
  /** Says at once which chat's facts have changed. */
  readonly events = new Emitter<{ changed: ChatFacts }>();
  readonly #messenger: Messenger;
  readonly #subscriptions = new DisposableStore();
  readonly #facts = new Map<ChatId, ChatFacts>();

  constructor(messenger: Messenger) {
    this.#messenger = messenger;
    const { events } = messenger;
    if (messenger.snapshot) this.#onLogin(messenger.snapshot);
    for (const message of messenger.cache.newest()) this.#onMessages(message.chat_id, [message]);
    this.#subscriptions.add(events.on("login", (snapshot) => this.#onLogin(snapshot)));
    this.#subscriptions.add(events.on("chats", ({ chats }) => this.#onMore(chats)));
    this.#subscriptions.add(events.on("messages", ({ chatId, messages }) => this.#onMessages(chatId, messages)));
    this.#subscriptions.add(events.on("changed", ({ chatId, messages }) => this.#onChanged(chatId, messages)));
    this.#subscriptions.add(
      events.on("read", ({ chat_id: chatId, user_id: userId, seq }) => this.#onRead(chatId, userId, seq)),
    );
    this.#subscriptions.add(events.on("reset", ({ chatId }) => this.#onReset(chatId)));
    this.#subscriptions.add(
      events.on("contact", (change) => {
        if ("added" in change) for (const [name, userId] of Object.entries(change.added)) this.#name(userId, name);
      }),
    );
  }

  list(): ChatFacts[] {
    return [...this.#facts.values()];
  }

  /** State of a chat; an unknown one is empty. */
  get(chatId: ChatId): ChatFacts {
    return this.#facts.get(chatId) ?? this.#empty(chatId);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #empty(chatId: ChatId): ChatFacts {
    const partnerId = otherUser(chatId, this.#messenger.userId ?? "");
    return {
      chatId,
      kind: chatForm(chatId)?.kind ?? "group", // a kind that is not known here has members and a title
      partnerId,
      partnerName: this.#savedName(chatId),
      lastSeq: 0,
      readSeq: this.#savedMark("own", chatId),
      partnerReadSeq: this.#savedMark("partner", chatId),
      lastMessage: undefined,
    };
  }

  #savedMark(whose: "own" | "partner", chatId: ChatId): number {
    const saved = this.#messenger.cache.load(markNote(whose, chatId));
    return isCount(saved) ? saved : 0;
  }

  #savedName(chatId: ChatId): string | undefined {
    const saved = this.#messenger.cache.load(`partner-name:${chatId}`);
    return typeof saved === "string" ? saved : undefined;
  }

  #change(chatId: ChatId, change: Partial<ChatFacts>): void {
    const before = this.get(chatId);
    const facts = { ...before, ...change };
    // The marks and the name are kept for a start without the server, which could tell them.
    if (facts.partnerName !== undefined && facts.partnerName !== before.partnerName) {
      this.#messenger.cache.save(`partner-name:${chatId}`, facts.partnerName);
    }
    if (facts.readSeq > before.readSeq) this.#messenger.cache.save(markNote("own", chatId), facts.readSeq);
    if (facts.partnerReadSeq > before.partnerReadSeq) {
      this.#messenger.cache.save(markNote("partner", chatId), facts.partnerReadSeq);
    }
    this.#facts.set(chatId, facts);
    this.events.emit("changed", facts);
  }

  #onLogin(snapshot: LoginSnapshot): void {
    for (const summary of snapshot.chats) this.#onSummary(summary);
  }

  /** Messages that came since the login may be newer than these. */
  #onMore(chats: readonly ChatSummary[]): void {
    for (const summary of chats) {
      const { lastSeq, readSeq } = this.get(summary.chat_id);
      if (lastSeq <= summary.last_seq) this.#onSummary(summary);
      else if (summary.read_seq > readSeq) this.#change(summary.chat_id, { readSeq: summary.read_seq });
    }
  }

  /** The known state is that of another history; before a login its summary comes with the login, later it is there. */
  #onReset(chatId: ChatId): void {
    this.#facts.delete(chatId);
    for (const whose of ["own", "partner"] as const) this.#messenger.cache.save(markNote(whose, chatId), 0);
    const summary = this.#messenger.snapshot?.chats.find((one) => one.chat_id === chatId);
    if (summary && this.#messenger.state.kind === "online") this.#onSummary(summary);
    else this.events.emit("changed", this.get(chatId));
  }

  #onSummary(summary: ChatSummary): void {
    const { chat_id: chatId, last_seq: lastSeq, last_message: lastMessage } = summary;
    const known = this.get(chatId);
    const isTheirs = lastMessage !== undefined && lastMessage.user_id === known.partnerId;
    this.#change(chatId, {
      lastSeq,
      partnerName: summary.contact_username ?? known.partnerName,
      // A mark made here may still be on its way.
      readSeq: Math.min(lastSeq, Math.max(summary.read_seq, known.readSeq)),
      // The author of the last message has read those before it.
      partnerReadSeq: Math.min(lastSeq, Math.max(known.partnerReadSeq, isTheirs ? lastMessage.seq : 0)),
      lastMessage: lastMessage ?? known.lastMessage,
    });
  }

  #onMessages(chatId: ChatId, messages: readonly Message[]): void {
    const last = messages.at(-1);
    if (!last) return;
    const known = this.get(chatId);
    const { userId } = this.#messenger;
    const own = messages.findLast((message) => message.user_id === userId)?.seq ?? 0;
    const partners = messages.findLast((message) => message.user_id === known.partnerId);
    const isNewest = last.seq >= (known.lastMessage?.seq ?? 0);
    this.#change(chatId, {
      lastSeq: Math.max(known.lastSeq, last.seq),
      readSeq: Math.max(known.readSeq, own),
      partnerName: partners?.username ?? known.partnerName,
      // The author has read the messages before it.
      partnerReadSeq: Math.max(known.partnerReadSeq, partners?.seq ?? 0),
      lastMessage: isNewest ? last : known.lastMessage,
    });
  }

  #onChanged(chatId: ChatId, messages: readonly Message[]): void {
    const last = this.get(chatId).lastMessage;
    const newer = messages.findLast(({ seq, rev = 0 }) => seq === last?.seq && rev > (last.rev ?? 0));
    if (newer) this.#change(chatId, { lastMessage: newer });
  }

  #onRead(chatId: ChatId, userId: UserId, seq: number): void {
    const known = this.get(chatId);
    if (userId === this.#messenger.userId) {
      if (seq > known.readSeq) this.#change(chatId, { readSeq: seq });
    } else if (userId === known.partnerId && seq > known.partnerReadSeq) {
      this.#change(chatId, { partnerReadSeq: seq });
    }
  }

  #name(userId: UserId, username: string): void {
    const facts = this.list().find((one) => one.partnerId === userId);
    if (facts) this.#change(facts.chatId, { partnerName: username });
  }
}

function markNote(whose: "own" | "partner", chatId: ChatId): string {
  return `${whose}-read:${chatId}`;
}
