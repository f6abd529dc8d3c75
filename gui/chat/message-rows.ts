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

export interface RowsInput {
  readonly items: readonly ConversationItem[];
  readonly unreadFromSeq: number | undefined;
  readonly showsAuthors: boolean;
  readonly nowMs: number;
}

/** Makes rows; gives the same objects again for what has not changed. */
export class MessageRows {
  #known = new Map<string, ViewRow>();

  update({ items, unreadFromSeq, showsAuthors, nowMs }: RowsInput): readonly ViewRow[] {
    const rows: ViewRow[] = [];
    const known = new Map<string, ViewRow>();
    const add = (row: ViewRow): void => {
      const before = this.#known.get(row.key);
      const same = before && isSame(before, row) ? before : row;
      rows.push(same);
      known.set(row.key, same);
    };
    const unreadIndex = unreadFromSeq === undefined ? -1 : items.findIndex(({ seq }) => (seq ?? -1) >= unreadFromSeq);
    let day = "";
    let joinsBefore = false;
    items.forEach((item, index) => {
      const itsDay = dayKey(item.timeMs);
      if (itsDay !== day) add({ key: `day ${itsDay} ${item.key}`, kind: "day", text: dayText(item.timeMs, nowMs) });
      day = itsDay;
      if (index === unreadIndex) add({ key: "unread", kind: "unread", text: "New messages" });
      const next = items[index + 1];
      const joinsAfter = next !== undefined && index + 1 !== unreadIndex && isOneGroup(item, next);
      add({
        key: item.key,
        kind: "message",
        item,
        place: placeOf(joinsBefore, joinsAfter),
        showsAuthor: showsAuthors && !item.isOwn,
      });
      joinsBefore = joinsAfter;
    });
    this.#known = known;
    return rows;
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

function isSame(one: ViewRow, other: ViewRow): boolean {
  if (one.kind !== "message" || other.kind !== "message") {
    return one.kind !== "message" && other.kind !== "message" && one.text === other.text;
  }
  return one.item === other.item && one.place === other.place && one.showsAuthor === other.showsAuthor;
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
