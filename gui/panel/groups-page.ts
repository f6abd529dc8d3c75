// The groups and their members: found, archived, deleted; members added, removed, given another role.
import { QComboBox, type QLabel, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import { groupState, groupsTable } from "../../src/client/models/admin-groups.ts";
import { allGroups, allMembers } from "../../src/client/models/admin-pages.ts";
import type { AdminTable } from "../../src/client/models/admin-table.ts";
import type { GroupInfo, MemberInfo } from "../../src/protocol/admin.ts";
import { ROLES } from "../../src/protocol/entities.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { moment } from "../../src/util/quantities.ts";
import { ask } from "../kit/dialogs.ts";
import { setEnabled } from "../kit/focus.ts";
import { openMenu, type MenuEntry } from "../kit/menu.ts";
import { button, column, label, line, panel, row } from "../kit/widgets.ts";
import { openAddMember } from "./add-member-dialog.ts";
import { Outcome, reasonOf } from "./outcome.ts";
import { countText, filterField, pageOf } from "./page-parts.ts";
import type { Page, PageContext } from "./page.ts";
import { archiveQuestion, deleteGroupQuestion, removeMemberQuestion } from "./questions.ts";
import { TableView, type TableColumn } from "./table-view.ts";

/** Of a moment without its seconds. */
const MINUTE_CHARS = "2026-11-30 06:49".length;
const MEMBERS_PX = 200;

const GROUP_COLUMNS: readonly TableColumn<GroupInfo>[] = [
  { name: "title", title: "Group", minPx: 90, share: 1, text: ({ title }) => title },
  { name: "members", title: "Members", minPx: 62, alignsRight: true, text: ({ members }) => String(members) },
  { name: "messages", title: "Messages", minPx: 66, alignsRight: true, text: ({ messages }) => String(messages) },
  {
    name: "activity",
    title: "Last activity",
    minPx: 112,
    text: ({ last_ms: last }) => moment(last).slice(0, MINUTE_CHARS),
    tone: () => "faint",
  },
  {
    name: "state",
    title: "State",
    minPx: 60,
    text: groupState,
    tone: ({ archived }) => (archived ? "bad" : "faint"),
  },
];

const MEMBER_COLUMNS: readonly TableColumn<MemberInfo>[] = [
  {
    name: "username",
    title: "Member",
    minPx: 60,
    share: 1,
    text: ({ username }) => username,
    tone: ({ online }) => (online ? "good" : "plain"),
  },
  { name: "role", title: "Role", minPx: 70, text: ({ role }) => role },
];

export class GroupsPage implements Page {
  readonly title = "Groups";
  readonly widget: QWidget;
  readonly table: TableView<GroupInfo>;
  readonly members: TableView<MemberInfo>;
  readonly filter: QLineEdit;
  readonly role = new QComboBox();
  readonly outcome = new Outcome();
  readonly buttons: Readonly<
    Record<"messages" | "announce" | "archive" | "remove" | "add" | "setRole" | "drop", QPushButton>
  >;
  readonly #context: PageContext;
  readonly #model: AdminTable<GroupInfo> = groupsTable();
  readonly #count: QLabel = label({ name: "hint" });
  readonly #subscriptions = new DisposableStore();
  #hasMore = false;
  /** The group whose members are shown. */
  #membersOf: ChatId | undefined;
  /** Counts what was asked, so that an answer that comes late changes nothing. */
  #asked = 0;

  constructor(context: PageContext) {
    this.#context = context;
    const { theme } = context;
    this.table = new TableView({
      title: "Table of groups",
      theme,
      columns: GROUP_COLUMNS,
      keyOf: ({ chat_id: id }) => id,
      emptyText: "No group to be shown.",
      onSort: (name) => this.#sortBy(name),
      onSelect: () => void this.#load(this.#loadMembers()),
      onMenu: () => this.#openMenu(),
    });
    this.members = new TableView({
      title: "Table of members",
      theme,
      columns: MEMBER_COLUMNS,
      keyOf: ({ user_id: id }) => id,
      onSelect: ({ role }) => {
        this.role.setCurrentIndex(ROLES.indexOf(role));
        this.#showChosen();
      },
    });
    this.table.showOrder(this.#model.order);
    this.filter = filterField("Filter by title", (text) => {
      this.#model.filter = text;
      this.#draw();
    });
    this.role.addItems([...ROLES]);
    this.role.setAccessibleName("Role of the chosen member");
    this.buttons = {
      messages: button({ text: "Messages", onClick: () => this.#visit("messages") }),
      announce: button({ text: "Announce", onClick: () => this.#visit("announce") }),
      archive: button({ text: "Archive…", onClick: () => this.#switchArchived() }),
      remove: button({ text: "Delete…", name: "danger", onClick: () => this.#delete() }),
      add: button({ text: "Add member…", onClick: () => this.#add() }),
      setRole: button({ text: "Give this role", onClick: () => this.#setRole() }),
      drop: button({ text: "Remove member…", name: "danger", onClick: () => this.#drop() }),
    };
    this.widget = this.#layOut();
    const redraw = (): void => {
      this.table.redraw();
      this.members.redraw();
    };
    this.#subscriptions.add(theme.onChange(redraw));
    this.#draw();
  }

  open(): void {
    void this.#load(this.#loadGroups());
  }

  close(): void {
    this.outcome.clear();
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #layOut(): QWidget {
    const { messages, announce, archive, remove, add, setRole, drop } = this.buttons;
    this.members.widget.setFixedWidth(MEMBERS_PX);
    const lists = row({ children: [{ grow: this.table.widget }, line("down"), this.members.widget] });
    const ofGroup = row({ spacing: 8, children: ["stretch", messages, announce, archive, remove] });
    const ofMember = row({ spacing: 8, children: ["stretch", add, 12, this.role, setRole, 12, drop] });
    return pageOf({
      head: [row({ spacing: 10, children: [{ grow: this.filter }, this.#count] })],
      body: panel("page", column({ children: [{ grow: panel("page", lists) }] })),
      foot: [ofGroup, ofMember, this.outcome.widget],
    });
  }

  /** Shows in place why it was refused. */
  #load(work: Promise<void>): Promise<void> {
    return this.outcome.of(work, () => undefined);
  }

  async #loadGroups(): Promise<void> {
    const { groups, hasMore } = await allGroups(this.#context.connection, "");
    this.#model.replace(groups);
    this.#hasMore = hasMore;
    this.#draw();
    await this.#loadMembers();
  }

  async #loadMembers(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const chatId = this.table.selected?.chat_id;
    // Nobody of another group stays in view: what is done next is done to who is chosen here.
    if (chatId !== this.#membersOf) this.members.setRows([]);
    this.#membersOf = chatId;
    this.#showChosen();
    const members = chatId === undefined ? [] : await allMembers(this.#context.connection, chatId);
    if (asked !== this.#asked) return;
    this.members.setRows(members);
    this.#showChosen();
  }

  #sortBy(name: string): void {
    this.#model.sortBy(name);
    this.table.showOrder(this.#model.order);
    this.#draw();
  }

  #draw(): void {
    const { rows, totalCount } = this.#model;
    this.table.setRows(rows);
    this.#count.setText(`${countText(rows.length, totalCount, "groups")}${this.#hasMore ? "+" : ""}`);
    this.#showChosen();
  }

  #showChosen(): void {
    const { selected } = this.table;
    const { messages, announce, archive, remove, add, setRole, drop } = this.buttons;
    setEnabled([messages, announce, archive, remove, add], selected !== undefined, this.filter);
    archive.setText(selected?.archived === true ? "Restore" : "Archive…");
    const hasMember = selected !== undefined && this.members.selected !== undefined;
    setEnabled([setRole, drop, this.role], hasMember, this.filter);
  }

  #openMenu(): void {
    const { selected } = this.table;
    if (selected === undefined) return;
    const entries: MenuEntry[] = [
      { text: "Messages", onClick: () => this.#visit("messages") },
      { text: "Announce", onClick: () => this.#visit("announce") },
      { text: "Add member…", onClick: () => this.#add() },
      { text: selected.archived ? "Restore" : "Archive…", onClick: () => this.#switchArchived() },
      "separator",
      { text: "Delete…", onClick: () => this.#delete() },
    ];
    openMenu(this.#context.window, entries);
  }

  #visit(page: "messages" | "announce"): void {
    const { selected } = this.table;
    if (selected !== undefined) this.#context.visit(page, selected.chat_id);
  }

  /** Tells what came of it, and shows the lists as they are then. */
  async #act(work: Promise<unknown>, done: string): Promise<void> {
    await this.outcome.of(work, () => done);
    await this.#refresh();
  }

  /** Without a word of it: what an act came to stays to be read. */
  async #refresh(): Promise<void> {
    await this.#loadGroups().catch((error: unknown) => this.outcome.bad(reasonOf(error)));
  }

  #switchArchived(): unknown {
    const { selected } = this.table;
    if (selected === undefined) return undefined;
    const { chat_id, title, archived } = selected;
    const { connection, window } = this.#context;
    if (archived)
      return this.#act(connection.request("unarchive_group", { chat_id }), `${title} can be written in again.`);
    return ask(window, archiveQuestion(selected), () =>
      this.#act(connection.request("archive_group", { chat_id }), `${title} is archived.`),
    );
  }

  #delete(): void {
    const { selected } = this.table;
    if (selected === undefined) return;
    const { chat_id, title } = selected;
    const { connection, window } = this.#context;
    ask(window, deleteGroupQuestion(selected), () =>
      this.#act(connection.request("delete_group", { chat_id }), `${title} is deleted.`),
    );
  }

  #add(): void {
    const { selected } = this.table;
    if (selected === undefined) return;
    const { connection, window } = this.#context;
    openAddMember(window, connection, selected, (username) => {
      this.outcome.good(`${username} is a member of ${selected.title}.`);
      return this.#refresh();
    });
  }

  #setRole(): Promise<void> | undefined {
    const [group, member] = [this.table.selected, this.members.selected];
    const role = ROLES[this.role.currentIndex()];
    if (group === undefined || member === undefined || role === undefined) return undefined;
    const data = { chat_id: group.chat_id, username: member.username, role };
    return this.#act(this.#context.connection.request("set_role", data), `${member.username} is ${role} now.`);
  }

  #drop(): void {
    const [group, member] = [this.table.selected, this.members.selected];
    if (group === undefined || member === undefined) return;
    const { username } = member;
    const { connection, window } = this.#context;
    ask(window, removeMemberQuestion(group, username), () =>
      this.#act(
        connection.request("remove_member", { chat_id: group.chat_id, username }),
        `${username} is not in ${group.title} any more.`,
      ),
    );
  }
}
