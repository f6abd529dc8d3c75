// The control panel's window: head, banner, and the pages with their buttons at the left.
import {
  QDragMoveEvent,
  QStackedWidget,
  QWidget,
  WidgetEventTypes,
  type QLabel,
  type QPushButton,
} from "@nodegui/nodegui";
import { ReconnectingAdminClient, type AdminState } from "../../src/client/models/reconnecting-admin-client.ts";
import type { PanelPage } from "../../src/config/panel-pages.ts";
import type { ServerStatus } from "../../src/protocol/admin.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { Emitter } from "../../src/util/emitter.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, label, line, panel, row } from "../kit/widgets.ts";
import { AnnouncePage } from "./announce-page.ts";
import { BackupPage } from "./backup-page.ts";
import { GroupsPage } from "./groups-page.ts";
import { ListenerControls } from "./listener-controls.ts";
import { LogPage } from "./log-page.ts";
import { MessagesPage } from "./messages-page.ts";
import { OverviewPage } from "./overview-page.ts";
import type { Page, PageContext } from "./page.ts";
import { SessionsPage } from "./sessions-page.ts";
import { TrafficPage } from "./traffic-page.ts";
import { UsersPage } from "./users-page.ts";

const STATUS_MS = 2_000;
const NAVIGATION_PX = 156;
/** Height of the head in letters: the state and two lines of what came of the last act. */
const HEAD_LINES = 4.4;
const SIZE = { width: 1120, height: 780, minWidth: 860, minHeight: 620 };

export interface PanelEvents {
  /** The user wants to close the window; whoever listens decides. */
  close: undefined;
  theme: undefined;
}

export class PanelWindow implements Disposable {
  readonly window = new QWidget();
  readonly events = new Emitter<PanelEvents>();
  readonly connection: ReconnectingAdminClient;
  readonly listener: ListenerControls;
  readonly pages: Readonly<Record<PanelPage, Page>> & {
    readonly overview: OverviewPage;
    readonly sessions: SessionsPage;
    readonly users: UsersPage;
    readonly groups: GroupsPage;
    readonly messages: MessagesPage;
    readonly traffic: TrafficPage;
    readonly announce: AnnouncePage;
    readonly log: LogPage;
    readonly backup: BackupPage;
  };
  readonly banner: QWidget;
  readonly bannerText: QLabel = label({ name: "connectionText", wraps: true });
  readonly tabs: readonly QPushButton[];
  readonly themeButton = button({ text: "", name: "link", onClick: () => this.events.emit("theme", undefined) });
  readonly #all: readonly Page[];
  readonly #head = new QStackedWidget();
  readonly #stack = new QStackedWidget();
  readonly #subscriptions = new DisposableStore();
  #page: Page;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(connection: ReconnectingAdminClient, theme: Theme) {
    this.connection = connection;
    const visit: PageContext["visit"] = (name, chatId) => {
      this.pages[name].choose(chatId);
      this.show(this.pages[name]);
    };
    const context: PageContext = { connection, theme, window: this.window, visit };
    this.listener = new ListenerControls(connection, this.window, () => this.#askStatus());
    this.pages = {
      overview: new OverviewPage(context),
      sessions: new SessionsPage(context),
      users: new UsersPage(context),
      groups: new GroupsPage(context),
      messages: new MessagesPage(context),
      traffic: new TrafficPage(context),
      announce: new AnnouncePage(context),
      log: new LogPage(context),
      backup: new BackupPage(context),
    };
    this.#all = Object.values(this.pages);
    this.#page = this.pages.overview;
    this.tabs = this.#all.map((page) => this.#tab(page));
    const retry = button({ text: "Try now", name: "link", onClick: () => connection.retryNow() });
    this.banner = panel(
      "connectionBar",
      row({ margins: [14, 4, 12, 4], children: [{ grow: this.bannerText }, retry] }),
    );
    this.#layOut();
    const showTheme = (): void => {
      this.themeButton.setText(theme.colors.isDark ? "Light colours" : "Dark colours");
      this.#head.setFixedHeight(Math.round(theme.textPx * HEAD_LINES));
    };
    showTheme();
    this.#subscriptions.add(theme.onChange(showTheme));
    this.#subscriptions.add(connection.events.on("state", (state) => this.#showState(state)));
    this.window.addEventListener(
      WidgetEventTypes.Close,
      guard((event) => this.#onClose(event)),
    );
    this.#showState(connection.state);
    this.show(this.pages.overview);
  }

  get page(): Page {
    return this.#page;
  }

  /** Brings a page into view; the one before asks the server for nothing more. */
  show(page: Page): void {
    if (page !== this.#page) this.#page.close();
    this.#page = page;
    this.#all.forEach((one, index) => this.tabs[index]?.setChecked(one === page));
    this.#stack.setCurrentWidget(page.widget);
    if (this.connection.state.kind === "online") page.open();
  }

  dispose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#subscriptions.dispose();
    for (const page of this.#all) page.dispose();
    this.window.close();
    this.window.deleteLater();
  }

  #layOut(): void {
    const { window } = this;
    const navigation = panel(
      "navigation",
      column({ margins: [10, 14, 10, 10], spacing: 3, children: [...this.tabs, "stretch", this.themeButton] }),
    );
    navigation.setFixedWidth(NAVIGATION_PX);
    for (const page of this.#all) this.#stack.addWidget(page.widget);
    // In the place of the controls, which are of no use then: the page stays where it is.
    this.#head.addWidget(this.listener.widget);
    this.#head.addWidget(this.banner);
    const head = panel("header", column({ margins: [22, 10, 22, 10], children: [this.#head] }));
    const body = row({ children: [navigation, line("down"), { grow: this.#stack }] });
    window.setObjectName("window");
    window.setWindowTitle("Messenger control panel");
    window.setLayout(column({ children: [head, line(), { grow: panel("page", body) }] }));
    window.setMinimumSize(SIZE.minWidth, SIZE.minHeight);
    window.resize(SIZE.width, SIZE.height);
  }

  #tab(page: Page): QPushButton {
    const tab = button({ text: page.title, name: "nav", onClick: () => this.show(page) });
    tab.setCheckable(true);
    return tab;
  }

  #showState(state: AdminState): void {
    if (state.kind === "connecting") return; // what was shown before holds until it is known better
    const isOnline = state.kind === "online";
    this.#head.setCurrentWidget(isOnline ? this.listener.widget : this.banner);
    clearInterval(this.#timer);
    if (state.kind === "offline") {
      this.bannerText.setText(`No connection: ${state.problem}. It is tried again every second.`);
      this.listener.show(undefined);
      return;
    }
    this.#timer = setInterval(() => void this.#askStatus(), STATUS_MS);
    void this.#askStatus();
    // The curves go on whatever page is in view.
    this.pages.overview.open();
    if (this.#page !== this.pages.overview) this.pages.overview.close();
    this.#page.open();
  }

  async #askStatus(): Promise<void> {
    const status: ServerStatus | undefined = await this.connection.request("status", {}).catch(() => undefined);
    if (status === undefined || this.#isClosed) return; // the connection's end is told by its state
    this.listener.show(status);
    this.pages.overview.showStatus(status);
  }

  /** The window stays: whether it may go is decided by who listens. */
  #onClose(event: ConstructorParameters<typeof QDragMoveEvent>[0] | undefined): void {
    if (this.#isClosed || event === undefined) return;
    new QDragMoveEvent(event).ignore();
    this.window.setEventProcessed(true);
    this.events.emit("close", undefined);
  }
}
