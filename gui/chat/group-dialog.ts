// All about a group: its picture, name and rules, who is in it, and what the user may do with it.
import {
  AlignmentFlag,
  QDialog,
  QLabel,
  TextFormat,
  TextInteractionFlag,
  WidgetEventTypes,
  type QPushButton,
  type QWidget,
} from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { mayRemove, type GroupMember, type GroupMembers } from "../../src/client/models/group-members.ts";
import { isAtLeast, ROLES, type Role } from "../../src/protocol/entities.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore } from "../../src/util/disposable.ts";
import { openModal, type Windows } from "../kit/dialogs.ts";
import { elided } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import { openMenu, type MenuEntry } from "../kit/menu.ts";
import type { Theme } from "../kit/theme.ts";
import { setTip } from "../kit/tip.ts";
import { button, column, label, row } from "../kit/widgets.ts";
import type { AccountSession } from "./account-session.ts";
import { membersText } from "./chat-header.ts";
import { askToDeleteGroup, askToHandOver, askToLeave, askToRemove, setRole } from "./group-acts.ts";
import { openAddMembers, openEditGroup } from "./group-edit-dialogs.ts";
import { rulesText } from "./group-rules.ts";
import { MemberList } from "./member-list.ts";
import { textHtml, titleText } from "./message-html.ts";

export interface GroupOptions {
  readonly parent: QWidget;
  readonly session: AccountSession;
  readonly theme: Theme;
  readonly chatId: ChatId;
  readonly onLink: (url: string) => void;
  readonly onProfile: (parent: QWidget, userId: string, username: string) => void;
  readonly onWrite: (userId: string, username: string) => void;
}

const PICTURE_PX = 96;
const WIDTH_PX = 420;
const MARGIN_PX = 24;
const HEIGHT_PX = 680;
const LIST_PX = 170;
const MAKE_TEXTS: Readonly<Record<Role, string>> = {
  owner: "Make owner",
  moderator: "Make moderator",
  member: "Make plain member",
};

/** Undefined where the user is in no such group. */
export function openGroup(options: GroupOptions): QDialog | undefined {
  const { session, chatId } = options;
  if (session.workspace.chats.row(chatId)?.group === undefined) return undefined;
  return new GroupView(options).dialog;
}

class GroupView {
  readonly dialog: QDialog;
  readonly #options: GroupOptions;
  readonly #picture = label({ align: AlignmentFlag.AlignCenter });
  readonly #title = label({ name: "title", align: AlignmentFlag.AlignCenter });
  readonly #count = label({ name: "subtitle", align: AlignmentFlag.AlignCenter });
  readonly #topic = new QLabel();
  readonly #rules = label({ name: "hint", wraps: true, align: AlignmentFlag.AlignCenter });
  readonly #add: QPushButton;
  readonly #edit: QPushButton;
  readonly #delete: QPushButton;
  readonly #members: MemberList;
  readonly #people: GroupMembers;
  readonly #subscriptions = new DisposableStore();

