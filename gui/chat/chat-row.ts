// One chat in the list at the left: picture, presence, name, time, last message, unread count.
import { AlignmentFlag, QLabel, QWidget, WidgetEventTypes, QMouseEvent } from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { elided } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import { iconPixmap } from "../kit/icons.ts";
import type { Row } from "../kit/row-heights.ts";
import { badgePx } from "../kit/style-sheet.ts";
import type { Theme } from "../kit/theme.ts";
import type { RowRenderer, RowWidgets } from "../kit/virtual-list.ts";
import { label, rename } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { messagePreview } from "./message-html.ts";
import { shortTimeText } from "./message-rows.ts";

const AVATAR_PX = 48;
const EDGE_PX = 11;
const MOUSE_LEFT = 1;

export interface ListRow extends Row {
  readonly chat: ChatRow;
  readonly isSelected: boolean;
  readonly ownUserId: string | undefined;
}

export interface ChatRowActions {
  onSelect(row: ListRow): void;
  onMenu(row: ListRow): void;
}

export class ChatRowRenderer implements RowRenderer<ListRow> {
  readonly #theme: Theme;
  readonly #avatars: Avatars;
  readonly #actions: ChatRowActions;

  constructor(theme: Theme, avatars: Avatars, actions: ChatRowActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    this.#actions = actions;
  }

  kindOf(): string {
    return "chat";
  }

  estimatePx(): number {
    return Math.max(AVATAR_PX + 16, Math.round(this.#theme.textPx * 3.4) + 18);
  }

  measurePx(): number {
    return this.estimatePx();
  }

  create(_kind: string, parent: QWidget): RowWidgets<ListRow> {
    return new ChatRowWidgets(parent, this.#theme, this.#avatars, this.#actions);
  }
}

class ChatRowWidgets implements RowWidgets<ListRow> {
  readonly #theme: Theme;
  readonly #avatars: Avatars;
  readonly #widget: QWidget;
  readonly #avatar: QLabel;
  readonly #dot: QLabel;
  readonly #title: QLabel;
  readonly #time: QLabel;
  readonly #text: QLabel;
  readonly #badge: QLabel;
  #row: ListRow | undefined;

  constructor(parent: QWidget, theme: Theme, avatars: Avatars, actions: ChatRowActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    const widget = new QWidget(parent);
    widget.setObjectName("row");
    this.#widget = widget;
    this.#avatar = label({ parent: widget });
    this.#dot = label({ parent: widget, name: "dot" });
    this.#title = label({ parent: widget, name: "rowTitle", staysLeft: true });
    this.#time = label({
      parent: widget,
      name: "rowTime",
      align: AlignmentFlag.AlignRight | AlignmentFlag.AlignVCenter,
    });
    this.#text = label({ parent: widget, name: "rowText", staysLeft: true });
    this.#badge = label({ parent: widget, name: "badge", align: AlignmentFlag.AlignCenter });
    widget.addEventListener(
      WidgetEventTypes.MouseButtonPress,
      guard((event) => {
        const isLeft = event !== undefined && (new QMouseEvent(event).button() as number) === MOUSE_LEFT;
        if (isLeft && this.#row) actions.onSelect(this.#row);
      }),
    );
    widget.addEventListener(
      WidgetEventTypes.ContextMenu,
      guard(() => this.#row && actions.onMenu(this.#row)),
    );
  }

  show(row: ListRow, at: { readonly topPx: number; readonly widthPx: number; readonly heightPx: number }): void {
    this.#widget.setGeometry(0, Math.round(at.topPx), at.widthPx, at.heightPx);
    this.#row = row;
    this.#name(row.isSelected);
    this.#fill(row, at.widthPx, at.heightPx);
    this.#widget.show();
  }

  hide(): void {
    this.#row = undefined;
    this.#widget.hide();
  }

  #name(isSelected: boolean): void {
    const end = isSelected ? "Selected" : "";
    rename(this.#widget, `row${end}`);
    rename(this.#title, `rowTitle${end}`);
    rename(this.#time, `rowTime${end}`);
    rename(this.#badge, `badge${end}`);
    rename(this.#dot, `dot${end}`);
    const isTyping = (this.#row?.chat.typing.length ?? 0) > 0;
    rename(this.#text, isSelected ? "rowTextSelected" : isTyping ? "rowTextActive" : "rowText");
  }

  #fill({ chat, isSelected, ownUserId }: ListRow, width: number, height: number): void {
    const { textPx, pixelRatio, colors } = this.#theme;
    const avatarTop = Math.round((height - AVATAR_PX) / 2);
    this.#avatar.setGeometry(EDGE_PX, avatarTop, AVATAR_PX, AVATAR_PX);
    if (chat.userId === undefined)
      this.#avatar.setPixmap(
        iconPixmap("people", isSelected ? colors.onSelected : colors.accent, AVATAR_PX, pixelRatio),
      );
    else this.#avatar.setPixmap(this.#avatars.pixmap(chat.userId, chat.title, AVATAR_PX));
    this.#dot.setGeometry(EDGE_PX + AVATAR_PX - 14, avatarTop + AVATAR_PX - 14, 14, 14);
    this.#dot.setVisible(chat.online === true);

    const left = EDGE_PX + AVATAR_PX + 11;
    const right = width - EDGE_PX;
    const lineHeight = Math.round(textPx * 1.5);
    const titleTop = Math.round(height / 2 - lineHeight - 1);
    const textTop = Math.round(height / 2 + 2);
    const { lastMessage } = chat;
    this.#time.setText(lastMessage ? shortTimeText(lastMessage.time * 1000, Date.now()) : "");
    const timeWidth = this.#time.sizeHint().width();
    this.#time.setGeometry(right - timeWidth, titleTop, timeWidth, lineHeight);
    const titleWidth = Math.max(20, right - timeWidth - left - 6);
    this.#title.setText(elided(chat.title, titleWidth, textPx, true));
    this.#title.setGeometry(left, titleTop, titleWidth, lineHeight);

    const badgeHeight = badgePx(textPx);
    this.#badge.setVisible(chat.unread > 0);
    this.#badge.setText(chat.unread > 9999 ? "9999+" : `${chat.unread}`);
    const badgeWidth = chat.unread > 0 ? Math.max(badgeHeight, this.#badge.sizeHint().width()) : 0;
    this.#badge.setGeometry(
      right - badgeWidth,
      textTop + Math.round((lineHeight - badgeHeight) / 2),
      badgeWidth,
      badgeHeight,
    );
    const textWidth = Math.max(20, right - badgeWidth - left - (badgeWidth > 0 ? 8 : 0));
    this.#text.setText(elided(previewOf(chat, ownUserId), textWidth, textPx - 1, false));
    this.#text.setGeometry(left, textTop, textWidth, lineHeight);
    this.#widget.setAccessibleName(`${chat.title}${chat.unread > 0 ? `, ${chat.unread} unread` : ""}`);
  }
}

function previewOf({ typing, lastMessage, kind }: ChatRow, ownUserId: string | undefined): string {
  if (typing.length > 0) return kind === "everyone" ? `${typing.join(", ")} typing…` : "typing…";
  if (!lastMessage) return kind === "everyone" ? "Everybody on this server" : "No messages yet";
  const text = messagePreview(lastMessage);
  if (lastMessage.user_id === ownUserId) return `You: ${text}`;
  return kind === "everyone" ? `${lastMessage.username}: ${text}` : text;
}
