// All models of one account, for a window or another view.
import type { ChatId } from "../../protocol/ids.ts";
import type { Disposable } from "../../util/disposable.ts";
import type { Groups } from "../groups.ts";
import type { Messenger } from "../messenger.ts";
import { ChatBook } from "./chat-book.ts";
import { ChatList } from "./chat-list.ts";
import { Contacts } from "./contacts.ts";
import { Conversation } from "./conversation.ts";
import { Directory } from "./directory.ts";
import { GlobalSearch } from "./global-search.ts";
import { GroupMembers } from "./group-members.ts";
import { Profiles } from "./profiles.ts";
import { Typing } from "./typing.ts";

/** Conversations kept after they were last asked for; the rest are made again, from the cache, when needed. */
const MAX_CONVERSATIONS = 8;

/** To be made before `messenger.resume` or `messenger.login`, so that nothing is missed. */
export class Workspace implements Disposable {
  readonly book: ChatBook;
  readonly contacts: Contacts;
  readonly profiles: Profiles;
  readonly typing: Typing;
  readonly chats: ChatList;
  /** Of all chats. */
  readonly search: GlobalSearch;
  readonly #messenger: Messenger;
  /** The latest used last. */
  readonly #conversations = new Map<ChatId, Conversation>();

  constructor(messenger: Messenger) {
    this.#messenger = messenger;
    this.book = new ChatBook(messenger);
    this.contacts = new Contacts(messenger);
    this.profiles = new Profiles(messenger);
    this.typing = new Typing(messenger);
    this.search = new GlobalSearch(messenger);
    this.chats = new ChatList(messenger, this.book, this.contacts, this.typing);
  }

  get groups(): Groups {
    return this.#messenger.groups;
  }

  /**
   * The chat's conversation; call its `open` when it is shown. It lives until several others were asked for or the
   * workspace is disposed, so ask again each time it is shown.
   */
  conversation(chatId: ChatId): Conversation {
    const conversation =
      this.#conversations.get(chatId) ?? new Conversation(this.#messenger, chatId, this.book, this.typing);
    this.#conversations.delete(chatId);
    this.#conversations.set(chatId, conversation);
    const [oldest] = this.#conversations;
    if (this.#conversations.size > MAX_CONVERSATIONS && oldest) {
      this.#conversations.delete(oldest[0]);
      oldest[1].dispose();
    }
    return conversation;
  }

  /** The members of a group, for as long as they are shown: the caller disposes of it. */
  members(chatId: ChatId): GroupMembers {
    return new GroupMembers(this.#messenger, chatId);
  }

  /** People to be found, for as long as it is shown: the caller disposes of it. */
  directory(): Directory {
    return new Directory(this.#messenger, this.contacts, this.chats);
  }

  dispose(): void {
    for (const conversation of this.#conversations.values()) conversation.dispose();
    this.search.dispose();
    this.chats.dispose();
    this.typing.dispose();
    this.profiles.dispose();
    this.contacts.dispose();
    this.book.dispose();
  }
}
