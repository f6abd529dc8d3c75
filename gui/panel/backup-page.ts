// Backups: made now, with progress, and the list of those made, each opened and counted.
import { basename, dirname } from "node:path";
import { QProgressBar, type QPushButton, type QWidget } from "@nodegui/nodegui";
import type { BackupInfo } from "../../src/protocol/admin.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { bytes, moment } from "../../src/util/quantities.ts";
import { setEnabled } from "../kit/focus.ts";
import { reportError } from "../kit/guard.ts";
import { openFolder } from "../kit/open-outside.ts";
import { button, label, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";
import { pageOf, PageTopic } from "./page-parts.ts";
import type { Page, PageContext } from "./page.ts";
import { TableView, type TableColumn } from "./table-view.ts";

const COLUMNS: readonly TableColumn<BackupInfo>[] = [
  { name: "made", title: "Made", minPx: 140, text: ({ time_ms: time }) => moment(time) },
  { name: "size", title: "Size", minPx: 80, alignsRight: true, text: ({ size_bytes: size }) => bytes(size) },
  {
    name: "holds",
    title: "Opened and counted",
    minPx: 190,
    text: holdsText,
    tone: ({ users }) => (users === null ? "bad" : "good"),
  },
  { name: "file", title: "File", minPx: 160, share: 1, text: ({ file }) => basename(file), tone: () => "faint" },
];

const NO_BACKUPS = "No backup was made here yet. Each is kept until somebody deletes its file.";

export class BackupPage implements Page {
  readonly title = "Backup";
  readonly widget: QWidget;
  readonly table: TableView<BackupInfo>;
  readonly make: QPushButton;
  readonly folder = button({ text: "Open the folder", onClick: () => this.#openFolder() });
  readonly progress = new QProgressBar();
  readonly outcome = new Outcome();
  readonly #context: PageContext;
  readonly #topic: PageTopic;
  readonly #subscriptions = new DisposableStore();

  constructor(context: PageContext) {
    this.#context = context;
    this.#topic = new PageTopic(context.connection, "backup");
    this.table = new TableView({
      title: "Table of backups",
      theme: context.theme,
      columns: COLUMNS,
      keyOf: ({ file }) => file,
      emptyText: NO_BACKUPS,
    });
    this.make = button({ text: "Make a backup now", name: "primary", onClick: () => this.#make() });
    this.progress.setRange(0, 100);
    this.progress.setTextVisible(false);
    this.progress.setAccessibleName("How much of the backup is made");
    this.progress.hide();
    this.folder.setEnabled(false);
    const hint = "The store is copied while it is used; nobody has to wait. The copy is opened and counted.";
    const top = row({
      spacing: 14,
      children: [this.make, { grow: label({ text: hint, name: "hint", wraps: true }) }, this.folder],
    });
    this.widget = pageOf({ head: [top, this.progress, this.outcome.widget], body: this.table.widget });
    this.#subscriptions.add(context.connection.events.on("backup", ({ percent }) => this.#showProgress(percent)));
    this.#subscriptions.add(context.theme.onChange(() => this.table.redraw()));
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

  #showProgress(percent: number): void {
    this.progress.setValue(Math.round(percent));
  }

  async #load(): Promise<void> {
    const answer = await this.#context.connection.request("backups", {}).catch(() => undefined);
    if (answer) this.table.setRows(answer.backups);
    this.folder.setEnabled(this.table.values.length > 0);
  }

  #openFolder(): void {
    const [made] = this.table.values;
    if (made) openFolder(dirname(made.file), reportError);
  }

  async #make(): Promise<void> {
    setEnabled([this.make], false, this.table.widget);
    this.outcome.clear();
    this.#showProgress(0);
    this.progress.show();
    const work = this.#context.connection.request("backup", {});
    await this.outcome.of(work, (made) => `Made, opened and counted: ${holdsText(made)}, ${bytes(made.size_bytes)}.`);
    this.progress.hide();
    this.make.setEnabled(true);
    await this.#load();
  }
}

function holdsText({ users, messages }: BackupInfo): string {
  if (users === null || messages === null) return "cannot be opened";
  return `${users.toLocaleString("en")} users, ${messages.toLocaleString("en")} messages`;
}
