// Selected messages of a conversation, and the keyboard's place in it; by key, so that it survives new rows. Pure.
import type { MessageRow, ViewRow } from "./message-rows.ts";
import { clockText, dayText } from "./message-rows.ts";

export class MessageSelection {
  readonly #keys = new Set<string>();
  /** Where a selection of several began. */
  #anchor: string | undefined;
  /** The message that keys act on; undefined while they act on none. */
  currentKey: string | undefined;

  get count(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  clear(): void {
    this.#keys.clear();
    this.#anchor = undefined;
  }

  toggle(key: string): void {
    if (!this.#keys.delete(key)) this.#keys.add(key);
    this.#anchor = key;
  }

  /** Selects everything from `from` (default: where the selection began) to `to`, and nothing else. */
  extend(rows: readonly ViewRow[], to: string, from = this.#anchor ?? this.currentKey ?? to): void {
    const messages = rows.filter((row) => row.kind === "message");
    const [one, other] = [from, to].map((key) => messages.findIndex((row) => row.key === key));
    if (one === undefined || other === undefined || one < 0 || other < 0) return;
    this.#keys.clear();
    for (const row of messages.slice(Math.min(one, other), Math.max(one, other) + 1)) this.#keys.add(row.key);
    this.#anchor = from;
  }

  /** The selected messages in their order; those that are gone are forgotten. */
  rowsOf(rows: readonly ViewRow[]): MessageRow[] {
    const selected = rows.filter((row) => row.kind === "message").filter((row) => this.#keys.has(row.key));
    if (selected.length < this.#keys.size) {
      this.#keys.clear();
      for (const row of selected) this.#keys.add(row.key);
    }
    return selected;
  }
}

/** Messages as a text to be copied: one as it was written, several with who wrote them and when. */
export function transcript(rows: readonly MessageRow[], nowMs: number): string {
  const [first] = rows;
  if (rows.length === 1 && first) return first.item.text;
  return rows
    .map(({ item }) => `${item.username}, ${dayText(item.timeMs, nowMs)}, ${clockText(item.timeMs)}:\n${item.text}`)
    .join("\n\n");
}
