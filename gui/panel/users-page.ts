// The accounts: found, made, given a new password, disabled, deleted, their sessions ended.
import type { QLabel, QLineEdit, QPushButton, QWidget } from "@nodegui/nodegui";
import { allSessions } from "../../src/client/models/admin-pages.ts";
import { AdminUsers, stateText } from "../../src/client/models/admin-users.ts";
import type { AccountInfo } from "../../src/protocol/admin.ts";
import { SERVER_USER_ID } from "../../src/protocol/ids.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { moment } from "../../src/util/quantities.ts";
import { ask, type Question } from "../kit/dialogs.ts";
import { setEnabled } from "../kit/focus.ts";
import { openMenu, type MenuEntry } from "../kit/menu.ts";
import { button, label, row } from "../kit/widgets.ts";
import { openCreateUser } from "./create-user-dialog.ts";
import { openOneTimePassword } from "./one-time-password.ts";
import { Outcome } from "./outcome.ts";
import { filterField, pageOf } from "./page-parts.ts";
import type { Page, PageContext } from "./page.ts";
import { counted, disableQuestion, endQuestion, resetQuestion } from "./questions.ts";
import { TableView, type TableColumn } from "./table-view.ts";

/** A search begins when typing has paused. */
const SEARCH_DELAY_MS = 200;

const COLUMNS: readonly TableColumn<AccountInfo>[] = [
  { name: "username", title: "User", minPx: 130, share: 1, text: ({ username }) => username },
  {
    name: "state",
    title: "State",
    minPx: 80,
    text: (account) => (account.user_id === SERVER_USER_ID ? "the server" : stateText(account)),
    tone: ({ state, online }) => (state === "active" ? (online ? "good" : "plain") : "bad"),
  },
  { name: "login", title: "Last login", minPx: 140, text: ({ last_login_ms: last }) => moment(last) },
  { name: "created", title: "Created", minPx: 140, text: ({ created_ms: created }) => moment(created) },
  {
    name: "failed",
    title: "Failed logins",
    minPx: 90,
    alignsRight: true,
    text: ({ failed_logins: failed }) => String(failed),
    tone: ({ failed_logins: failed }) => (failed > 0 ? "bad" : "faint"),
  },
  { name: "id", title: "Id", minPx: 120, share: 1, text: ({ user_id: id }) => id, tone: () => "faint" },
];

type ByName = "disable_user" | "enable_user" | "delete_user";

/** False for accounts that are gone, and for the one that announcements come from: it belongs to no person. */
function isForActs(account: AccountInfo | undefined): account is AccountInfo {
  return account !== undefined && account.state !== "deleted" && account.user_id !== SERVER_USER_ID;
}

