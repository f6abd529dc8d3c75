// News of the user's groups as lines: who comes and goes, new titles and rules, but for what was asked for here.
import type { ChatSummary } from "../../protocol/entities.ts";
import type { Events } from "../../protocol/events.ts";
import type { ChatId } from "../../protocol/ids.ts";
import { usernameKey } from "../../protocol/text.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import type { GoneGroup } from "../memberships.ts";
import type { Messenger } from "../messenger.ts";

/** Time after an answer in which the event of the change may come. */
const EXPECTED_MS = 5000;

/** The name of a group in lines: no user is called so, and brackets in titles do not end what stands in brackets. */
export function groupTitle(title: string): string {
  return `group ${title.replaceAll("[", "(").replaceAll("]", ")")}`;
}

export class GroupNews implements Disposable {
  readonly #messenger: Messenger;
  readonly #say: (line: string) => void;
  readonly #subscriptions = new DisposableStore();
  /** Changes that were asked for here: they are not told as news. */
  readonly #expected = new Map<string, NodeJS.Timeout | undefined>();
  readonly #known = new Map<ChatId, ChatSummary>();

  constructor(messenger: Messenger, say: (line: string) => void) {
    this.#messenger = messenger;
    this.#say = say;
    const { events } = messenger;
    const all = this.#subscriptions;
    this.#learn(messenger.snapshot?.chats ?? []);
    all.add(events.on("login", ({ chats }) => this.#learn(chats)));
    all.add(events.on("chats", ({ chats }) => this.#learn(chats)));
    all.add(events.on("chat", ({ chat, isNew }) => this.#onChat(chat, isNew)));
    all.add(events.on("member", (member) => this.#onMember(member)));
    all.add(events.on("gone", (gone) => this.#onGone(gone)));
  }

  /** Makes a group without telling of it. */
  making<T>(work: () => Promise<T>): Promise<T> {
    return this.#expecting("new", work);
  }

  /** Changes what a group is called, or its rules, without telling of it. */
  changing<T>(chatId: ChatId, work: () => Promise<T>): Promise<T> {
    return this.#expecting(`chat ${chatId}`, work);
  }

  /** Adds, removes or gives a role to a member without telling of it. */
  changingMember<T>(chatId: ChatId, username: string, work: () => Promise<T>): Promise<T> {
    return this.#expecting(memberKey(chatId, username), work);
  }

  /** Leaves or deletes a group without telling of it. */
  leaving<T>(chatId: ChatId, work: () => Promise<T>): Promise<T> {
    return this.#expecting(`gone ${chatId}`, work);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const timer of this.#expected.values()) clearTimeout(timer);
  }

  async #expecting<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.#expected.set(key, undefined);
    try {
      const result = await work();
      if (this.#expected.has(key))
        this.#expected.set(key, setTimeout(() => this.#isExpected(key), EXPECTED_MS).unref());
      return result;
    } catch (error) {
      this.#expected.delete(key);
      throw error;
    }
  }

  #isExpected(key: string): boolean {
    clearTimeout(this.#expected.get(key));
    return this.#expected.delete(key);
  }

  #learn(chats: readonly ChatSummary[]): void {
    for (const chat of chats) if (chat.title !== undefined) this.#known.set(chat.chat_id, chat);
  }

  #onChat(chat: ChatSummary, isNew: boolean): void {
    const { chat_id: chatId, title = "", role = "member" } = chat;
    const before = this.#known.get(chatId);
    this.#learn([chat]);
    if (isNew) {
      if (!this.#isExpected("new")) this.#say(`you are in the ${groupTitle(title)} now (${role}); /group go ${title}`);
      return;
    }
    const news = before === undefined ? [] : newsOf(before, chat);
    if (news.length > 0 && !this.#isExpected(`chat ${chatId}`)) for (const line of news) this.#say(line);
  }

  #onMember({ chat_id: chatId, user_id: userId, username, role }: Events["member"]): void {
    if (this.#isExpected(memberKey(chatId, username))) return;
    const name = groupTitle(this.#known.get(chatId)?.title ?? "");
    if (userId === this.#messenger.userId) this.#say(`you are ${role ?? "no member"} in the ${name} now`);
    else if (role === null) this.#say(`${username} is no longer in the ${name}`);
    else this.#say(`${username} is in the ${name} now (${role})`);
  }

  #onGone({ chatId, title, reason, unsent }: GoneGroup): void {
    this.#known.delete(chatId);
    for (const text of unsent) this.#say(`not sent (not in the ${groupTitle(title)} any more): ${text}`);
    if (!this.#isExpected(`gone ${chatId}`)) this.#say(goneText(groupTitle(title), reason));
  }
}

function memberKey(chatId: ChatId, username: string): string {
  return `member ${chatId} ${usernameKey(username)}`;
}

function newsOf(before: ChatSummary, now: ChatSummary): string[] {
  const was = groupTitle(before.title ?? "");
  const { title = "", topic = "", posting = "all", history = "all", archived = false } = now;
  const archiving = archived ? "is archived: nobody can write in it any more" : "can be written in again";
  return [
    ...((before.archived ?? false) === archived ? [] : [`the ${groupTitle(title)} ${archiving}`]),
    ...(before.title === title ? [] : [`the ${was} is called ${title} now`]),
    ...((before.topic ?? "") === topic ? [] : [`the topic of the ${groupTitle(title)} is now: ${topic}`]),
    ...(before.posting === posting && before.history === history
      ? []
      : [`the rules of the ${groupTitle(title)} are now: posting ${posting}, history ${history}`]),
  ];
}

function goneText(name: string, reason: GoneGroup["reason"]): string {
  switch (reason) {
    case "left":
      return `you have left the ${name}`;
    case "removed":
      return `you were removed from the ${name}`;
    case "deleted":
      return `the ${name} was deleted`;
    case undefined:
      return `you are not in the ${name} any more`;
  }
}
