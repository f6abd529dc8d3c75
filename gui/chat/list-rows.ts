// Rows of the list at the left: the chats, or what is found for a word, in sections.
import type { ChatList, ChatRow } from "../../src/client/models/chat-list.ts";
import type { Directory } from "../../src/client/models/directory.ts";
import type { GlobalSearch } from "../../src/client/models/global-search.ts";
import { MAX_SEARCH_CHARS } from "../../src/protocol/limits.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import type { Row } from "../kit/row-heights.ts";
import { chatRow, type ListRow } from "./chat-row.ts";
import type { HitRow } from "./hit-row.ts";
import type { PersonRow } from "./person-row.ts";

/** The beginning of a section. */
export interface HeadingRow extends Row {
  readonly kind: "heading";
  readonly text: string;
}

/** Something to know, in place of results or below them. */
export interface NoteRow extends Row {
  readonly kind: "note";
  readonly text: string;
}

/** Shows the rest of a section. */
export interface MoreRow extends Row {
  readonly kind: "more";
  readonly section: "chats" | "hits";
  readonly text: string;
  readonly isSelected: boolean;
}

export type ResultRow = ListRow | PersonRow | HitRow | HeadingRow | NoteRow | MoreRow;
export type ChoosableRow = Exclude<ResultRow, HeadingRow | NoteRow>;

export interface ListModels {
  readonly chats: ChatList;
  readonly people: Directory;
  readonly search: GlobalSearch;
  readonly ownUserId: () => string | undefined;
}

/** More chats and people than these are shown on demand, so that messages are in view. */
const MAX_CHATS = 6;
const MAX_PEOPLE = 5;
/** The server is asked when nothing more was typed for so long. */
const TYPING_PAUSE_MS = 200;

export class ListRows implements Disposable {
  readonly #models: ListModels;
  readonly #subscriptions = new DisposableStore();
  /** The rows made last, by key: the same object as long as nothing has changed. */
  #known = new Map<string, ResultRow>();
  #word = "";
  #showsAllChats = false;

  constructor(models: ListModels, onChange: () => void) {
    this.#models = models;
    for (const model of [models.chats, models.people, models.search]) this.#subscriptions.add(model.onChange(onChange));
  }

  /** The word that is looked for; "" while all chats are shown. */
  get word(): string {
    return this.#word;
  }

  /** Looks for chats, people and messages: what is known here is there at once. */
  find(text: string): void {
    const word = text.trim().slice(0, MAX_SEARCH_CHARS);
    if (word === this.#word) return;
    this.#word = word;
    this.#showsAllChats = false;
    if (word !== "") this.#models.people.find(word);
    void this.#models.search.find(word, TYPING_PAUSE_MS);
  }

  /** Shows the rest of a section. */
  showMore(section: MoreRow["section"]): void {
    if (section === "chats") this.#showsAllChats = true;
    else void this.#models.search.loadMore();
  }

  /** Times in rows are to be made anew. */
  forget(): void {
    this.#known.clear();
  }

  /** `marked` is the key of the row that is pointed at, or open. */
  make(marked: string | undefined): readonly ResultRow[] {
    const rows = this.#word === "" ? this.#chatRows(this.#models.chats.rows(), marked) : this.#found(marked);
    this.#known = new Map(rows.map((row) => [row.key, row]));
    return rows;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #found(marked: string | undefined): ResultRow[] {
    const chats = this.#models.chats.rows(this.#word);
    const shown = this.#showsAllChats ? chats : chats.slice(0, MAX_CHATS);
    const rows: ResultRow[] = [];
    const begin = (text: string, section: readonly ResultRow[]): void => {
      if (section.length > 0) rows.push(this.#keep({ key: `heading ${text}`, kind: "heading", text }), ...section);
    };
    begin("Chats", [...this.#chatRows(shown, marked), ...this.#restOfChats(chats.length - shown.length, marked)]);
    begin("People", this.#peopleRows(chats, marked));
    const hits = this.#hitRows(marked);
    begin("Messages", hits);
    const note = this.#noteText(rows.length === 0, hits.length === 0);
    if (note !== "") rows.push(this.#keep({ key: "note", kind: "note", text: note }));
    return rows;
  }

  #chatRows(chats: readonly ChatRow[], marked: string | undefined): ResultRow[] {
    const ownUserId = this.#models.ownUserId();
    return chats.map((chat) => this.#keep(chatRow(chat, marked, ownUserId)));
  }

  #restOfChats(count: number, marked: string | undefined): ResultRow[] {
    if (count === 0) return [];
    const key = "more chats";
    const text = `${count} more ${count === 1 ? "chat" : "chats"}`;
    return [this.#keep({ key, kind: "more", section: "chats", text, isSelected: key === marked })];
  }

  /** Those who are in no chat above. */
  #peopleRows(chats: readonly ChatRow[], marked: string | undefined): ResultRow[] {
    const above = new Set(chats.map(({ userId }) => userId));
    const people = this.#models.people.users.filter(({ userId }) => !above.has(userId)).slice(0, MAX_PEOPLE);
    return people.map((person) => {
      const key = `person ${person.userId}`;
      return this.#keep({ key, kind: "person", person, isSelected: key === marked, mark: "none" });
    });
  }

  #hitRows(marked: string | undefined): ResultRow[] {
    const { search, chats } = this.#models;
    const word = this.#word;
    const ownUserId = this.#models.ownUserId();
    const rows = search.hits.map((message): ResultRow => {
      const key = `hit ${message.seq} ${message.chat_id}`;
      const chat = chats.row(message.chat_id);
      return this.#keep({ key, kind: "hit", message, chat, word, isSelected: key === marked, ownUserId });
    });
    if (!search.hasMore) return rows;
    const key = "more hits";
    const more = { key, kind: "more", section: "hits", text: "Older messages", isSelected: key === marked } as const;
    return [...rows, this.#keep(more)];
  }

  #noteText(isEmpty: boolean, hasNoHits: boolean): string {
    const { search, people } = this.#models;
    if (search.isAsking || people.isLoading) return hasNoHits ? "Searching…" : "";
    if (search.problem !== undefined) return `The server cannot search: ${search.problem}.`;
    if (search.isKeptOnly)
      return `${isEmpty ? "Nothing found. " : ""}Without a connection only what is on this machine is searched.`;
    return isEmpty ? "Nothing found." : "";
  }

  /** The row that was there before, if it says the same. */
  #keep(row: ResultRow): ResultRow {
    const before = this.#known.get(row.key);
    return before !== undefined && isSame(before, row) ? before : row;
  }
}

export function isChoosable(row: ResultRow): row is ChoosableRow {
  return row.kind !== "heading" && row.kind !== "note";
}

/** The key of the choosable row so many steps from another one; from none: the first. */
export function rowFrom(rows: readonly ResultRow[], from: string | undefined, step: number): string | undefined {
  const choosable = rows.filter(isChoosable);
  const index = choosable.findIndex(({ key }) => key === from);
  if (index < 0) return choosable[0]?.key;
  return choosable[Math.max(0, Math.min(choosable.length - 1, index + step))]?.key;
}

function isSame(one: ResultRow, other: ResultRow): boolean {
  const [fields, others] = [Object.entries(one), new Map<string, unknown>(Object.entries(other))];
  return fields.length === others.size && fields.every(([name, value]) => others.get(name) === value);
}
