// How the rows of a conversation are measured and drawn: bubbles, pictures of authors, separators.
import {
  AlignmentFlag,
  ContextMenuPolicy,
  QKeyEvent,
  QLabel,
  TextFormat,
  TextInteractionFlag,
  WidgetEventTypes,
  type QWidget,
} from "@nodegui/nodegui";
import { authorColor } from "../kit/colors.ts";
import { guard } from "../kit/guard.ts";
import { iconPixmap } from "../kit/icons.ts";
import { Key, Modifier } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import type { RowPlace, RowRenderer, RowWidgets } from "../kit/virtual-list.ts";
import { label } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { bubbleHtml } from "./message-html.ts";
import { clockText, type MessageRow, type ViewRow } from "./message-rows.ts";
import { setTip } from "../kit/tip.ts";

const AVATAR_PX = 36;
const EDGE_PX = 14;
/** Free on the other side of a bubble. */
const FAR_EDGE_PX = 46;
const AVATAR_COLUMN_PX = EDGE_PX + AVATAR_PX + 8;
const MAX_BUBBLE_PX = 560;
const MIN_BUBBLE_PX = 72;
const GROUP_GAP_PX = 9;
const INNER_GAP_PX = 2;
const TICK_PX = 17;
const NOTICE_PX = 44;
/** Of the text size: hardly any line of a hundred characters is narrower. Longer lines wrap without being tried whole. */
const SURE_CHAR_WIDTH = 0.4;
/** The bubble's padding, as in the style sheet. */
const PAD = { right: 11, bottom: 5 };
/** Room for the tick in the bubble's text. */
const TICK_ROOM = "\u00a0MM";

export interface MessageActions {
  onLink(url: string): void;
  onMenu(row: MessageRow, bubble: QLabel): void;
  /** Ctrl+C with a selection in the bubble. */
  onCopy(row: MessageRow, bubble: QLabel): void;
  onAuthor(row: MessageRow): void;
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly wraps: boolean;
}

export class MessageRenderer implements RowRenderer<ViewRow> {
  /** Marked in the texts; "" for nothing. */
  word = "";
  readonly #theme: Theme;
  readonly #avatars: Avatars;
  readonly #actions: MessageActions;
  readonly #ruler: QLabel;
  readonly #noticeRuler: QLabel;
  readonly #sizes = new WeakMap<ViewRow, { readonly forWidthPx: number; readonly size: Size }>();

  /** `parent` is any widget of the window: labels that measure live in it, never shown. */
  constructor(parent: QWidget, theme: Theme, avatars: Avatars, actions: MessageActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    this.#actions = actions;
    this.#ruler = bubbleLabel("in", parent);
    this.#ruler.hide();
    this.#noticeRuler = label({ name: "notice", parent });
    this.#noticeRuler.hide();
  }

  kindOf(row: ViewRow): string {
    if (row.kind !== "message") return row.kind;
    const side = row.item.isOwn ? "out" : row.showsAuthor ? "author" : "in";
    return `${side} ${row.place}`;
  }

  estimatePx(row: ViewRow, widthPx: number): number {
    if (row.kind !== "message") return NOTICE_PX;
    const px = this.#theme.textPx;
    const charsPerLine = Math.max(12, this.#maxWidth(row, widthPx) / (px * 0.53));
    const lines = Math.ceil((row.item.text.length + 8) / charsPerLine) + (hasName(row) ? 1 : 0);
    return gapOf(row) + 12 + Math.round(lines * px * 1.37);
  }

  measurePx(row: ViewRow, widthPx: number): number {
    return row.kind === "message" ? gapOf(row) + this.#sizeOf(row, widthPx, true).height : NOTICE_PX;
  }

  create(kind: string, parent: QWidget): RowWidgets<ViewRow> {
    if (kind === "day") return this.#createDay(parent);
    if (kind === "unread") return this.#createUnread(parent);
    const [side = "in", place = "only"] = kind.split(" ");
    return this.#createBubble(side, place, parent);
  }

  #maxWidth(row: MessageRow, widthPx: number): number {
    const near = row.showsAuthor ? AVATAR_COLUMN_PX : EDGE_PX;
    const limit = MAX_BUBBLE_PX * Math.max(1, this.#theme.textPx / 14);
    return Math.max(MIN_BUBBLE_PX, Math.min(limit, widthPx - near - FAR_EDGE_PX));
  }

  #sizeOf(row: MessageRow, widthPx: number, fresh: boolean): Size {
    const known = this.#sizes.get(row);
    if (known && !fresh && known.forWidthPx === widthPx) return known.size;
    const maxWidth = Math.floor(this.#maxWidth(row, widthPx));
    const size = this.#measure(row, maxWidth);
    this.#sizes.set(row, { forWidthPx: widthPx, size });
    return size;
  }

  #measure(row: MessageRow, maxWidth: number): Size {
    const ruler = this.#ruler;
    const isLong = longestLine(row.item.text) * this.#theme.textPx * SURE_CHAR_WIDTH > maxWidth;
    ruler.setWordWrap(isLong);
    ruler.setText(this.html(row));
    if (!isLong) {
      const hint = ruler.sizeHint();
      const width = Math.max(MIN_BUBBLE_PX, hint.width());
      if (width <= maxWidth) return { width, height: hint.height(), wraps: false };
      ruler.setWordWrap(true);
    }
    return { width: maxWidth, height: ruler.heightForWidth(maxWidth), wraps: true };
  }

