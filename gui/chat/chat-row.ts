// One chat in the list at the left: picture, presence, name, time, last message, what is unread.
import { AlignmentFlag, WidgetEventTypes, type QLabel, type QWidget } from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { guard } from "../kit/guard.ts";
import { iconPixmap } from "../kit/icons.ts";
import type { Row } from "../kit/row-heights.ts";
import { badgePx } from "../kit/style-sheet.ts";
import type { Theme } from "../kit/theme.ts";
import type { RowPlace, RowRenderer, RowWidgets } from "../kit/virtual-list.ts";
import { label, rename } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { chatPicture } from "./chat-picture.ts";
import { messagePreview } from "./message-html.ts";
import { shortTimeText } from "./message-rows.ts";
import { PictureRow, pictureRowPx, type RowLines } from "./picture-row.ts";

const AVATAR_PX = 48;
const DOT_PX = 14;
const MUTED_PX = 15;
const BADGE_GAP_PX = 5;

export interface ListRow extends Row {
  readonly kind: "chat";
  readonly chat: ChatRow;
  readonly isSelected: boolean;
  readonly ownUserId: string | undefined;
}

/** `selected` is the id of the chat that is marked. */
export function chatRow(chat: ChatRow, selected: string | undefined, ownUserId: string | undefined): ListRow {
  return { key: chat.chatId, kind: "chat", chat, isSelected: chat.chatId === selected, ownUserId };
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
    return pictureRowPx(AVATAR_PX, this.#theme.textPx);
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
  readonly #base: PictureRow;
  readonly #dot: QLabel;
  readonly #muted: QLabel;
  readonly #badge: QLabel;
  readonly #mention: QLabel;
  #row: ListRow | undefined;

  constructor(parent: QWidget, theme: Theme, avatars: Avatars, actions: ChatRowActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    this.#base = new PictureRow(parent, theme, AVATAR_PX, () => this.#row && actions.onSelect(this.#row));
    const { widget } = this.#base;
    this.#dot = label({ parent: widget, name: "dot" });
    this.#muted = label({ parent: widget });
    this.#badge = label({ parent: widget, name: "badge", align: AlignmentFlag.AlignCenter });
    this.#mention = label({ parent: widget, name: "mention", text: "@", align: AlignmentFlag.AlignCenter });
    widget.addEventListener(
      WidgetEventTypes.ContextMenu,
      guard(() => this.#row && actions.onMenu(this.#row)),
    );
  }

  show(row: ListRow, at: RowPlace): void {
    this.#row = row;
    const { chat, isSelected, ownUserId } = row;
    const { colors, pixelRatio } = this.#theme;
    const onTop = isSelected ? colors.onSelected : colors.accent;
    const badges = this.#fillBadges(row);
    const widths = badges.map((badge) => this.#badgeWidth(badge));
    const { lastMessage } = chat;
    const lines = this.#base.show(
      {
        picture: chatPicture(chat, this.#avatars, this.#theme, AVATAR_PX, onTop),
        title: chat.title,
        right: lastMessage ? shortTimeText(lastMessage.time * 1000, Date.now()) : "",
        text: previewOf(chat, ownUserId),
        isSelected,
        isActive: chat.typing.length > 0,
        titleRoomPx: chat.isMuted ? MUTED_PX + BADGE_GAP_PX : 0,
        textRoomPx: widths.reduce((sum, width) => sum + width + BADGE_GAP_PX, 0) + (widths.length > 0 ? 3 : 0),
      },
      at,
    );
    this.#placeBadges(badges, lines, widths);
    this.#dot.setGeometry(
      lines.pictureLeft + AVATAR_PX - DOT_PX,
      lines.pictureTop + AVATAR_PX - DOT_PX,
      DOT_PX,
      DOT_PX,
    );
    rename(this.#dot, isSelected ? "dotSelected" : "dot");
    this.#dot.setVisible(chat.online === true);
    this.#muted.setVisible(chat.isMuted);
    if (chat.isMuted) {
      const color = isSelected ? colors.onSelectedFaint : colors.faint;
      this.#muted.setPixmap(iconPixmap("muted", color, MUTED_PX, pixelRatio));
      const top = lines.titleTop + Math.round((lines.lineHeight - MUTED_PX) / 2);
      this.#muted.setGeometry(lines.titleRight + BADGE_GAP_PX, top, MUTED_PX, MUTED_PX);
    }
    this.#base.widget.setAccessibleName(nameOf(chat));
  }

  hide(): void {
    this.#row = undefined;
    this.#base.hide();
  }

  /** Those of the chat, from the right. */
  #fillBadges({ chat, isSelected }: ListRow): readonly QLabel[] {
    const end = isSelected ? "Selected" : "";
    rename(this.#badge, chat.isMuted && !isSelected ? "badgeMuted" : `badge${end}`);
    rename(this.#mention, `mention${end}`);
    this.#badge.setText(chat.unread === 0 ? "" : chat.unread > 9999 ? "9999+" : `${chat.unread}`);
    const shown = [
      ...(chat.unread > 0 || chat.isMarkedUnread ? [this.#badge] : []),
      ...(chat.mentions > 0 ? [this.#mention] : []),
    ];
    for (const badge of [this.#badge, this.#mention]) badge.setVisible(shown.includes(badge));
    return shown;
  }

  #badgeWidth(badge: QLabel): number {
    const height = badgePx(this.#theme.textPx);
    return badge === this.#mention || badge.text() === "" ? height : Math.max(height, badge.sizeHint().width());
  }

  #placeBadges(badges: readonly QLabel[], { right, textTop, lineHeight }: RowLines, widths: readonly number[]): void {
    const height = badgePx(this.#theme.textPx);
    const top = textTop + Math.round((lineHeight - height) / 2);
    let end = right;
    for (const [index, badge] of badges.entries()) {
      const width = widths[index] ?? height;
      badge.setGeometry(end - width, top, width, height);
      end -= width + BADGE_GAP_PX;
    }
  }
}

/** The row as a screen reader says it. */
function nameOf({ title, unread, mentions, isMarkedUnread, isMuted }: ChatRow): string {
  const parts = [
    title,
    ...(unread > 0 ? [`${unread} unread`] : isMarkedUnread ? ["marked as unread"] : []),
    ...(mentions > 0 ? ["you are mentioned"] : []),
    ...(isMuted ? ["muted"] : []),
  ];
  return parts.join(", ");
}

function previewOf({ typing, lastMessage, kind }: ChatRow, ownUserId: string | undefined): string {
  const isOfTwo = kind === "direct";
  if (typing.length > 0) return isOfTwo ? "typing…" : `${typing.join(", ")} typing…`;
  if (!lastMessage) return kind === "everyone" ? "Everybody on this server" : "No messages yet";
  const text = messagePreview(lastMessage);
  if (lastMessage.user_id === ownUserId) return `You: ${text}`;
  return isOfTwo ? text : `${lastMessage.username}: ${text}`;
}
