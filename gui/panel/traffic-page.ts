// Requests and responses as they are now, one below the other, and the chosen pair in full.
import { QCheckBox, QPlainTextEdit, type QLabel, type QLineEdit, type QWidget } from "@nodegui/nodegui";
import { AdminTraffic, messageOf, prettyJson, type TrafficRow } from "../../src/client/models/admin-traffic.ts";
import { ChangeSignal } from "../../src/client/models/change-signal.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { setEnabled } from "../kit/focus.ts";
import { guard } from "../kit/guard.ts";
import { button, column, label, panel, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";
import { countText, filterField, pageOf, PageTopic } from "./page-parts.ts";
import type { Page, PageContext } from "./page.ts";
import { askToRemove } from "./remove-message.ts";
import { TableView, type TableColumn } from "./table-view.ts";

/** Nobody reads faster; 200 entries a second are drawn four times. */
const DRAW_MS = 250;
const OK = 200;

const COLUMNS: readonly TableColumn<TrafficRow>[] = [
  { name: "time", title: "Time", minPx: 84, text: ({ entry }) => clockText(entry.time_ms), tone: () => "faint" },
  {
    name: "user",
    title: "User",
    minPx: 80,
    share: 1,
    text: nameOf,
  },
  { name: "action", title: "Action", minPx: 90, share: 1, text: ({ action }) => action },
  {
    name: "code",
    title: "Code",
    minPx: 36,
    alignsRight: true,
    text: ({ code }) => String(code ?? "–"),
    tone: ({ code }) => (code === OK ? "good" : "bad"),
  },
  { name: "reason", title: "Reason", minPx: 60, share: 1, text: ({ reason }) => reason ?? "", tone: () => "bad" },
];

export class TrafficPage implements Page {
  readonly title = "Traffic";
  readonly widget: QWidget;
  readonly model = new AdminTraffic();
  readonly table: TableView<TrafficRow>;
  readonly filter: QLineEdit;
  readonly unmask = new QCheckBox();
  readonly request = jsonView("Request");
  readonly response = jsonView("Response");
  /** Takes away the message that the chosen request has sent or edited. */
  readonly remove = button({ text: "Remove this message…", name: "danger", onClick: () => this.#remove() });
  readonly outcome = new Outcome();
  readonly #context: PageContext;
  readonly #topic: PageTopic;
  readonly #changes = new ChangeSignal(DRAW_MS);
  readonly #count: QLabel = label({ name: "hint" });
  readonly #pause = button({ text: "Pause", onClick: () => this.#switchPause() });
  readonly #subscriptions = new DisposableStore();

  constructor(context: PageContext) {
    this.#context = context;
    this.#topic = new PageTopic(context.connection, "traffic");
    this.remove.setEnabled(false);
    this.table = new TableView({
      title: "Table of requests",
      theme: context.theme,
      columns: COLUMNS,
      keyOf: ({ key }) => key,
      sticksToEnd: true,
      onSelect: (chosen) => {
        this.request.setPlainText(prettyJson(chosen.entry.request));
        this.response.setPlainText(prettyJson(chosen.entry.response));
        setEnabled([this.remove], messageOf(chosen) !== undefined, this.filter);
      },
    });
    this.filter = filterField("Filter by user or action", (text) => {
      this.model.filter = text;
      this.#draw();
    });
    this.unmask.setText("Show texts (noted in the log)");
    this.unmask.setAccessibleName("Show what people write; this is noted in the server's log");
    this.unmask.addEventListener(
      "toggled",
      guard((isOn: boolean) => (context.connection.unmasksTexts = isOn)),
    );
    this.widget = this.#layOut();
    this.#subscriptions.add(
      context.connection.events.on("traffic", (entry) => this.#take(() => this.model.add(entry))),
    );
    this.#subscriptions.add(this.#changes);
    this.#subscriptions.add(this.#changes.onChange(() => this.#draw()));
    this.#subscriptions.add(context.theme.onChange(() => this.table.redraw()));
    this.#draw();
  }

  open(): void {
    this.#topic.follow();
  }

  /** The server copies traffic only while somebody looks. Texts are masked again the next time. */
  close(): void {
    this.unmask.setChecked(false);
    this.#topic.dispose();
  }

  dispose(): void {
    this.#topic.dispose();
    this.#subscriptions.dispose();
  }

  #layOut(): QWidget {
    const clear = button({ text: "Clear", onClick: () => this.#take(() => this.model.clear()) });
    const top = row({ spacing: 10, children: [{ grow: this.filter }, this.#count, this.unmask, this.#pause, clear] });
    const list = panel("page", column({ children: [{ grow: this.table.widget }] }));
    const details = panel(
      "page",
      column({
        margins: [12, 0, 22, 16],
        spacing: 6,
        children: [
          label({ text: "Request", name: "hint" }),
          { grow: this.request },
          label({ text: "Response", name: "hint" }),
          { grow: this.response },
          row({ spacing: 8, children: [{ grow: this.outcome.widget }, this.remove] }),
        ],
      }),
    );
    const both = row({ children: [{ grow: list }, { grow: details }] });
    return pageOf({ head: [top], body: panel("page", both) });
  }

  #remove(): void {
    const { selected } = this.table;
    const message = selected && messageOf(selected);
    if (message) askToRemove(this.#context, { ...message, username: nameOf(selected) }, this.outcome);
  }

  #take(change: () => void): void {
    change();
    this.#changes.touch();
  }

  #switchPause(): void {
    this.model.isPaused = !this.model.isPaused;
    this.#pause.setText(this.model.isPaused ? "Go on" : "Pause");
  }

  #draw(): void {
    const { rows, totalCount } = this.model;
    this.table.setRows(rows);
    this.#count.setText(countText(rows.length, totalCount, "requests"));
  }
}

function nameOf({ entry }: TrafficRow): string {
  return entry.username ?? `number ${entry.connection}`;
}

function jsonView(title: string): QPlainTextEdit {
  const view = new QPlainTextEdit();
  view.setObjectName("json");
  view.setReadOnly(true);
  view.setAccessibleName(title);
  return view;
}

/** "14:03:07.123", local time. */
function clockText(timeMs: number): string {
  const time = new Date(timeMs);
  return `${time.toLocaleTimeString("sv-SE")}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
