// The chats as a list: the common chat first, then people and groups by activity; with presence, unread counts and a filter.
import type { Message } from "../../protocol/entities.ts";
import { COMMON_CHAT, directChatId, type ChatId, type ChatKind, type UserId } from "../../protocol/ids.ts";
import { filterForm } from "../../protocol/text.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";
import { unreadCount, type ChatBook, type ChatFacts, type GroupFacts } from "./chat-book.ts";
import type { Contacts } from "./contacts.ts";
import type { Typing } from "./typing.ts";

export interface ChatRow {
  readonly chatId: ChatId;
  readonly kind: ChatKind;
  /** The other user's name, the group's title, or COMMON_TITLE. */
  readonly title: string;
  /** The other user of a one-to-one chat. */
  readonly userId: UserId | undefined;
  readonly isContact: boolean;
  /** The user has blocked the other one. */
  readonly isBlocked: boolean;
  /** Of a contact; undefined when it is not known. */
  readonly online: boolean | undefined;
  readonly lastMessage: Message | undefined;
  readonly unread: number;
  /** Unread messages that mention the user, of those that were seen on this machine. */
  readonly mentions: number;
  /** Of groups only. */
  readonly group: GroupFacts | undefined;
  readonly isMuted: boolean;
  /** The user has marked it as unread. */
  readonly isMarkedUnread: boolean;
  /** Names of those who are typing. */
  readonly typing: readonly string[];
}

const COMMON_TITLE = "Common chat";

export class ChatList implements Disposable {
  readonly #messenger: Messenger;
  readonly #book: ChatBook;
  readonly #contacts: Contacts;
  readonly #typing: Typing;
  readonly #changes = new ChangeSignal();
  readonly #subscriptions = new DisposableStore();
  /** Chats that were opened before anybody wrote in them, with the other user's name. */
  readonly #begun = new Map<ChatId, string>();
  #rows: readonly ChatRow[] | undefined;
  /** Of the contacts that the rows were made of: their change is told later than it is. */
  #contactsVersion = 0;

  constructor(messenger: Messenger, book: ChatBook, contacts: Contacts, typing: Typing) {
    this.#messenger = messenger;
    this.#book = book;
    this.#contacts = contacts;
    this.#typing = typing;
    const touch = (): void => this.#touch();
    this.#subscriptions.add(book.events.on("changed", touch));
    this.#subscriptions.add(contacts.onChange(touch));
    this.#subscriptions.add(typing.onChange(touch));
    this.#subscriptions.add(
      messenger.events.on("contact", (change) => {
        if ("deleted" in change) for (const userId of Object.values(change.deleted)) this.#end(userId);
      }),
    );
  }

  /** All rows in their order, or those whose title contains `filter`, whatever the case and the accents. */
  rows(filter = ""): readonly ChatRow[] {
    if (this.#contactsVersion !== this.#contacts.version) this.#rows = undefined;
    this.#contactsVersion = this.#contacts.version;
    this.#rows ??= this.#make();
    const wanted = filterForm(filter.trim());
    return wanted === "" ? this.#rows : this.#rows.filter((row) => filterForm(row.title).includes(wanted));
  }

  row(chatId: ChatId): ChatRow | undefined {
    return this.rows().find((row) => row.chatId === chatId);
  }

  /** Lists the one-to-one chat with somebody who need not be a contact, also while nobody has written in it. */
  begin(chatId: ChatId, username: string): void {
    this.#begun.set(chatId, username);
    this.#touch();
  }

  /** Takes a chat from the list that was begun, and in which nobody has written. */
  forget(chatId: ChatId): void {
    if (this.#begun.delete(chatId)) this.#touch();
  }

  /** Unread messages of all chats together; of muted ones, mentions only. A chat that was marked as unread counts one at least. */
  get unread(): number {
    const countOf = ({ isMuted, mentions, unread, isMarkedUnread }: ChatRow): number =>
      isMuted ? mentions : Math.max(unread, Number(isMarkedUnread));
    return this.rows().reduce((sum, row) => sum + countOf(row), 0);
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  #touch(): void {
    this.#rows = undefined;
    this.#changes.touch();
  }

  /** A contact was deleted: the chat stays only if there is something to read in it. */
  #end(userId: UserId): void {
    for (const chatId of this.#begun.keys())
      if (this.#book.get(chatId).partnerId === userId) this.#begun.delete(chatId);
    this.#touch();
  }

  #make(): ChatRow[] {
    const isListed = ({ kind, group, lastSeq }: ChatFacts): boolean =>
      kind === "group" ? group !== undefined : lastSeq > 0;
    const listed = this.#book.list().filter(isListed);
    const chats = new Map(listed.map((facts) => [facts.chatId, facts]));
    for (const chatId of this.#begun.keys()) if (!chats.has(chatId)) chats.set(chatId, this.#book.get(chatId));
    const { userId } = this.#messenger;
    if (userId !== undefined) {
      // A blocked user's chat stays in the list, so that the block can be ended there.
      for (const other of [...this.#contacts.list(), ...this.#contacts.blocked()]) {
        const chatId = directChatId(userId, other.userId);
        if (!chats.has(chatId)) chats.set(chatId, this.#book.get(chatId));
      }
    }
    chats.delete(COMMON_CHAT);
    const byActivity = [...chats.values()].map((facts) => ({ activity: activity(facts), row: this.#row(facts) }));
    byActivity.sort((one, other) => other.activity - one.activity || one.row.title.localeCompare(other.row.title));
    return [this.#row(this.#book.get(COMMON_CHAT)), ...byActivity.map(({ row }) => row)];
  }

  #row(facts: ChatFacts): ChatRow {
    const { chatId, partnerId } = facts;
    const contact = partnerId === undefined ? undefined : this.#contacts.get(partnerId);
    const blockedName = partnerId === undefined ? undefined : this.#contacts.blockedName(partnerId);
    const isForAll = facts.kind === "everyone";
    const name = facts.group?.title ?? contact?.username ?? facts.partnerName ?? blockedName ?? this.#begun.get(chatId);
    return {
      chatId,
      kind: facts.kind,
      title: isForAll ? COMMON_TITLE : (name ?? "unknown"),
      userId: partnerId,
      isContact: contact !== undefined,
      isBlocked: blockedName !== undefined,
      online: contact?.online,
      lastMessage: facts.lastMessage,
      unread: unreadCount(facts),
      mentions: facts.mentionSeqs.length,
      group: facts.group,
      isMuted: facts.isMuted,
      isMarkedUnread: facts.isMarkedUnread,
      typing: this.#typing.in(chatId),
    };
  }
}

function activity({ lastMessage, activeSec }: ChatFacts): number {
  return Math.max(lastMessage?.time ?? 0, activeSec);
}
