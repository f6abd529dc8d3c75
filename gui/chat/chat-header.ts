// The line above a conversation: with whom, whether they are there, and what can be done.
import { CursorShape, WidgetEventTypes, type QPushButton, type QWidget } from "@nodegui/nodegui";
import type { Contact } from "../../src/client/models/contacts.ts";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { SERVER_USER_ID } from "../../src/protocol/ids.ts";
import { elided } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { showIcon } from "../kit/themed-icon.ts";
import { setTip } from "../kit/tip.ts";
import { column, iconButton, label, line, panel, rename, row } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { chatPicture } from "./chat-picture.ts";
import { SERVER_MARK } from "./bubble-layout.ts";
import { titleText } from "./message-html.ts";
import { clockText, dayText } from "./message-rows.ts";

const AVATAR_PX = 40;

export interface HeaderActions {
  onBack(): void;
  onSearch(): void;
  onMenu(beside: QWidget): void;
  onTitle(): void;
}

export interface HeaderContent {
  readonly chat: ChatRow;
  readonly contact: Contact | undefined;
  readonly isOnline: boolean;
}

export class ChatHeader {
  readonly widget: QWidget;
  readonly #theme: Theme;
  readonly #avatars: Avatars;
  readonly #avatar = label();
  readonly #title = label({ name: "heading", staysLeft: true });
  readonly #subtitle = label({ name: "subtitle", staysLeft: true });
  readonly #names: QWidget;
  #shown = { title: "", subtitle: "" };
  readonly #back: QPushButton;
  readonly #search: QPushButton;
  readonly #more: QPushButton;

  constructor(theme: Theme, avatars: Avatars, actions: HeaderActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    this.#back = iconButton({ title: "Back to the chats (Escape)", onClick: () => actions.onBack() });
    this.#search = iconButton({ title: "Search in this chat (Ctrl+F)", onClick: () => actions.onSearch() });
    this.#more = iconButton({ title: "More", onClick: () => actions.onMenu(this.#more) });
    this.#avatar.setFixedSize(AVATAR_PX, AVATAR_PX);
    const names = panel(
      "header",
      column({ margins: [0, 0, 0, 0], spacing: 0, children: ["stretch", this.#title, this.#subtitle, "stretch"] }),
    );
    this.#names = names;
    names.setMinimumWidth(60);
    names.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#fit()),
      { afterDefault: true },
    );
    names.setCursor(CursorShape.PointingHandCursor);
    for (const part of [names, this.#avatar])
      part.addEventListener(
        WidgetEventTypes.MouseButtonRelease,
        guard(() => actions.onTitle()),
      );
    const bar = row({
      margins: [14, 7, 10, 7],
      spacing: 4,
      children: [this.#back, this.#avatar, 7, { grow: names }, this.#search, this.#more],
    });
    this.widget = panel("header", column({ children: [bar, line()] }));
    this.#back.hide();
    this.applyTheme();
  }

  set isNarrow(isNarrow: boolean) {
    this.#back.setVisible(isNarrow);
  }

  show(content: HeaderContent): void {
    const { chat } = content;
    this.#shown = { title: titleText(chat.title), subtitle: subtitleText(content, Date.now()) };
    this.#fit();
    this.#avatar.setPixmap(chatPicture(chat, this.#avatars, this.#theme, AVATAR_PX));
    rename(this.#subtitle, chat.typing.length > 0 || chat.online === true ? "subtitleActive" : "subtitle");
  }

  /** Cuts what is too long for the window, with an ellipsis. */
  #fit(): void {
    const { textPx } = this.#theme;
    const width = this.#names.width();
    const { title, subtitle } = this.#shown;
    this.#title.setText(elided(title, width, textPx + 1, true));
    setTip(this.#title, title);
    this.#subtitle.setText(elided(subtitle, width, textPx - 1, false));
    this.#subtitle.setVisible(subtitle !== "");
  }

  applyTheme(): void {
    const { textPx } = this.#theme;
    this.widget.setFixedHeight(Math.max(AVATAR_PX + 16, Math.round(textPx * 2.9) + 16));
    showIcon(this.#back, "back", this.#theme);
    showIcon(this.#search, "search", this.#theme);
    showIcon(this.#more, "more", this.#theme);
  }
}

/** State of the other side, in words. */
function subtitleText({ chat, contact, isOnline }: HeaderContent, nowMs: number): string {
  if (chat.kind === "everyone") return "everybody on this server";
  if (chat.userId === SERVER_USER_ID) return SERVER_MARK;
  if (chat.isBlocked) return "blocked";
  if (chat.typing.length > 0) return chat.group ? `${chat.typing.join(", ")} typing…` : "typing…";
  if (chat.group) return membersText(chat.group.memberCount);
  if (!isOnline) return "waiting for the connection…";
  if (chat.online === true) return "online";
  if (!contact) return "not in your contacts";
  const { lastSeenMs } = contact;
  if (lastSeenMs !== undefined) {
    const day = dayText(lastSeenMs, nowMs);
    return `last seen ${day === "Today" ? "" : `${day.toLowerCase()} `}at ${clockText(lastSeenMs)}`;
  }
  return chat.online === false ? "offline" : "";
}

export function membersText(count: number): string {
  return count === 1 ? "1 member" : `${count.toLocaleString("en")} members`;
}
