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
/** Separators kept for the next update; beyond it they are made anew. */
const MAX_NOTICES = 500;

export interface RowsInput {
  readonly items: readonly ConversationItem[];
  readonly unreadFromSeq: number | undefined;
  readonly showsAuthors: boolean;
  readonly nowMs: number;
}

/** Makes rows; gives the same objects again for what has not changed. */
export class MessageRows {
  /** Items are immutable, and so are the rows made of them. */
  readonly #byItem = new WeakMap<ConversationItem, MessageRow>();
  readonly #notices = new Map<string, NoticeRow>();

  update({ items, unreadFromSeq, showsAuthors, nowMs }: RowsInput): readonly ViewRow[] {
    const rows: ViewRow[] = [];
    const unreadIndex = unreadFromSeq === undefined ? -1 : items.findIndex(({ seq }) => (seq ?? -1) >= unreadFromSeq);
    let day = "";
    let joinsBefore = false;
    items.forEach((item, index) => {
      const itsDay = dayKey(item.timeMs);
      if (itsDay !== day) rows.push(this.#notice(`day ${itsDay} ${item.key}`, "day", dayText(item.timeMs, nowMs)));
      day = itsDay;
      if (index === unreadIndex) rows.push(this.#notice("unread", "unread", "New messages"));
      const next = items[index + 1];
      const joinsAfter = next !== undefined && index + 1 !== unreadIndex && isOneGroup(item, next);
      rows.push(this.#message(item, placeOf(joinsBefore, joinsAfter), showsAuthors && !item.isOwn));
      joinsBefore = joinsAfter;
    });
    return rows;
  }

  #message(item: ConversationItem, place: GroupPlace, showsAuthor: boolean): MessageRow {
    const known = this.#byItem.get(item);
    if (known?.place === place && known.showsAuthor === showsAuthor) return known;
    const row: MessageRow = { key: item.key, kind: "message", item, place, showsAuthor };
    this.#byItem.set(item, row);
    return row;
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

function placeOf(joinsBefore: boolean, joinsAfter: boolean): GroupPlace {
  if (joinsBefore) return joinsAfter ? "middle" : "last";
  return joinsAfter ? "first" : "only";
}

function isOneGroup(one: ConversationItem, next: ConversationItem): boolean {
  const isNear = Math.abs(next.timeMs - one.timeMs) < GROUP_MS;
  return one.userId === next.userId && isNear && dayKey(one.timeMs) === dayKey(next.timeMs);
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
