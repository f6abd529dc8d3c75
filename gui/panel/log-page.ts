// The server's log as it goes on, by level and text.
import { QComboBox, QWidget, type QLabel, type QLineEdit } from "@nodegui/nodegui";
import { AdminLog, type LogLine } from "../../src/client/models/admin-log.ts";
import { ChangeSignal } from "../../src/client/models/change-signal.ts";
import type { LogLevel } from "../../src/protocol/log-levels.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList, type RowPlace, type RowRenderer, type RowWidgets } from "../kit/virtual-list.ts";
import { column, label, panel, rename, row } from "../kit/widgets.ts";
import { countText, filterField, pageOf, PageTopic } from "./page-parts.ts";
import type { Page, PageContext } from "./page.ts";

const DRAW_MS = 200;
/** Entries that the server keeps. */
const TAIL_COUNT = 1_000;
const LEVELS: readonly (readonly [string, LogLevel])[] = [
  ["Errors", "error"],
  ["Warnings and errors", "warn"],
  ["Everything", "info"],
];

export class LogPage implements Page {
  readonly title = "Log";
  readonly widget: QWidget;
  readonly model = new AdminLog();
  readonly list: VirtualList<LogLine>;
  readonly filter: QLineEdit;
  readonly level = new QComboBox();
  readonly #context: PageContext;
  readonly #changes = new ChangeSignal(DRAW_MS);
  readonly #count: QLabel = label({ name: "hint" });
  readonly #topic: PageTopic;
  readonly #subscriptions = new DisposableStore();

  constructor(context: PageContext) {
    this.#context = context;
    this.#topic = new PageTopic(context.connection, "log");
    this.filter = filterField("Filter by text", (text) => {
      this.model.filter = text;
      this.#draw();
    });
    this.level.addItems(LEVELS.map(([text]) => text));
    this.level.setCurrentIndex(LEVELS.length - 1);
    this.level.setAccessibleName("Which entries are shown");
    this.level.addEventListener(
      "currentIndexChanged",
      guard((index: number) => {
        this.model.level = LEVELS[index]?.[1] ?? "info";
        this.#draw();
      }),
    );
    const parent = new QWidget();
    this.list = new VirtualList({
      renderer: new LogLineRenderer(context.theme, parent),
      name: "rows",
      sticksToEnd: true,
      beginsAtTop: true,
      marginPx: 6,
    });
    this.widget = this.#layOut();
    this.#subscriptions.add(context.connection.events.on("log", (record) => this.#take(() => this.model.add(record))));
    this.#subscriptions.add(this.#changes);
    this.#subscriptions.add(this.#changes.onChange(() => this.#draw()));
  }

  open(): void {
    this.#topic.follow();
    void this.#load();
  }

  close(): void {
    this.#topic.dispose();
  }

  dispose(): void {
    this.close();
    this.#subscriptions.dispose();
  }

  /** Entries from before; what comes meanwhile is part of the answer. */
  async #load(): Promise<void> {
    const answer = await this.#context.connection.request("log", { limit: TAIL_COUNT }).catch(() => undefined);
    if (answer) this.#take(() => this.model.replace(answer.entries));
  }

  #layOut(): QWidget {
    const top = row({ spacing: 10, children: [{ grow: this.filter }, this.#count, this.level] });
    const body = panel("rows", column({ margins: [0, 0, 0, 10], children: [{ grow: this.list.area }] }));
    return pageOf({ head: [top], body });
  }

  #take(change: () => void): void {
    change();
    this.#changes.touch();
  }

  #draw(): void {
    const { lines, totalCount } = this.model;
    this.list.setRows(lines);
    this.#count.setText(countText(lines.length, totalCount, "entries"));
  }
}

const EDGE_PX = 22;
const TIME_PX = 132;
const LEVEL_PX = 52;
const PAD_PX = 3;
const LEVEL_NAMES = { error: "logError", warn: "logWarn", info: "logInfo", debug: "logDebug" } as const;

/** A line of the log: time, level, and the text, which wraps. */
class LogLineRenderer implements RowRenderer<LogLine> {
  readonly #theme: Theme;
  readonly #ruler: QLabel;

  constructor(theme: Theme, parent: QWidget) {
    this.#theme = theme;
    this.#ruler = label({ name: "logText", wraps: true, parent });
  }

  kindOf(): string {
    return "line";
  }

  estimatePx(): number {
    return Math.round(this.#theme.textPx * 1.4) + 2 * PAD_PX;
  }

  measurePx({ text }: LogLine, widthPx: number): number {
    this.#ruler.setText(text);
    return this.#ruler.heightForWidth(textWidthOf(widthPx)) + 2 * PAD_PX;
  }

  create(_kind: string, parent: QWidget): RowWidgets<LogLine> {
    const time = label({ name: "logTime", parent });
    const level = label({ name: "logInfo", parent });
    const text = label({ name: "logText", wraps: true, parent });
    const all = [time, level, text];
    return {
      show: ({ record, text: shown }, { topPx, widthPx, heightPx }: RowPlace) => {
        const top = Math.round(topPx) + PAD_PX;
        const lineHeight = this.estimatePx() - 2 * PAD_PX;
        time.setText(timeText(record.time_ms));
        rename(level, LEVEL_NAMES[record.level]);
        level.setText(record.level.toUpperCase());
        text.setText(shown);
        time.setGeometry(EDGE_PX, top, TIME_PX, lineHeight);
        level.setGeometry(EDGE_PX + TIME_PX, top, LEVEL_PX, lineHeight);
        text.setGeometry(EDGE_PX + TIME_PX + LEVEL_PX, top, textWidthOf(widthPx), heightPx - 2 * PAD_PX);
        for (const widget of all) widget.show();
      },
      hide: () => {
        for (const widget of all) widget.hide();
      },
    };
  }
}

function textWidthOf(widthPx: number): number {
  return Math.max(100, widthPx - 2 * EDGE_PX - TIME_PX - LEVEL_PX);
}

/** "01-31 14:03:07", local time. */
function timeText(timeMs: number): string {
  return new Date(timeMs).toLocaleString("sv-SE").slice(5);
}
