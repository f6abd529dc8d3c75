// The members of a group in a list: presence and role, a menu for each, by mouse and keyboard.
import { QKeyEvent, QPoint, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import type { GroupMember, GroupMembers } from "../../src/client/models/group-members.ts";
import type { Role } from "../../src/protocol/entities.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { Key, Modifier } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList } from "../kit/virtual-list.ts";
import { column, label, panel } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { PersonRowWidgets, personRowPx, type PersonRow } from "./person-row.ts";

export interface MemberListOptions {
  readonly theme: Theme;
  readonly avatars: Avatars;
  /** Disposed with the list. */
  readonly members: GroupMembers;
  readonly ownUserId: string | undefined;
  /** `at` is a point of the screen; without it the menu opens at the mouse. */
  readonly onMenu: (member: GroupMember, at?: { readonly x: number; readonly y: number }) => void;
}

export const ROLE_TEXTS: Readonly<Record<Role, string>> = { owner: "owner", moderator: "moderator", member: "" };
/** The next page is asked for this near to the end. */
const LOAD_AHEAD_PX = 300;

export class MemberList implements Disposable {
  readonly widget: QWidget;
  readonly #options: MemberListOptions;
  readonly #list: VirtualList<PersonRow>;
  readonly #note = label({ name: "emptyHint", wraps: true });
  readonly #subscriptions = new DisposableStore();
  /** The member that the keyboard is on. */
  #current: string | undefined;
  #hasFocus = false;

  constructor(options: MemberListOptions) {
    this.#options = options;
    const { theme, avatars, members } = options;
    const menu = ({ key }: PersonRow): void => this.#openMenu(key, false);
    this.#list = new VirtualList<PersonRow>({
      name: "rows",
      renderer: {
        kindOf: () => "person",
        estimatePx: () => personRowPx(theme),
        measurePx: () => personRowPx(theme),
        create: (_kind, parent) => new PersonRowWidgets(parent, theme, avatars, { onPerson: menu, onPersonMenu: menu }),
      },
    });
    const { area } = this.#list;
    area.setObjectName("chats");
    area.setAccessibleName("Members");
    this.#list.onView = () => {
      const isIdle = members.members.length > 0 && !members.isLoading && members.problem === undefined;
      if (isIdle && this.#list.beyondPx.below < LOAD_AHEAD_PX) void members.loadMore();
    };
    area.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event))),
    );
    area.addEventListener(
      WidgetEventTypes.FocusIn,
      guard(() => this.#onFocus(true)),
    );
    area.addEventListener(
      WidgetEventTypes.FocusOut,
      guard(() => this.#onFocus(false)),
    );
    this.widget = panel("listFrame", column({ margins: [1, 1, 1, 1], children: [this.#note, { grow: area }] }));
    this.#subscriptions.add(members);
    this.#subscriptions.add(members.onChange(() => this.#show()));
    this.#subscriptions.add(avatars.onChange(() => this.#list.refresh()));
    void members.load();
    this.#show();
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #show(): void {
    const { members, ownUserId } = this.#options;
    this.#list.setRows(
      members.members.map(({ userId, username, role, online }) => ({
        key: userId,
        kind: "person",
        // The user is there, whatever the server knew when it was asked.
        person: { userId, username, firstName: "", secondName: "", online: online || userId === ownUserId },
        isSelected: this.#hasFocus && userId === this.#current,
        mark: "none",
        note: [ROLE_TEXTS[role], userId === ownUserId ? "you" : ""].filter((part) => part !== "").join(" · "),
      })),
    );
    this.#note.setVisible(members.members.length === 0);
    this.#note.setText(
      members.problem === undefined ? "Loading…" : `The members cannot be listed: ${members.problem}.`,
    );
  }

  #onFocus(hasFocus: boolean): void {
    this.#hasFocus = hasFocus;
    this.#current ??= this.#list.rows[0]?.key;
    this.#show();
  }

  #onKey(event: QKeyEvent): void {
    const key = event.key();
    const isMenu = key === Key.menu || (key === Key.f10 && (event.modifiers() & Modifier.shift) !== 0);
    if (key === Key.up || key === Key.down) this.#step(key === Key.up ? -1 : 1);
    else if (isMenu || key === Key.return || key === Key.enter || key === Key.space)
      this.#openMenu(this.#current, true);
    else return;
    this.#list.area.setEventProcessed(true);
  }

  #step(by: number): void {
    const { rows } = this.#list;
    const from = rows.findIndex(({ key }) => key === this.#current);
    const next = rows[Math.max(0, Math.min(rows.length - 1, from + by))];
    if (!next) return;
    this.#current = next.key;
    this.#show();
    this.#list.ensureVisible(next.key);
  }

  #openMenu(userId: string | undefined, isByKey: boolean): void {
    const member = this.#options.members.members.find((one) => one.userId === userId);
    const place = member && this.#list.placeOf(member.userId);
    if (!member || !place) return;
    if (!isByKey) return this.#options.onMenu(member);
    const at = this.#list.area.mapToGlobal(new QPoint(60, place.topPx + Math.round(place.heightPx / 2)));
    this.#options.onMenu(member, { x: at.x(), y: at.y() });
  }
}
