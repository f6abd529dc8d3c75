// A conversation's items as rows of the view: grouped by author, with separators of days and of what is new. Pure.
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import type { Row } from "../kit/row-heights.ts";

/** Where a message stands among those of its author. */
export type GroupPlace = "only" | "first" | "middle" | "last";

export interface MessageRow extends Row {
  readonly kind: "message";
  readonly item: ConversationItem;
  readonly place: GroupPlace;
  /** The author is named and pictured: in chats of more than two. */
  readonly showsAuthor: boolean;
}

export interface NoticeRow extends Row {
  readonly kind: "day" | "unread";
  readonly text: string;
}

export type ViewRow = MessageRow | NoticeRow;

/** Messages of one author farther apart are no group. */
const GROUP_MS = 10 * 60_000;
/** Separators kept for the next update; beyond it they are made again. */
const MAX_NOTICES = 500;

export interface RowsInput {
  readonly items: readonly ConversationItem[];
  readonly unreadFromSeq: number | undefined;
  readonly showsAuthors: boolean;
  readonly nowMs: number;
}

/** Makes rows; gives the same objects again for what has not changed. */
export class MessageRows {
  readonly #notices = new Map<string, NoticeRow>();
  /** Input and output of the last update: the row of each item, and how many rows come before it. */
  #input: RowsInput = { items: [], unreadFromSeq: undefined, showsAuthors: false, nowMs: 0 };
  #rows: readonly ViewRow[] = [];
  #messages: readonly MessageRow[] = [];
  #offsets: readonly number[] = [];

  update(input: RowsInput): readonly ViewRow[] {
    const { items, unreadFromSeq, showsAuthors, nowMs } = input;
    // In a flood thousands of rows stay as they are, and a few are added at the end: only those are made.
    const start = this.#sameCount(input);
    const rows = this.#rows.slice(0, this.#offsets[start] ?? (start === 0 ? 0 : this.#rows.length));
    const messages = this.#messages.slice(0, start);
    const offsets = this.#offsets.slice(0, start);
    const shift = shiftBetween(this.#input.items, items);
    const unreadIndex = unreadFromSeq === undefined ? -1 : items.findIndex(({ seq }) => (seq ?? -1) >= unreadFromSeq);
    const before = items[start - 1];
    let day = before ? dayKey(before.timeMs) : "";
    let joinsBefore = isJoined(items, start - 1, unreadIndex);
    for (let index = start; index < items.length; index += 1) {
      const item = items[index];
      if (!item) break;
      offsets.push(rows.length);
      const itsDay = dayKey(item.timeMs);
      if (itsDay !== day) rows.push(this.#notice(`day ${itsDay} ${item.key}`, "day", dayText(item.timeMs, nowMs)));
      day = itsDay;
      if (index === unreadIndex) rows.push(this.#notice("unread", "unread", "New messages"));
      const joinsAfter = isJoined(items, index, unreadIndex);
      const known = this.#messages[index + shift];
      const row = messageRow(item, placeOf(joinsBefore, joinsAfter), showsAuthors && !item.isOwn, known);
      rows.push(row);
      messages.push(row);
      joinsBefore = joinsAfter;
    }
    this.#input = input;
    this.#rows = rows;
    this.#messages = messages;
    this.#offsets = offsets;
    return rows;
  }

  /** How many items at the beginning have the rows that they had. */
  #sameCount(input: RowsInput): number {
    const last = this.#input;
    const isAlike =
      last.unreadFromSeq === input.unreadFromSeq &&
      last.showsAuthors === input.showsAuthors &&
      dayKey(last.nowMs) === dayKey(input.nowMs);
    if (!isAlike) return 0;
    const end = Math.min(last.items.length, input.items.length);
    let count = 0;
    while (count < end && last.items[count] === input.items[count]) count += 1;
    // The last of them may now be followed by one of its group, or by the line of unread messages.
    return Math.max(0, count - 1);
  }

  #notice(key: string, kind: NoticeRow["kind"], text: string): NoticeRow {
    const known = this.#notices.get(key);
    if (known?.text === text) return known;
    if (this.#notices.size >= MAX_NOTICES) this.#notices.clear();
    const row: NoticeRow = { key, kind, text };
    this.#notices.set(key, row);
    return row;
  }
}

/** The row that is known, if it is of the same item and looks the same. */
function messageRow(
  item: ConversationItem,
  place: GroupPlace,
  showsAuthor: boolean,
  known: MessageRow | undefined,
): MessageRow {
  if (known?.item === item && known.place === place && known.showsAuthor === showsAuthor) return known;
  return { key: item.key, kind: "message", item, place, showsAuthor };
}

/** How much farther back an item stood in the old list: stretches have no holes, so the seq tells. */
function shiftBetween(old: readonly ConversationItem[], items: readonly ConversationItem[]): number {
  return (items[0]?.seq ?? 0) - (old[0]?.seq ?? 0);
}

/** Whether the item at `index` and the next one are one group. */
function isJoined(items: readonly ConversationItem[], index: number, unreadIndex: number): boolean {
  const item = items[index];
  const next = items[index + 1];
  return item !== undefined && next !== undefined && index + 1 !== unreadIndex && isOneGroup(item, next);
}

function placeOf(joinsBefore: boolean, joinsAfter: boolean): GroupPlace {
  if (joinsBefore) return joinsAfter ? "middle" : "last";
  return joinsAfter ? "first" : "only";
}

function isOneGroup(one: ConversationItem, next: ConversationItem): boolean {
  if (one.userId !== next.userId || Math.abs(next.timeMs - one.timeMs) >= GROUP_MS) return false;
  return dayKey(one.timeMs) === dayKey(next.timeMs);
}

/** Days are those of this machine's time zone; cached, since `Date` is slow and messages come in runs. */
let lastKey = { startMs: 0, endMs: 0, key: "" };

function dayKey(timeMs: number): string {
  if (timeMs >= lastKey.startMs && timeMs < lastKey.endMs) return lastKey.key;
  const date = new Date(timeMs);
  const start = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const end = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1);
  const key = `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
  lastKey = { startMs: start.getTime(), endMs: end.getTime(), key };
  return key;
}

export function dayText(timeMs: number, nowMs: number): string {
  const key = dayKey(timeMs);
  if (key === dayKey(nowMs)) return "Today";
  if (key === dayKey(nowMs - 86_400_000)) return "Yesterday";
  const isThisYear = new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear();
  const options = isThisYear
    ? ({ day: "numeric", month: "long" } as const)
    : ({ day: "numeric", month: "long", year: "numeric" } as const);
  return new Intl.DateTimeFormat("en-GB", options).format(timeMs);
}

/** The time of day, as in "09:05". */
export function clockText(timeMs: number): string {
  const date = new Date(timeMs);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** When something was, as short as a list wants it: the time today, the weekday this week, otherwise the date. */
export function shortTimeText(timeMs: number, nowMs: number): string {
  if (dayKey(timeMs) === dayKey(nowMs)) return clockText(timeMs);
  if (nowMs - timeMs < 6 * 86_400_000) return new Intl.DateTimeFormat("en-GB", { weekday: "short" }).format(timeMs);
  return new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", year: "2-digit" }).format(timeMs);
}
