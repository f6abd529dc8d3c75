// The first page: what the server is, how many are there, and its curves of the last 10 minutes.
import { QGridLayout, type QLabel, type QWidget } from "@nodegui/nodegui";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import { AdminSamples, type Figure } from "../../src/client/models/admin-samples.ts";
import type { Sample, ServerStatus } from "../../src/protocol/admin.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { bytes, duration } from "../../src/util/quantities.ts";
import { column, label, panel } from "../kit/widgets.ts";
import { CurveView, type CurveOptions } from "./curve-view.ts";
import type { Page, PageContext } from "./page.ts";

const COLUMN_COUNT = 3;

const MEBIBYTE = 1024 * 1024;

type Curve = Pick<CurveOptions, "title" | "lines" | "format" | "unit">;

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const ms = (value: number): string => `${value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)} ms`;
const single = (figure: Figure, name = ""): Curve["lines"] => [{ name, figure, tone: "accent" }];

const CURVES: readonly Curve[] = [
  { title: "Messages per second", lines: single((sample) => sample.messages_per_sec), format: whole },
  { title: "Deliveries per second", lines: single((sample) => sample.deliveries_per_sec), format: whole },
  {
    title: "Latency",
    // From a frame's arrival to the writes of its events.
    lines: [
      { name: "p99", figure: (sample) => sample.latency_p99_ms, tone: "danger" },
      { name: "p50", figure: (sample) => sample.latency_p50_ms, tone: "accent" },
    ],
    format: ms,
  },
  { title: "Commit", lines: single((sample) => sample.commit_ms), format: ms },
  { title: "Writes per commit", lines: single((sample) => sample.batch_size), format: (value) => value.toFixed(1) },
  { title: "Event loop delay, p99", lines: single((sample) => sample.loop_delay_p99_ms), format: ms },
  { title: "CPU", lines: single((sample) => sample.cpu * 100), format: (value) => `${value.toFixed(0)} %` },
  { title: "Memory (RSS)", lines: single((sample) => sample.rss_bytes), format: bytes, unit: MEBIBYTE },
  { title: "Queued for slow readers", lines: single((sample) => sample.queued_bytes), format: bytes, unit: MEBIBYTE },
];

/** Names of the facts and how they read, in their order. */
const FACTS: readonly (readonly [string, (status: ServerStatus, nowMs: number) => string])[] = [
  ["Version", ({ version, pid }) => `${version}, process ${pid}`],
  ["Uptime", ({ started_ms: started }, nowMs) => duration(nowMs - started)],
  ["Connections", ({ connections, sessions }) => `${whole(connections)}, ${whole(sessions)} logged in`],
  ["Users online", ({ users_online: users }) => whole(users)],
  ["Store", ({ store }) => store],
  ["Avatars", ({ avatars }) => (avatars === null ? "off" : `FTP port ${avatars.port}`)],
  ["Data folder", ({ data_folder: folder }) => folder],
  [
    "Since the start",
    ({ requests, messages, deliveries }) =>
      `${whole(requests)} requests, ${whole(messages)} messages, ${whole(deliveries)} deliveries`,
  ],
  ["Acknowledged means", ({ durability }) => durability],
];
/** Facts of one line in the left half; the last ones go across. */
const PAIRED_COUNT = 6;

export class OverviewPage implements Page {
  readonly title = "Overview";
  readonly widget: QWidget;
  readonly samples = new AdminSamples();
  readonly #connection: ReconnectingAdminClient;
  readonly #values: QLabel[] = [];
  readonly #curves: readonly CurveView[];
  readonly #subscriptions = new DisposableStore();
  #watch: Disposable | undefined;
  #isOpen = false;

  constructor({ connection, theme }: PageContext) {
    this.#connection = connection;
    this.#curves = CURVES.map((curve) => new CurveView({ ...curve, theme, samples: this.samples }));
    this.widget = panel(
      "page",
      column({ margins: [22, 16, 22, 18], spacing: 14, children: [this.#facts(), { grow: this.#grid() }] }),
    );
    this.#subscriptions.add(connection.events.on("sample", (sample) => this.#onSample(sample)));
    this.#subscriptions.add(theme.onChange(() => this.#draw(Date.now())));
  }

  /** The facts as they are shown, by name. */
  fact(name: string): string {
    return this.#values[FACTS.findIndex(([fact]) => fact === name)]?.text() ?? "";
  }

  open(): void {
    this.#isOpen = true;
    this.#watch ??= this.#connection.watch("sample");
    void this.#load();
  }

  /** Samples are few, and wanted without gaps when the page comes back: they come as long as the panel is open. */
  close(): void {
    this.#isOpen = false;
  }

  dispose(): void {
    this.#watch?.dispose();
    this.#subscriptions.dispose();
  }

  /** Shows what the server said of itself. */
  showStatus(status: ServerStatus): void {
    FACTS.forEach(([, text], index) => this.#values[index]?.setText(text(status, Date.now())));
  }

  async #load(): Promise<void> {
    // Without a connection there is a banner, and this is done again when it is back.
    const answer = await this.#connection.request("samples", {}).catch(() => undefined);
    if (answer) this.samples.replace(answer.samples);
    this.#draw(this.samples.last?.time_ms ?? Date.now());
  }

  #onSample(sample: Sample): void {
    this.samples.add(sample);
    if (this.#isOpen) this.#draw(sample.time_ms);
  }

  #draw(endMs: number): void {
    for (const curve of this.#curves) curve.update(endMs);
  }

  #facts(): QWidget {
    const grid = new QGridLayout();
    grid.setContentsMargins(0, 0, 0, 0);
    grid.setHorizontalSpacing(14);
    grid.setVerticalSpacing(3);
    FACTS.forEach(([name], index) => {
      const value = label({ name: "factValue", wraps: index >= PAIRED_COUNT });
      this.#values.push(value);
      const isPaired = index < PAIRED_COUNT;
      const at = isPaired ? index >> 1 : index - PAIRED_COUNT / 2;
      const left = isPaired && index % 2 === 1 ? 2 : 0;
      grid.addWidget(label({ text: name, name: "factName" }), at, left);
      grid.addWidget(value, at, left + 1, 1, isPaired ? 1 : 3);
    });
    grid.setColumnStretch(1, 1);
    grid.setColumnStretch(3, 1);
    return panel("page", grid);
  }

  #grid(): QWidget {
    const grid = new QGridLayout();
    grid.setContentsMargins(0, 0, 0, 0);
    grid.setHorizontalSpacing(12);
    grid.setVerticalSpacing(12);
    this.#curves.forEach((curve, index) => {
      grid.addWidget(curve.widget, Math.floor(index / COLUMN_COUNT), index % COLUMN_COUNT);
    });
    for (let index = 0; index < COLUMN_COUNT; index += 1) grid.setColumnStretch(index, 1);
    return panel("page", grid);
  }
}
