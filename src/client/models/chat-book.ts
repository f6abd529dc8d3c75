// State of each chat: its end, the read marks of both sides, its last message.
import { isAtLeast } from "../../protocol/entities.ts";
import type { ChatSummary, HistoryRule, Message, Posting, Role } from "../../protocol/entities.ts";
import { chatForm, otherUser } from "../../protocol/ids.ts";
import type { ChatId, ChatKind, UserId } from "../../protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import { Emitter } from "../../util/emitter.ts";
import { chatNote, type ChatNote } from "../chat-notes.ts";
import type { Messenger } from "../messenger.ts";
import type { LoginSnapshot } from "../login-snapshot.ts";
import { isCount, isFlag, listOf, objectOf } from "../shapes.ts";
import { mentions } from "./conversation-item.ts";

/** The facts that groups alone have. */
export interface GroupFacts {
  readonly title: string;
  /** "" for none. */
  readonly topic: string;
  /** The user's own. */
  readonly role: Role;
  /** The rule of who may send messages. */
  readonly posting: Posting;
  /** The rule for messages from before a joining. */
  readonly history: HistoryRule;
  /** The administrator has made it read only for all. */
  readonly isArchived: boolean;
  readonly memberCount: number;
}

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
  /** When it was last active, as far as that is known beside `lastMessage`: Unix seconds, 0 for not at all. */
  readonly activeSec: number;
  /** Of groups only. */
  readonly group: GroupFacts | undefined;
  /** The first message that the user may see: 1 but in groups that show only what came after the joining. */
  readonly firstSeq: number;
  /** Unread messages that mention the user, by seq; of those that were seen on this machine, the last MAX_MENTIONS. */
  readonly mentionSeqs: readonly number[];
  /** The user wants to hear nothing of it but mentions. Kept on this machine only, as the next one is. */
  readonly isMuted: boolean;
  /** The user has marked it as unread; ends when it is opened, read further or written in. */
  readonly isMarkedUnread: boolean;
}

/** The facts that no server knows. */
type Local = Pick<ChatFacts, "mentionSeqs" | "isMuted" | "isMarkedUnread">;

const isLocal = objectOf<Local>({ mentionSeqs: listOf(isCount), isMuted: isFlag, isMarkedUnread: isFlag });
const NOTHING_LOCAL: Local = { mentionSeqs: [], isMuted: false, isMarkedUnread: false };
const MAX_MENTIONS = 100;

/** Messages after the own read mark; an own one never is, since sending moves the mark. */
export function unreadCount(facts: ChatFacts): number {
  return Math.max(0, facts.lastSeq - facts.readSeq);
}

