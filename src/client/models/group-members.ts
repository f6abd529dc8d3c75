// Members of a group, page by page, kept current while they are shown.
import { isAtLeast, type ListedUser, type Role } from "../../protocol/entities.ts";
import type { Events } from "../../protocol/events.ts";
import type { MemberRole } from "../../protocol/group-actions.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { MAX_PAGE } from "../../protocol/limits.ts";
import { sortedByName } from "../../protocol/text.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";

export interface GroupMember {
  readonly userId: UserId;
  readonly username: string;
  readonly role: Role;
  /** As it was when the page was asked for, or a contact's has changed since. */
  readonly online: boolean;
}

/** True when a member with one role may take out a member with another. */
export function mayRemove(own: Role, other: Role): boolean {
  return isAtLeast(own, "moderator") && isAtLeast(own, other);
}

export class GroupMembers implements Disposable {
  readonly #messenger: Messenger;
  readonly #chatId: ChatId;
  readonly #changes = new ChangeSignal();
  readonly #subscriptions = new DisposableStore();
  readonly #byId = new Map<UserId, GroupMember>();
  #sorted: readonly GroupMember[] | undefined;
  /** The name up to which all are known; undefined when that is everybody. */
  #knownUpTo: string | undefined = "";
  /** Events that came while a page was on its way, which may be older. */
  #toldMeanwhile = new Map<UserId, Events["member"]>();
  #loading: Promise<void> | undefined;
  #problem: string | undefined;
  /** Counts beginnings, so that a late page of an earlier one is known. */
  #generation = 0;

  constructor(messenger: Messenger, chatId: ChatId) {
    this.#messenger = messenger;
    this.#chatId = chatId;
    const { events } = messenger;
    const all = this.#subscriptions;
    all.add(events.on("member", (member) => member.chat_id === chatId && this.#onMember(member)));
    all.add(events.on("presence", ({ user_id: userId, online }) => this.#onPresence(userId, online)));
    all.add(events.on("gone", (gone) => gone.chatId === chatId && this.#begin()));
    all.add(events.on("login", () => setImmediate(() => void this.load())));
  }

  /** By username, as far as they are loaded. */
  get members(): readonly GroupMember[] {
    if (this.#sorted === undefined) {
      const byName = new Map([...this.#byId.values()].map((member) => [member.username, member]));
      this.#sorted = sortedByName([...byName.keys()]).flatMap((name) => byName.get(name) ?? []);
    }
    return this.#sorted;
  }

  get hasMore(): boolean {
    return this.#knownUpTo !== undefined;
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  /** Why the last page could not be loaded, for people. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /** Loads the first page anew. Never rejects. */
  load(): Promise<void> {
    this.#begin();
    void this.#messenger.groups.refresh(this.#chatId);
    return this.loadMore();
  }

  /** Adds a page. Never rejects. */
  loadMore(): Promise<void> {
    if (!this.hasMore) return Promise.resolve();
    this.#loading ??= this.#loadPage(this.#generation);
    return this.#loading;
  }

  dispose(): void {
    this.#generation += 1;
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  #begin(): void {
    this.#generation += 1;
    this.#byId.clear();
    this.#knownUpTo = "";
    this.#loading = undefined;
    this.#problem = undefined;
    this.#toldMeanwhile.clear();
    this.#touch();
  }

  async #loadPage(generation: number): Promise<void> {
    const after = this.#knownUpTo;
    try {
      const from = after === undefined || after === "" ? {} : { after };
      const page = await this.#messenger.groups.members(this.#chatId, { ...from, limit: MAX_PAGE });
      if (generation !== this.#generation) return;
      for (const member of page.members) this.#put(member);
      this.#knownUpTo = page.has_more ? page.members.at(-1)?.username : undefined;
      for (const member of this.#toldMeanwhile.values()) this.#apply(member);
      this.#problem = undefined;
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    this.#toldMeanwhile.clear();
    this.#loading = undefined;
    this.#touch();
  }

  #put({ user_id: userId, username, role, online }: ListedUser & MemberRole): void {
    this.#byId.set(userId, { userId, username, role, online });
  }

  #onMember(member: Events["member"]): void {
    if (this.#loading) this.#toldMeanwhile.set(member.user_id, member);
    this.#apply(member);
    this.#touch();
  }

  #apply({ user_id: userId, username, role }: Events["member"]): void {
    const known = this.#byId.get(userId);
    if (role === null) this.#byId.delete(userId);
    else if (known) this.#byId.set(userId, { ...known, role });
    else if (this.#isInKnownPart(username)) this.#byId.set(userId, { userId, username, role, online: false });
  }

  /** Others come with their page. */
  #isInKnownPart(username: string): boolean {
    return this.#knownUpTo === undefined || sortedByName([username, this.#knownUpTo])[0] === username;
  }

  #onPresence(userId: UserId, online: boolean): void {
    const known = this.#byId.get(userId);
    if (!known) return;
    this.#byId.set(userId, { ...known, online });
    this.#touch();
  }

  #touch(): void {
    this.#sorted = undefined;
    this.#changes.touch();
  }
}
