// People to be found by a part of their names: those that are known at once, joined by the server's as they come.
import type { FoundUser } from "../../protocol/entities.ts";
import { charCount } from "../../protocol/envelope.ts";
import type { UserId } from "../../protocol/ids.ts";
import { MAX_NAME_CHARS } from "../../protocol/limits.ts";
import { filterForm, sortedByName } from "../../protocol/text.ts";
import { DisposableStore, type Disposable } from "../../util/disposable.ts";
import { DisconnectedError, RequestError } from "../errors.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";
import type { ChatList } from "./chat-list.ts";
import type { Contacts } from "./contacts.ts";

export interface FoundPerson {
  readonly userId: UserId;
  readonly username: string;
  /** These two are "", and the next one is undefined, of whom the server has told nothing. */
  readonly firstName: string;
  readonly secondName: string;
  /** Of the picture; null without one. */
  readonly fileName: string | null | undefined;
  readonly isContact: boolean;
  /** The user has blocked them. */
  readonly isBlocked: boolean;
  /** Undefined when it is not known. */
  readonly online: boolean | undefined;
}

const PAGE = 50;
/** While somebody types so long, the server is not asked. */
const TYPING_PAUSE_MS = 200;

export class Directory implements Disposable {
  readonly #messenger: Messenger;
  readonly #contacts: Contacts;
  readonly #chats: ChatList;
  readonly #changes = new ChangeSignal();
  readonly #subscriptions = new DisposableStore();
  readonly #pauseMs: number;
  /** Undefined before the first search. */
  #text: string | undefined;
  #found = new Map<UserId, FoundUser>();
  /** The name after which the server goes on; undefined at the end, and before it has answered. */
  #next: string | undefined;
  #isKnownOnly = true;
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<void> | undefined;
  /** Counts searches, so that a late answer to an earlier one is known. */
  #generation = 0;

  constructor(messenger: Messenger, contacts: Contacts, chats: ChatList, pauseMs = TYPING_PAUSE_MS) {
    this.#messenger = messenger;
    this.#contacts = contacts;
    this.#chats = chats;
    this.#pauseMs = pauseMs;
    this.#subscriptions.add(contacts.onChange(() => this.#changes.touch()));
    this.#subscriptions.add(messenger.events.on("login", () => setImmediate(() => this.#findAgain())));
  }

  /** Contacts first, of these whose name begins with the text, after somebody called exactly so; then by name. Without the user. */
  get users(): readonly FoundPerson[] {
    const wanted = filterForm(this.#text ?? "");
    const people = this.#people(wanted);
    const places = new Map(sortedByName([...people.keys()]).map((name, index) => [name, index]));
    const isBehind = ({ isContact, username }: FoundPerson): number => {
      const name = filterForm(username);
      return name === wanted ? -1 : Number(!isContact) * 2 + Number(!name.startsWith(wanted));
    };
    const place = ({ username }: FoundPerson): number => places.get(username) ?? 0;
    return [...people.values()].toSorted((one, other) => isBehind(one) - isBehind(other) || place(one) - place(other));
  }

  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  get isLoading(): boolean {
    return this.#timer !== undefined || this.#loading !== undefined;
  }

  /** The server was not asked yet, cannot be, or tells nobody who there is: these are contacts and people of chats. */
  get isKnownOnly(): boolean {
    return this.#isKnownOnly;
  }

  /** Why the server has not answered, for people. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /** Looks for a part of a name, case-insensitively; "" finds everybody. To be called at every key: the server is asked in a pause. */
  find(text: string): void {
    this.#generation += 1;
    this.#text = text.trim();
    // While more of a name is typed, the people found so far stay as far as they fit: nothing flickers.
    const wanted = filterForm(this.#text);
    this.#found = new Map([...this.#found].filter(([, user]) => fits(user, wanted)));
    this.#next = undefined;
    this.#isKnownOnly = true;
    this.#problem = undefined;
    this.#loading = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#load({});
    }, this.#pauseMs);
    this.#changes.touch();
  }

  /** Adds a page of the server's. Never rejects. */
  loadMore(): Promise<void> {
    return this.#next === undefined ? Promise.resolve() : this.#load({ after: this.#next });
  }

  dispose(): void {
    this.#generation += 1;
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  #findAgain(): void {
    if (this.#text !== undefined) this.find(this.#text);
  }

  #load(from: { readonly after?: string }): Promise<void> {
    this.#loading ??= this.#ask(from, this.#generation);
    return this.#loading;
  }

  async #ask(from: { readonly after?: string }, generation: number): Promise<void> {
    const text = this.#text ?? "";
    const contains = text === "" ? {} : { contains: text };
    try {
      // No name is longer.
      const isName = charCount(text) <= MAX_NAME_CHARS;
      const none = { users: [], has_more: false };
      const page = isName ? await this.#messenger.request("users", { ...contains, ...from, limit: PAGE }) : none;
      if (generation !== this.#generation) return;
      if (from.after === undefined) this.#found = new Map();
      for (const user of page.users) this.#found.set(user.user_id, user);
      this.#next = page.has_more ? page.users.at(-1)?.username : undefined;
      this.#isKnownOnly = false;
      this.#problem = undefined;
    } catch (error) {
      if (generation !== this.#generation) return;
      // Offline, `directory_closed`, or a server without the action.
      const cannot = error instanceof DisconnectedError || (error instanceof RequestError && error.code < 409);
      this.#problem = cannot ? undefined : error instanceof Error ? error.message : String(error);
      if (cannot) this.#endEarly();
    }
    this.#loading = undefined;
    this.#changes.touch();
  }

  /** There is nobody to ask for more, until the next login begins anew. */
  #endEarly(): void {
    this.#next = undefined;
    this.#isKnownOnly = true;
  }

  /** By username. */
  #people(wanted: string): Map<string, FoundPerson> {
    const people = new Map<string, FoundPerson>();
    const add = (userId: UserId, username: string, more?: FoundUser): void => {
      if (userId !== this.#messenger.userId) people.set(username, this.#person(userId, username, more));
    };
    const isWanted = (name: string): boolean => filterForm(name).includes(wanted);
    for (const { userId, username } of this.#contacts.list()) if (isWanted(username)) add(userId, username);
    for (const { userId, title } of this.#chats.rows()) {
      if (userId !== undefined && isWanted(title)) add(userId, title);
    }
    for (const user of this.#found.values()) add(user.user_id, user.username, user);
    return people;
  }

  #person(userId: UserId, username: string, found: FoundUser | undefined): FoundPerson {
    const contact = this.#contacts.get(userId);
    return {
      userId,
      username,
      firstName: found?.first_name ?? "",
      secondName: found?.second_name ?? "",
      fileName: found?.file_name,
      isContact: contact !== undefined,
      isBlocked: this.#contacts.blockedName(userId) !== undefined,
      online: contact?.online ?? found?.online,
    };
  }
}

function fits({ username, first_name: first, second_name: second }: FoundUser, wanted: string): boolean {
  return [username, first, second].some((name) => filterForm(name).includes(wanted));
}