export class UsersPage implements Page {
  readonly title = "Users";
  readonly widget: QWidget;
  readonly table: TableView<AccountInfo>;
  readonly filter: QLineEdit;
  readonly outcome = new Outcome();
  readonly buttons: Readonly<Record<"create" | "reset" | "state" | "end" | "remove" | "more", QPushButton>>;
  readonly #context: PageContext;
  readonly #model: AdminUsers;
  readonly #count: QLabel = label({ name: "hint" });
  readonly #subscriptions = new DisposableStore();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: PageContext) {
    this.#context = context;
    this.#model = new AdminUsers(context.connection);
    this.table = new TableView({
      title: "Table of users",
      theme: context.theme,
      columns: COLUMNS,
      keyOf: ({ user_id: id }) => id,
      emptyText: "No user to be shown.",
      onSort: (name) => this.#sortBy(name),
      onSelect: () => this.#showChosen(),
      onMenu: () => this.#openMenu(),
    });
    this.table.showOrder(this.#model.order);
    this.filter = filterField("Find users by name", () => this.#searchSoon());
    this.buttons = {
      create: button({ text: "New user…", name: "primary", onClick: () => this.#create() }),
      reset: button({ text: "Reset password…", onClick: () => this.#resetPassword() }),
      state: button({ text: "Disable…", onClick: () => this.#switchState() }),
      end: button({ text: "End sessions…", onClick: () => this.#endSessions() }),
      remove: button({ text: "Delete…", name: "danger", onClick: () => this.#delete() }),
      more: button({ text: "Show more", name: "link", onClick: () => this.#load(this.#model.more()) }),
    };
    this.widget = this.#layOut();
    this.#subscriptions.add(context.theme.onChange(() => this.table.redraw()));
    this.#subscriptions.add(this.#model.onChange.on("change", () => this.#draw()));
    this.#draw();
  }

  open(): void {
    void this.#load(this.#model.refresh());
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  dispose(): void {
    this.close();
    this.#subscriptions.dispose();
  }

  #layOut(): QWidget {
    const { create, reset, state, end, remove, more } = this.buttons;
    const top = row({ spacing: 10, children: [{ grow: this.filter }, this.#count, create] });
    const bottom = row({ spacing: 8, children: [more, "stretch", reset, state, end, remove] });
    return pageOf({ head: [top], body: this.table.widget, foot: [bottom, this.outcome.widget] });
  }

  #searchSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(this.#model.search(this.filter.text())), SEARCH_DELAY_MS);
  }

  #load(work: Promise<void>): Promise<void> {
    return this.outcome.of(work, () => undefined);
  }

  #sortBy(name: string): void {
    this.#model.sortBy(name);
    this.table.showOrder(this.#model.order);
    this.#draw();
  }

  #draw(): void {
    const { users, hasMore } = this.#model;
    this.table.setRows(users);
    this.buttons.more.setVisible(hasMore);
    const count = users.length.toLocaleString("en");
    this.#count.setText(`${count}${hasMore ? "+" : ""} ${users.length === 1 ? "user" : "users"}`);
    this.#showChosen();
  }

  #showChosen(): void {
    const { selected } = this.table;
    const { reset, state, end, remove } = this.buttons;
    setEnabled([reset, state, end, remove], isForActs(selected), this.filter);
    state.setText(selected?.state === "disabled" ? "Enable" : "Disable…");
  }

  #openMenu(): void {
    const { selected } = this.table;
    if (!isForActs(selected)) return;
    const entries: MenuEntry[] = [
      { text: "Reset password…", onClick: () => this.#resetPassword() },
      { text: selected.state === "disabled" ? "Enable" : "Disable…", onClick: () => this.#switchState() },
      { text: "End sessions…", onClick: () => this.#endSessions() },
      "separator",
      { text: "Delete…", onClick: () => this.#delete() },
    ];
    openMenu(this.#context.window, entries);
  }

  #create(): void {
    const { window, connection } = this.#context;
    openCreateUser(window, connection, (username, password) => {
      this.outcome.good(`${username} is created.`);
      if (password !== null) openOneTimePassword(window, username, password);
      this.open();
    });
  }

  /** Asks a question that says how many sessions of the chosen user are concerned. */
  async #ask(
    question: (username: string, sessionCount: number) => Question,
    onYes: (username: string) => unknown,
  ): Promise<void> {
    const { selected } = this.table;
    if (!isForActs(selected)) return;
    const { username } = selected;
    const { window, connection } = this.#context;
    await this.outcome.of(allSessions(connection, username), ({ sessions }) => {
      const count = sessions.filter((session) => session.username === username).length;
      ask(window, question(username, count), () => onYes(username));
      return undefined;
    });
  }

  #resetPassword(): Promise<void> {
    return this.#ask(resetQuestion, (username) => this.#reset(username));
  }

  async #reset(username: string): Promise<void> {
    const { window, connection } = this.#context;
    await this.outcome.of(connection.request("reset_password", { username }), ({ password }) => {
      openOneTimePassword(window, username, password);
      return `${username} has a new password, and all sessions were ended.`;
    });
    this.open();
  }

  #switchState(): Promise<void> {
    const { selected } = this.table;
    if (selected?.state === "disabled") return this.#byName("enable_user", "may log in again", selected.username);
    return this.#ask(disableQuestion, (username) => this.#byName("disable_user", "is disabled", username));
  }

  #endSessions(): Promise<void> {
    return this.#ask(endQuestion, (username) => this.#end(username));
  }

  async #end(username: string): Promise<void> {
    const work = this.#context.connection.request("end_sessions", { username });
    await this.outcome.of(work, ({ ended }) => `${counted(ended, "session")} of ${username} ended.`);
    this.open();
  }

  #delete(): void {
    const { selected } = this.table;
    if (!isForActs(selected)) return;
    const { username } = selected;
    ask(
      this.#context.window,
      {
        title: `Delete ${username}?`,
        text: "The name is freed, and the messages stay without it. This cannot be taken back.",
        yes: "Delete",
        isDangerous: true,
      },
      () => this.#byName("delete_user", "is deleted", username),
    );
  }

  async #byName(action: ByName, done: string, username: string): Promise<void> {
    await this.outcome.of(this.#context.connection.request(action, { username }), () => `${username} ${done}.`);
    this.open();
  }
}