  html(row: MessageRow): string {
    const { item } = row;
    const { colors, textPx } = this.#theme;
    const author = hasName(row) ? { name: item.username, color: authorColor(item.userId, colors) } : undefined;
    return bubbleHtml({ text: item.text, author, meta: metaText(row), word: this.word }, colors, textPx);
  }

  #createBubble(side: string, place: string, parent: QWidget): RowWidgets<ViewRow> {
    const isOut = side === "out";
    const suffix = place === "middle" ? "" : `${place[0]?.toUpperCase()}${place.slice(1)}`;
    const bubble = bubbleLabel(`${isOut ? "out" : "in"}${suffix}`, parent);
    const meta = label({ name: isOut ? "metaOut" : "metaIn", parent });
    const tick = isOut ? label({ parent }) : undefined;
    const hasAvatar = side === "author" && (place === "last" || place === "only");
    const avatar = hasAvatar ? label({ parent }) : undefined;
    let shown: MessageRow | undefined;
    bubble.addEventListener(
      "linkActivated",
      guard((url: string) => this.#actions.onLink(url)),
    );
    bubble.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => {
        if (!shown || !event || !isCopy(new QKeyEvent(event))) return;
        bubble.setEventProcessed(true); // Qt would copy the time, too
        this.#actions.onCopy(shown, bubble);
      }),
    );
    bubble.setContextMenuPolicy(ContextMenuPolicy.CustomContextMenu);
    bubble.addEventListener(
      "customContextMenuRequested",
      guard(() => shown && this.#actions.onMenu(shown, bubble)),
    );
    if (avatar) onClick(avatar, () => shown && this.#actions.onAuthor(shown));
    const parts = [bubble, meta, ...(tick ? [tick] : []), ...(avatar ? [avatar] : [])];
    return {
      show: (row, at) => {
        if (row.kind !== "message") return;
        if (row !== shown) this.#fill(row, bubble, meta, tick, avatar, at.widthPx);
        shown = row;
        this.#arrange(row, bubble, meta, tick, avatar, at);
        for (const part of parts) part.show();
      },
      hide: () => {
        shown = undefined;
        for (const part of parts) part.hide();
      },
    };
  }

  #fill(
    row: MessageRow,
    bubble: QLabel,
    meta: QLabel,
    tick: QLabel | undefined,
    avatar: QLabel | undefined,
    widthPx: number,
  ): void {
    const { colors, pixelRatio } = this.#theme;
    bubble.setWordWrap(this.#sizeOf(row, widthPx, false).wraps);
    bubble.setText(this.html(row));
    bubble.setAccessibleName(`${row.item.username}, ${clockText(row.item.timeMs)}: ${row.item.text.slice(0, 200)}`);
    setTip(bubble, row.item.failure === undefined ? "" : `Not sent: ${row.item.failure}`);
    meta.setText(clockText(row.item.timeMs));
    if (tick) {
      const { state } = row.item;
      const name = state === "waiting" ? "clock" : state === "failed" ? "failed" : state === "read" ? "ticks" : "tick";
      const color = state === "failed" ? colors.danger : state === "waiting" ? colors.bubbleOutFaint : colors.tick;
      tick.setPixmap(iconPixmap(name, color, TICK_PX, pixelRatio));
      setTip(tick, row.item.failure ?? STATE_TEXTS[state]);
    }
    avatar?.setPixmap(this.#avatars.pixmap(row.item.userId, row.item.username, AVATAR_PX));
    avatar?.setAccessibleName(`Profile of ${row.item.username}`);
  }

  #arrange(
    row: MessageRow,
    bubble: QLabel,
    meta: QLabel,
    tick: QLabel | undefined,
    avatar: QLabel | undefined,
    at: RowPlace,
  ): void {
    const size = this.#sizeOf(row, at.widthPx, false);
    const top = Math.round(at.topPx) + gapOf(row);
    const left = row.item.isOwn ? at.widthPx - EDGE_PX - size.width : row.showsAuthor ? AVATAR_COLUMN_PX : EDGE_PX;
    bubble.setGeometry(left, top, size.width, size.height);
    const hint = meta.sizeHint();
    const tickWidth = tick ? TICK_PX + 2 : 0;
    const bottom = top + size.height - PAD.bottom;
    meta.setGeometry(
      left + size.width - PAD.right - tickWidth - hint.width(),
      bottom - hint.height(),
      hint.width(),
      hint.height(),
    );
    tick?.setGeometry(left + size.width - PAD.right - TICK_PX + 1, bottom - TICK_PX + 1, TICK_PX, TICK_PX);
    avatar?.setGeometry(EDGE_PX, top + size.height - AVATAR_PX, AVATAR_PX, AVATAR_PX);
  }

  #createDay(parent: QWidget): RowWidgets<ViewRow> {
    const notice = label({ name: "notice", parent, align: AlignmentFlag.AlignCenter });
    return {
      show: (row, at) => {
        if (row.kind === "message") return;
        notice.setText(row.text);
        this.#noticeRuler.setText(row.text);
        const hint = this.#noticeRuler.sizeHint();
        const left = Math.round((at.widthPx - hint.width()) / 2);
        notice.setGeometry(left, Math.round(at.topPx) + 12, hint.width(), 25);
        notice.show();
      },
      hide: () => notice.hide(),
    };
  }

  #createUnread(parent: QWidget): RowWidgets<ViewRow> {
    const line = label({ name: "unreadLine", parent, align: AlignmentFlag.AlignCenter });
    return {
      show: (row, at) => {
        line.setText(row.kind === "message" ? "" : row.text);
        line.setGeometry(0, Math.round(at.topPx) + 10, at.widthPx, 28);
        line.show();
      },
      hide: () => line.hide(),
    };
  }
}