/** False in a group that is archived, or where only moderators send messages and the user is none. */
export function mayPost({ group }: ChatFacts): boolean {
  if (group === undefined) return true;
  return !group.isArchived && (group.posting === "all" || isAtLeast(group.role, "moderator"));
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
    this.#subscriptions.add(
      events.on("chats", ({ chats }) => this.#onList(chats, (chat, sec) => this.#onNews(chat, sec))),
    );
    this.#subscriptions.add(events.on("messages", ({ chatId, messages }) => this.#onMessages(chatId, messages)));
    this.#subscriptions.add(events.on("changed", ({ chatId, messages }) => this.#onChanged(chatId, messages)));
    this.#subscriptions.add(
      events.on("read", ({ chat_id: chatId, user_id: userId, seq }) => this.#onRead(chatId, userId, seq)),
    );
    this.#subscriptions.add(events.on("reset", ({ chatId, isForgotten }) => this.#onReset(chatId, isForgotten)));
    this.#subscriptions.add(events.on("chat", ({ chat, isNew }) => this.#onNews(chat, isNew ? nowSec() : 0)));
    this.#subscriptions.add(events.on("gone", ({ chatId }) => this.#forget(chatId)));
    this.#subscriptions.add(events.on("hidden", ({ chatId, beforeSeq }) => this.#onHidden(chatId, beforeSeq)));
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

  mute(chatId: ChatId, isMuted: boolean): void {
    this.#change(chatId, { isMuted });
  }

  markUnread(chatId: ChatId, isMarkedUnread = true): void {
    if (this.get(chatId).isMarkedUnread !== isMarkedUnread) this.#change(chatId, { isMarkedUnread });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #empty(chatId: ChatId): ChatFacts {
    const partnerId = otherUser(chatId, this.#messenger.userId ?? "");
    const saved = (kind: ChatNote): unknown => this.#messenger.cache.load(chatNote(kind, chatId));
    const [name, ownRead, partnerRead] = [saved("partner-name"), saved("own-read"), saved("partner-read")];
    const local = saved("local");
    const { mentionSeqs, isMuted, isMarkedUnread } = isLocal(local) ? local : NOTHING_LOCAL;
    return {
      chatId,
      kind: chatForm(chatId)?.kind ?? "group", // a kind that is not known here has members and a title
      partnerId,
      partnerName: typeof name === "string" ? name : undefined,
      lastSeq: 0,
      readSeq: isCount(ownRead) ? ownRead : 0,
      partnerReadSeq: isCount(partnerRead) ? partnerRead : 0,
      lastMessage: undefined,
      activeSec: 0,
      group: undefined,
      firstSeq: 1,
      mentionSeqs,
      isMuted,
      isMarkedUnread,
    };
  }

  #change(chatId: ChatId, change: Partial<ChatFacts>): void {
    const before = this.get(chatId);
    const facts = withRead({ ...before, ...change }, before);
    this.#facts.set(chatId, facts);
    this.#keep(facts, before);
    this.events.emit("changed", facts);
  }

  /** Kept for a start without the server, which could tell the marks and the name, and because no server knows the rest. */
  #keep(facts: ChatFacts, before: ChatFacts): void {
    const { cache } = this.#messenger;
    const save = (kind: ChatNote, value: unknown): void => cache.save(chatNote(kind, facts.chatId), value);
    if (facts.partnerName !== before.partnerName) save("partner-name", facts.partnerName);
    if (facts.readSeq > before.readSeq) save("own-read", facts.readSeq);
    if (facts.partnerReadSeq > before.partnerReadSeq) save("partner-read", facts.partnerReadSeq);
    const { mentionSeqs, isMuted, isMarkedUnread } = facts;
    const isAsBefore =
      mentionSeqs === before.mentionSeqs && isMuted === before.isMuted && isMarkedUnread === before.isMarkedUnread;
    if (!isAsBefore) save("local", { mentionSeqs, isMuted, isMarkedUnread } satisfies Local);
  }

  #onLogin(snapshot: LoginSnapshot): void {
    this.#onList(snapshot.chats, (chat, activeSec) => this.#onSummary(chat, activeSec));
  }

  /** The list is by activity, also where a chat's last message is hidden or there is none: it then is as the next one. */
  #onList(chats: readonly ChatSummary[], take: (chat: ChatSummary, activeSec: number) => void): void {
    let activeSec = 0;
    for (const chat of chats.toReversed()) take(chat, (activeSec = chat.last_message?.time ?? activeSec));
  }

  /** Messages that came since the login may be newer than what is said here. */
  #onNews(summary: ChatSummary, activeSec: number): void {
    const { lastSeq, lastMessage } = this.get(summary.chat_id);
    const { last_seq: seq } = summary;
    const isNewer = lastSeq >= seq && (lastMessage?.seq ?? 0) >= (summary.last_message?.seq ?? 0);
    const last = isNewer && lastMessage ? { last_message: lastMessage } : {};
    this.#onSummary({ ...summary, ...last, last_seq: Math.max(seq, lastSeq) }, activeSec);
  }

  /** The known state is that of another history; before a login its summary comes with the login, later it is there. */
  #onReset(chatId: ChatId, isForgotten: boolean): void {
    const { isMuted } = this.get(chatId);
    this.#facts.delete(chatId);
    const { cache } = this.#messenger;
    for (const kind of ["own-read", "partner-read"] as const) cache.save(chatNote(kind, chatId), undefined);
    const local: Local | undefined = isMuted && !isForgotten ? { ...NOTHING_LOCAL, isMuted } : undefined;
    cache.save(chatNote("local", chatId), local);
    const summary = this.#messenger.snapshot?.chats.find((one) => one.chat_id === chatId);
    if (summary && !isForgotten && this.#messenger.state.kind === "online") this.#onSummary(summary, 0);
    else this.events.emit("changed", this.get(chatId));
  }

  #forget(chatId: ChatId): void {
    this.#facts.delete(chatId);
    this.events.emit("changed", this.get(chatId));
  }

  #onHidden(chatId: ChatId, beforeSeq: number): void {
    const { lastMessage } = this.get(chatId);
    const isHidden = lastMessage !== undefined && lastMessage.seq < beforeSeq;
    this.#change(chatId, { firstSeq: beforeSeq, ...(isHidden && { lastMessage: undefined }) });
  }

  #onSummary(summary: ChatSummary, activeSec: number): void {
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
      activeSec: Math.max(activeSec, known.activeSec),
      group: groupFacts(summary),
      firstSeq: summary.since_seq ?? 1,
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
    const readSeq = Math.max(known.readSeq, own);
    const mentioned = messages.filter((message) => message.seq > readSeq && mentions(message, userId));
    this.#change(chatId, {
      lastSeq: Math.max(known.lastSeq, last.seq),
      readSeq,
      partnerName: partners?.username ?? known.partnerName,
      // The author has read the messages before it.
      partnerReadSeq: Math.max(known.partnerReadSeq, partners?.seq ?? 0),
      lastMessage: isNewest ? last : known.lastMessage,
      mentionSeqs:
        mentioned.length === 0
          ? known.mentionSeqs
          : withSeqs(
              known.mentionSeqs,
              mentioned.map(({ seq }) => seq),
            ),
    });
  }

  #onChanged(chatId: ChatId, messages: readonly Message[]): void {
    const { lastMessage: last, mentionSeqs, readSeq } = this.get(chatId);
    const newer = messages.findLast(({ seq, rev = 0 }) => seq === last?.seq && rev > (last.rev ?? 0));
    let seqs = mentionSeqs;
    for (const message of messages) {
      const isMention = message.seq > readSeq && mentions(message, this.#messenger.userId);
      if (isMention !== seqs.includes(message.seq)) {
        seqs = isMention ? withSeqs(seqs, [message.seq]) : seqs.filter((seq) => seq !== message.seq);
      }
    }
    if (newer) this.#change(chatId, { lastMessage: newer, mentionSeqs: seqs });
    else if (seqs !== mentionSeqs) this.#change(chatId, { mentionSeqs: seqs });
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

function nowSec(): number {
  return Date.now() / 1000;
}

function groupFacts(summary: ChatSummary): GroupFacts | undefined {
  const {
    title,
    topic = "",
    role = "member",
    posting = "all",
    history = "all",
    archived: isArchived = false,
    member_count: memberCount = 0,
  } = summary;
  return title === undefined ? undefined : { title, topic, role, posting, history, isArchived, memberCount };
}

/** Mentions that were read do not count any more, and reading on ends a mark that was set by hand. */
function withRead(facts: ChatFacts, before: ChatFacts): ChatFacts {
  if (facts.readSeq <= before.readSeq) return facts;
  const { mentionSeqs, readSeq } = facts;
  const isAllNew = mentionSeqs.every((seq) => seq > readSeq);
  return {
    ...facts,
    mentionSeqs: isAllNew ? mentionSeqs : mentionSeqs.filter((seq) => seq > readSeq),
    isMarkedUnread: facts.isMarkedUnread && !before.isMarkedUnread,
  };
}

function withSeqs(seqs: readonly number[], added: readonly number[]): readonly number[] {
  return [...new Set([...seqs, ...added])].toSorted((one, other) => one - other).slice(-MAX_MENTIONS);
}
