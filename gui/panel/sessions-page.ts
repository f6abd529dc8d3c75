// The connections: sorted, filtered, to be disconnected or banned.
import { QComboBox, QLabel, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import { allSessions } from "../../src/client/models/admin-pages.ts";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import { clientText, modeText, sessionsTable } from "../../src/client/models/admin-sessions.ts";
import type { AdminTable } from "../../src/client/models/admin-table.ts";
import type { SessionInfo } from "../../src/protocol/admin.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { bytes, duration, moment } from "../../src/util/quantities.ts";
import { ask } from "../kit/dialogs.ts";
import { setEnabled } from "../kit/focus.ts";
import { openMenu } from "../kit/menu.ts";
import { button, label, row } from "../kit/widgets.ts";
import { openBans } from "./bans-dialog.ts";
import { Outcome, reasonOf } from "./outcome.ts";
import { countText, filterField, pageOf } from "./page-parts.ts";
import type { Page, PageContext } from "./page.ts";
import { banQuestion, counted } from "./questions.ts";
import { TableView, type TableColumn } from "./table-view.ts";

/** How often the list is asked for while it is in view. 10,000 sessions are 2 MB of JSON. */
const REFRESH_MS = 3_000;

/** Of a moment without its seconds. */
const MINUTE_CHARS = "2026-11-30 06:49".length;

const DURATIONS = [
  ["10 minutes", 600],
  ["1 hour", 3_600],
  ["1 day", 86_400],
  ["1 week", 604_800],
  ["30 days", 2_592_000],
] as const;

const COLUMNS: readonly TableColumn<SessionInfo>[] = [
  { name: "connection", title: "Number", minPx: 66, alignsRight: true, text: ({ connection }) => String(connection) },
  {
    name: "username",
    title: "User",
    minPx: 80,
    share: 2,
    text: ({ username }) => username ?? "not logged in",
    tone: ({ username }) => (username === null ? "faint" : "plain"),
  },
  { name: "address", title: "Address", minPx: 92, share: 1, text: ({ address }) => address },
  { name: "client", title: "Client", minPx: 116, share: 1, text: clientText },
  { name: "mode", title: "Mode", minPx: 92, text: modeText },
  {
    name: "since",
    title: "Since",
    minPx: 112,
    text: ({ since_ms: since }) => moment(since).slice(0, MINUTE_CHARS),
    tone: () => "faint",
  },
  { name: "idle", title: "Idle", minPx: 52, alignsRight: true, text: ({ idle_ms: idle }) => duration(idle) },
  { name: "messages", title: "Messages", minPx: 68, alignsRight: true, text: ({ messages }) => String(messages) },
  {
    name: "queued",
    title: "Queued",
    minPx: 66,
    alignsRight: true,
    text: ({ queued_bytes: queued }) => bytes(queued),
    tone: ({ queued_bytes: queued }) => (queued > 0 ? "bad" : "faint"),
  },
  {
    name: "gaps",
    title: "Gaps",
    minPx: 44,
    alignsRight: true,
    text: ({ gaps }) => String(gaps),
    tone: ({ gaps }) => (gaps > 0 ? "bad" : "faint"),
  },
];

export class SessionsPage implements Page {
  readonly title = "Sessions";
  readonly widget: QWidget;
  readonly table: TableView<SessionInfo>;
  readonly filter: QLineEdit;
  readonly disconnect: QPushButton;
  readonly ban: QPushButton;
  readonly banTime = new QComboBox();
  readonly outcome = new Outcome();
  readonly #context: PageContext;
  readonly #connection: ReconnectingAdminClient;
  readonly #model: AdminTable<SessionInfo>;
  readonly #count: QLabel = label({ name: "hint" });
  readonly #chosen: QLabel = label({ name: "hint" });
  readonly #subscriptions = new DisposableStore();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(context: PageContext) {
    this.#context = context;
    this.#connection = context.connection;
    this.#model = sessionsTable();
    this.table = new TableView({
      title: "Table of connections",
      theme: context.theme,
      columns: COLUMNS,
      keyOf: ({ connection }) => String(connection),
      emptyText: "No connection to be shown.",
      onSort: (name) => this.#sortBy(name),
      onSelect: () => this.#showChosen(),
      onMenu: (session) => this.#openMenu(session),
    });
    this.table.showOrder(this.#model.order);
    this.filter = filterField("Filter by user or address", (text) => this.#filterBy(text));
    this.disconnect = button({ text: "Disconnect", onClick: () => this.#disconnect() });
    this.ban = button({ text: "Ban this address…", name: "danger", onClick: () => this.#ban() });
    this.banTime.addItems(DURATIONS.map(([text]) => text));
    this.banTime.setCurrentIndex(1);
    this.banTime.setAccessibleName("How long the address is banned");
    this.widget = this.#layOut();
    this.#subscriptions.add(context.theme.onChange(() => this.table.redraw()));
    this.#showChosen();
  }

  open(): void {
    this.#timer ??= setInterval(() => void this.refresh(), REFRESH_MS);
    void this.refresh();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  dispose(): void {
    this.close();
    this.#subscriptions.dispose();
  }

  /** Asks for the list; one question at a time. */
  async refresh(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { sessions } = await allSessions(this.#connection, "");
      this.#model.replace(sessions);
      this.#draw();
    } catch (error) {
      reasonOf(error); // no connection: the banner tells
    } finally {
      this.#isAsking = false;
    }
  }

  #layOut(): QWidget {
    const bans = button({
      text: "Banned addresses…",
      onClick: () => openBans(this.#context.window, this.#connection, this.#context.theme),
    });
    const top = row({ spacing: 10, children: [{ grow: this.filter }, this.#count, bans] });
    const bottom = row({
      spacing: 8,
      children: [this.#chosen, "stretch", this.disconnect, 12, this.banTime, this.ban],
    });
    return pageOf({ head: [top], body: this.table.widget, foot: [bottom, this.outcome.widget] });
  }

  #sortBy(name: string): void {
    this.#model.sortBy(name);
    this.table.showOrder(this.#model.order);
    this.#draw();
  }

  #filterBy(text: string): void {
    this.#model.filter = text;
    this.#draw();
  }

  #draw(): void {
    const { rows, totalCount } = this.#model;
    this.table.setRows(rows);
    this.#count.setText(countText(rows.length, totalCount, "connections"));
    this.#showChosen();
  }

  #showChosen(): void {
    const { selected } = this.table;
    setEnabled([this.disconnect, this.ban, this.banTime], selected !== undefined, this.filter);
    this.#chosen.setText(
      selected === undefined
        ? "Choose a row to disconnect or ban it."
        : `Number ${selected.connection}, ${selected.username ?? "not logged in"}, from ${selected.address}`,
    );
  }

  #openMenu({ username, address }: SessionInfo): void {
    openMenu(this.#context.window, [
      { text: `Disconnect ${username ?? "this connection"}`, onClick: () => this.#disconnect() },
      { text: `Ban ${address} for ${this.banTime.currentText()}…`, onClick: () => this.#ban() },
    ]);
  }

  async #disconnect(): Promise<void> {
    const { selected } = this.table;
    if (!selected) return;
    const { connection, username } = selected;
    const work = this.#connection.request("disconnect", { connection });
    await this.outcome.of(work, () => `${username ?? `Number ${connection}`} is disconnected.`);
    await this.refresh();
  }

  async #ban(): Promise<void> {
    const { selected } = this.table;
    const [text, seconds] = DURATIONS[this.banTime.currentIndex()] ?? DURATIONS[1];
    if (!selected) return;
    const { address } = selected;
    await this.outcome.of(allSessions(this.#connection, ""), ({ sessions }) => {
      ask(this.#context.window, banQuestion(address, text, sessions), () => this.#banFor(address, text, seconds));
      return undefined;
    });
  }

  async #banFor(address: string, time: string, seconds: number): Promise<void> {
    const work = this.#connection.request("ban", { address, seconds });
    await this.outcome.of(
      work,
      ({ disconnected }) => `${address} is banned for ${time}; ${counted(disconnected, "connection")} ended.`,
    );
    await this.refresh();
  }
}
