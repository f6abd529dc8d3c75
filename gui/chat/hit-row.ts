// A message that was found: the picture of its chat, who wrote it and when, the text around the word.
import { TextFormat, type QWidget } from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import type { Message } from "../../src/protocol/entities.ts";
import { foldCase } from "../../src/protocol/text.ts";
import { elided } from "../kit/elided.ts";
import type { Row } from "../kit/row-heights.ts";
import type { Theme } from "../kit/theme.ts";
import { escapeHtml } from "../kit/tip.ts";
import type { RowPlace, RowWidgets } from "../kit/virtual-list.ts";
import type { Avatars } from "./avatars.ts";
import { chatPicture } from "./chat-picture.ts";
import { piecesOf, previewText } from "./message-html.ts";
import { shortTimeText } from "./message-rows.ts";
import { PictureRow, pictureRowPx } from "./picture-row.ts";

const AVATAR_PX = 40;
/** So much of a text stands before the word at most. */
const BEFORE_CHARS = 20;
const MAX_CHARS = 400;

export interface HitRow extends Row {
  readonly kind: "hit";
  readonly message: Message;
  /** Undefined where the chat is not listed (any more). */
  readonly chat: ChatRow | undefined;
  readonly word: string;
  readonly isSelected: boolean;
  readonly ownUserId: string | undefined;
}

export interface HitRowActions {
  onHit(row: HitRow): unknown;
}

export function hitRowPx(theme: Theme): number {
  return pictureRowPx(AVATAR_PX, theme.textPx);
}

export class HitRowWidgets implements RowWidgets<Row> {
  readonly #theme: Theme;
  readonly #avatars: Avatars;
  readonly #base: PictureRow;
  #row: HitRow | undefined;

  constructor(parent: QWidget, theme: Theme, avatars: Avatars, actions: HitRowActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    this.#base = new PictureRow(parent, theme, AVATAR_PX, () => this.#row && actions.onHit(this.#row));
    this.#base.takeHtml(TextFormat.RichText);
  }

  show(row: Row, at: RowPlace): void {
    if (!isHit(row)) return;
    this.#row = row;
    const { message, chat, isSelected, ownUserId } = row;
    const { username, user_id: userId, time } = message;
    const author = userId === ownUserId ? "You" : username;
    const title = chat === undefined ? author : chat.kind === "direct" ? chat.title : `${author} in ${chat.title}`;
    const isOwnInDirect = chat?.kind === "direct" && userId === ownUserId;
    const picture =
      chat === undefined
        ? this.#avatars.pixmap(userId, username, AVATAR_PX)
        : chatPicture(
            chat,
            this.#avatars,
            this.#theme,
            AVATAR_PX,
            isSelected ? this.#theme.colors.onSelected : undefined,
          );
    const snippet = `${isOwnInDirect ? "You: " : ""}${snippetOf(message.message, row.word)}`;
    this.#base.show(
      {
        picture,
        title,
        right: shortTimeText(time * 1000, Date.now()),
        text: (widthPx) => this.#html(elided(snippet, widthPx, this.#theme.textPx - 1, false), row),
        isSelected,
      },
      at,
    );
    this.#base.widget.setAccessibleName(`${title}: ${snippet}`);
  }

  hide(): void {
    this.#row = undefined;
    this.#base.hide();
  }

  #html(text: string, { word, isSelected }: HitRow): string {
    const { colors } = this.#theme;
    const color = isSelected ? colors.onSelected : colors.accent;
    return piecesOf(text, word)
      .map((piece) =>
        piece.isHit
          ? `<span style="color:${color};font-weight:600">${escapeHtml(piece.text)}</span>`
          : escapeHtml(piece.text),
      )
      .join("");
  }
}

function isHit(row: Row): row is HitRow {
  return "kind" in row && row.kind === "hit";
}

/** One line of a text that begins shortly before the word. */
export function snippetOf(text: string, word: string): string {
  const line = previewText(text, text.length);
  const at = foldCase(line).indexOf(foldCase(word));
  if (at <= BEFORE_CHARS) return line.slice(0, MAX_CHARS);
  const space = line.indexOf(" ", at - BEFORE_CHARS - 1);
  const start = space >= 0 && space < at ? space + 1 : at - BEFORE_CHARS;
  return `…${line.slice(start, start + MAX_CHARS).replace(/^[\udc00-\udfff]/, "")}`;
}