  constructor(options: GroupOptions) {
    this.#options = options;
    const { session, theme, chatId } = options;
    const { workspace, messenger, avatars } = session;
    this.dialog = new QDialog(options.parent);
    this.#topic.setTextFormat(TextFormat.RichText);
    this.#topic.setWordWrap(true);
    this.#topic.setAlignment(AlignmentFlag.AlignCenter);
    this.#topic.setTextInteractionFlags(
      TextInteractionFlag.TextSelectableByMouse | TextInteractionFlag.LinksAccessibleByMouse,
    );
    this.#topic.addEventListener("linkActivated", guard(options.onLink));
    this.#picture.setFixedSize(PICTURE_PX, PICTURE_PX);
    this.#people = workspace.members(chatId);
    this.#members = this.#subscriptions.add(
      new MemberList({
        theme,
        avatars,
        members: this.#people,
        ownUserId: messenger.userId,
        onMenu: (member, at) => this.#memberMenu(member, at),
      }),
    );
    this.#members.widget.setMinimumHeight(LIST_PX);
    this.#add = button({ text: "Add people…", onClick: () => this.#withChat((chat) => this.#addPeople(chat)) });
    this.#edit = button({ text: "Edit…", onClick: () => this.#withChat((chat) => this.#openEdit(chat)) });
    const { groups } = workspace;
    this.#delete = button({
      text: "Delete…",
      name: "danger",
      onClick: () => this.#withChat((chat) => askToDeleteGroup(this.#windows, groups, chat)),
    });
    this.#layOut();
    this.#subscriptions.add(workspace.chats.onChange(() => this.#show()));
    this.#subscriptions.add(
      messenger.events.on("gone", (gone) => {
        if (gone.chatId === chatId) this.dialog.close();
      }),
    );
    this.dialog.addEventListener(
      WidgetEventTypes.Hide,
      guard(() => this.#subscriptions.dispose()),
    );
  }

  #layOut(): void {
    const { groups } = this.#options.session.workspace;
    const leave = button({
      text: "Leave…",
      name: "danger",
      onClick: () => this.#withChat((chat) => askToLeave(this.#windows, groups, chat)),
    });
    const close = button({ text: "Close", name: "primary", onClick: () => this.dialog.close() });
    const centred = (...children: QWidget[]) => row({ spacing: 8, children: ["stretch", ...children, "stretch"] });
    this.dialog.setMinimumWidth(WIDTH_PX);
    this.dialog.setLayout(
      column({
        margins: [MARGIN_PX, 24, MARGIN_PX, 18],
        children: [
          centred(this.#picture),
          10,
          this.#title,
          2,
          this.#count,
          10,
          this.#topic,
          4,
          this.#rules,
          12,
          centred(this.#add, this.#edit),
          12,
          { grow: this.#members.widget },
          16,
          row({ spacing: 8, children: [leave, this.#delete, "stretch", close] }),
        ],
      }),
    );
    this.#show();
    this.dialog.resize(WIDTH_PX, HEIGHT_PX);
    openModal(this.dialog, { enter: close });
  }

  #show(): void {
    const { session, theme } = this.#options;
    const chat = this.#chat;
    if (!chat?.group) return;
    const { topic, role, memberCount } = chat.group;
    const title = titleText(chat.title);
    this.dialog.setWindowTitle(title);
    this.#picture.setPixmap(session.avatars.initials(chat.chatId, chat.title, PICTURE_PX));
    this.#title.setText(elided(title, WIDTH_PX - 2 * MARGIN_PX, theme.textPx + 10, true));
    setTip(this.#title, title);
    this.#count.setText(membersText(memberCount));
    this.#topic.setText(textHtml(topic, "", theme.colors, theme.textPx));
    this.#topic.setVisible(topic !== "");
    this.#rules.setText(rulesText(chat.group));
    const moderates = isAtLeast(role, "moderator");
    this.#add.setVisible(moderates);
    this.#edit.setVisible(moderates);
    this.#delete.setVisible(role === "owner");
  }

  get #windows(): Windows {
    return { parent: this.dialog, main: this.#options.parent };
  }

  get #chat(): ChatRow | undefined {
    return this.#options.session.workspace.chats.row(this.#options.chatId);
  }

  #withChat(act: (chat: ChatRow) => unknown): unknown {
    const chat = this.#chat;
    return chat && act(chat);
  }

  #addPeople(chat: ChatRow): void {
    const { session, theme } = this.#options;
    openAddMembers({ ...this.#windows, session, theme, chat }, this.#people);
  }

  #openEdit(chat: ChatRow): void {
    const { session, theme } = this.#options;
    openEditGroup({ parent: this.dialog, session, theme, chat });
  }

  #memberMenu(member: GroupMember, at?: { readonly x: number; readonly y: number }): void {
    const chat = this.#chat;
    if (chat?.group) openMenu(this.dialog, this.#entriesOf(member, chat, chat.group.role), at);
  }

  #entriesOf(member: GroupMember, chat: ChatRow, own: Role): MenuEntry[] {
    const { session, onProfile, onWrite } = this.#options;
    const { groups } = session.workspace;
    const { userId, username, role } = member;
    const { dialog } = this;
    const windows = this.#windows;
    if (userId === session.messenger.userId)
      return [{ text: "Leave the group…", onClick: () => askToLeave(windows, groups, chat) }];
    const entries: MenuEntry[] = [
      { text: "Profile", onClick: () => onProfile(dialog, userId, username) },
      {
        text: "Write a message",
        onClick: () => {
          dialog.close();
          onWrite(userId, username);
        },
      },
    ];
    if (own === "owner") {
      entries.push("separator");
      for (const other of ROLES.filter((one) => one !== role))
        entries.push({
          text: MAKE_TEXTS[other],
          onClick: () => setRole(windows, groups, chat, { username, role: other }),
        });
      entries.push({ text: "Hand the group over…", onClick: () => askToHandOver(windows, groups, chat, username) });
    }
    if (mayRemove(own, role))
      entries.push("separator", {
        text: "Take out of the group…",
        onClick: () => askToRemove(windows, groups, chat, username),
      });
    return entries;
  }
}
