// People who can be named in a chat: who wrote there, its members or the contacts, and whom the server finds.
import { isAnswer } from "../../src/client/errors.ts";
import type { GroupMembers } from "../../src/client/models/group-members.ts";
import { isAtLeast } from "../../src/protocol/entities.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import type { AccountSession } from "./account-session.ts";

const MAX_FOUND = 8;
/** Names everybody in a group, where a moderator writes it. */
const EVERYBODY = "all";

export class PeopleFinder implements Disposable {
  readonly #session: AccountSession;
  /** Of the group that was asked for last. */
  #group: { readonly chatId: ChatId; readonly members: GroupMembers; readonly loading: Promise<void> } | undefined;

  constructor(session: AccountSession) {
    this.#session = session;
  }

  /** Names that fit `text`, the nearest first: those that begin with it, and of these who wrote last. */
  async find(chatId: ChatId, text: string): Promise<readonly string[]> {
    const { workspace, messenger } = this.#session;
    const wanted = usernameKey(text);
    const names = new Map<string, string>();
    const add = (name: string): void => {
      if (name !== messenger.username && usernameKey(name).includes(wanted)) names.set(usernameKey(name), name);
    };
    const chat = workspace.chats.row(chatId);
    if (chat?.group) {
      const members = await this.#membersOf(chatId);
      // An author who has left is not told of being named.
      for (const name of this.#authorsOf(chatId)) if (members.has(name)) add(name);
      for (const name of members) add(name);
      if (isAtLeast(chat.group.role, "moderator")) add(EVERYBODY);
    } else if (chat?.kind === "direct") add(chat.title);
    else {
      for (const name of this.#authorsOf(chatId)) add(name);
      for (const { username } of workspace.contacts.list()) add(username);
      if (names.size < MAX_FOUND && text !== "") for (const name of await this.#namesOnServer(text)) add(name);
    }
    const isFirst = (name: string): number => Number(usernameKey(name).startsWith(wanted));
    return [...names.values()].toSorted((one, other) => isFirst(other) - isFirst(one)).slice(0, MAX_FOUND);
  }

  dispose(): void {
    this.#group?.members.dispose();
    this.#group = undefined;
  }

  /** The latest first. */
  #authorsOf(chatId: ChatId): readonly string[] {
    const { items } = this.#session.workspace.conversation(chatId);
    return [...new Set(items.toReversed().map(({ username }) => username))];
  }

  /** The first page of them; nobody beyond it is named without having written. */
  async #membersOf(chatId: ChatId): Promise<ReadonlySet<string>> {
    let group = this.#group;
    if (group?.chatId !== chatId) {
      this.dispose();
      const members = this.#session.workspace.members(chatId);
      group = { chatId, members, loading: members.load() };
      this.#group = group;
    }
    await group.loading;
    return new Set(group.members.members.map(({ username }) => username));
  }

  /** Nobody where the server cannot be asked, or does not tell. */
  async #namesOnServer(contains: string): Promise<string[]> {
    try {
      const { users } = await this.#session.messenger.request("users", { contains, limit: MAX_FOUND });
      return users.map(({ username }) => username);
    } catch (error) {
      if (!isAnswer(error)) throw error;
      return [];
    }
  }
}