const STATE_TEXTS = { waiting: "waiting to be sent", failed: "not sent", stored: "sent", read: "read" } as const;

/** The time as the bubble's text leaves room for it. */
export function metaText(row: MessageRow): string {
  return clockText(row.item.timeMs) + (row.item.isOwn ? TICK_ROOM : "");
}

/** Characters of the longest line; counting ends where it is long enough for anything. */
function longestLine(text: string): number {
  return Math.max(
    ...text
      .slice(0, 2000)
      .split("\n")
      .map((line) => line.length),
  );
}

function isCopy(event: QKeyEvent): boolean {
  return event.key() === Key.c && (event.modifiers() & Modifier.control) !== 0;
}

function hasName(row: MessageRow): boolean {
  return row.showsAuthor && (row.place === "first" || row.place === "only");
}

function gapOf(row: MessageRow): number {
  return row.place === "first" || row.place === "only" ? GROUP_GAP_PX : INNER_GAP_PX;
}

function bubbleLabel(name: string, parent: QWidget): QLabel {
  const bubble = new QLabel(parent);
  bubble.setObjectName(name);
  bubble.setTextFormat(TextFormat.RichText);
  bubble.setTextInteractionFlags(
    TextInteractionFlag.TextSelectableByMouse | TextInteractionFlag.LinksAccessibleByMouse,
  );
  return bubble;
}

function onClick(widget: QLabel, handler: () => unknown): void {
  widget.addEventListener(WidgetEventTypes.MouseButtonRelease, guard(handler));
}
