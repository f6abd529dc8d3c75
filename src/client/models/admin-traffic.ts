// The requests and responses that came by while somebody looked, by user or action.
import type { TrafficEntry } from "../../protocol/admin.ts";
import { Code } from "../../protocol/codes.ts";
import type { ChatId } from "../../protocol/ids.ts";
import { filterForm } from "../../protocol/text.ts";
import { visible, visibleLines } from "../../util/visible-text.ts";
import { parseFrame } from "../answers.ts";
import { isCount, isText } from "../shapes.ts";
import { RecentList } from "./recent-list.ts";

export interface TrafficRow {
  readonly key: string;
  readonly entry: TrafficEntry;
  readonly action: string;
  /** Of the response; undefined where there was none that could be read. */
  readonly code: number | undefined;
  /** Why it was refused, in the protocol's word; undefined where it was not. */
  readonly reason: string | undefined;
}

const MAX_ROWS = 5_000;
/** An entry has 8,192 characters at most, most have 300. */
const MAX_CHARS = 16_000_000;

export class AdminTraffic {
  readonly #rows = new RecentList<TrafficRow>({
    maxCount: MAX_ROWS,
    maxSize: MAX_CHARS,
    sizeOf: ({ entry }) => entry.request.length + entry.response.length,
  });
  #lastKey = 0;
  #filter = "";
  /** While true what comes is not kept, so that the list stands still. */
  isPaused = false;

  set filter(text: string) {
    this.#filter = filterForm(text.trim());
  }

  add(entry: TrafficEntry): void {
    if (this.isPaused) return;
    this.#lastKey += 1;
    const code = /"code":(\d+)/.exec(entry.response)?.[1];
    this.#rows.add({
      key: String(this.#lastKey),
      entry,
      action: /"action":"([^"\\]*)"/.exec(entry.request)?.[1] ?? "(no action)",
      code: code === undefined ? undefined : Number(code),
      reason: /"reason":"([a-z_]+)"/.exec(entry.response)?.[1],
    });
  }

  clear(): void {
    this.#rows.clear();
  }

  get totalCount(): number {
    return this.#rows.entries.length;
  }

  /** Those whose user or action contains the filter, oldest first. */
  get rows(): readonly TrafficRow[] {
    const wanted = this.#filter;
    return this.#rows.entries.filter(
      ({ entry, action }) =>
        wanted === "" || action.includes(wanted) || filterForm(entry.username ?? "").includes(wanted),
    );
  }
}

/** JSON with a line for each member; what is no JSON, such as a text that was cut off, in one line. */
export function prettyJson(text: string): string {
  try {
    return visibleLines(JSON.stringify(JSON.parse(text), undefined, 2));
  } catch {
    return visible(text);
  }
}

/** The message that was sent or edited by a request, so that it can be removed; undefined for all other requests. */
export function messageOf({ entry, action, code }: TrafficRow): { chatId: ChatId; seq: number } | undefined {
  if (code !== Code.Ok || !(action === "add_message" || action === "edit_message")) return undefined;
  const { chat_id: chatId, seq } = parseFrame(Buffer.from(entry.response)) ?? {};
  return isText(chatId) && isCount(seq) ? { chatId, seq } : undefined;
}
