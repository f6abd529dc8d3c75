// The widgets of one bubble in view: its ground, what is written in it, the time, the picture of its author.
import {
  ContextMenuPolicy,
  QKeyEvent,
  QMouseEvent,
  TextFormat,
  WidgetAttribute,
  WidgetEventTypes,
  type QLabel,
  type QPixmap,
  type QWidget,
} from "@nodegui/nodegui";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { SERVER_USER_ID } from "../../src/protocol/ids.ts";
import { authorColor } from "../kit/colors.ts";
import { guard } from "../kit/guard.ts";
import { iconPixmap } from "../kit/icons.ts";
import { Key, Modifier } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import { escapeHtml, setTip } from "../kit/tip.ts";
import type { RowPlace, RowWidgets } from "../kit/virtual-list.ts";
import { label, rename } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import {
  AVATAR_COLUMN_PX,
  AVATAR_PX,
  EDGE_PX,
  gapOf,
  messageHtml,
  metaText,
  PAD,
  SERVER_MARK,
  shownText,
  TICK_PX,
  type BubbleMeasure,
} from "./bubble-layout.ts";
import { Chips, QuoteLabel, type Quoted } from "./bubble-extras.ts";
import { clockText, type MessageRow, type ViewRow } from "./message-rows.ts";
import { textLabel } from "./text-label.ts";

/** A message in view, for menus and the like. */
export interface ShownMessage {
  readonly row: MessageRow;
  /** The text, and the selected part of it. */
  readonly text: QLabel;
  /** The address of the link that the mouse is on; "" for none. */
  readonly link: string;
}

export interface BubbleActions {
  onLink(url: string): void;
  onMenu(message: ShownMessage): void;
  /** Ctrl+C with a selection in the bubble. */
  onCopy(message: ShownMessage): void;
  onAuthor(row: MessageRow): void;
  /** The left button goes down, moves while it is down, and goes up; `contentY` is in the list's content. */
  onPress(message: ShownMessage, isShift: boolean): boolean;
  onDrag(message: ShownMessage, contentY: number): boolean;
  onRelease(): void;
  /** The message that another one answers is to be shown. */
  onQuote(seq: number): void;
  onReaction(row: MessageRow, reaction: string): void;
}

/** State of a view's rows beside their content. */
export interface RowMarks {
  isSelected(row: MessageRow): boolean;
  isCurrent(row: MessageRow): boolean;
  /** Marked in the texts; "" for nothing. */
  word(): string;
  /** The message that is answered; undefined until it is known. */
  quoted(seq: number): Quoted | undefined;
  /** The user's own, as others name it. */
  ownName(): string;
  /** Users who have reacted in one way, as a text. */
  whoReacted(row: MessageRow, reaction: string): string;
}

const STATE_TEXTS = { waiting: "waiting to be sent", failed: "not sent", stored: "sent", read: "read" } as const;
const MOUSE_LEFT = 1;
const REFUSED_TEXTS: Readonly<Record<string, string>> = {
  delete: "Not deleted",
  edit: "Not changed",
  react: "The reaction is not stored",
  pin: "Not pinned",
};

export interface BubbleParts {
  readonly theme: Theme;
  readonly avatars: Avatars;
  readonly measure: BubbleMeasure;
  readonly marks: RowMarks;
  readonly actions: BubbleActions;
}

export class Bubble implements RowWidgets<ViewRow> {
  readonly #parts: BubbleParts;
  readonly #strip: QWidget;
  readonly #ground: QLabel;
  readonly #author: QLabel | undefined;
  readonly #text: QLabel;
  readonly #meta: QLabel;
  readonly #tick: QLabel | undefined;
  readonly #avatar: QLabel | undefined;
  readonly #parent: QWidget;
  readonly #isOut: boolean;
  #quote: QuoteLabel | undefined;
  #chips: Chips | undefined;
  readonly #widgets: readonly QWidget[];
  #shown: MessageRow | undefined;
  #picture: QPixmap | undefined;
  #word = "";
  #link = "";

  /** `side` is "in", "out" or "author"; `place` that of the row. */
  constructor(side: string, place: string, parent: QWidget, parts: BubbleParts) {
    this.#parts = parts;
    const isOut = side === "out";
    this.#parent = parent;
    this.#isOut = isOut;
    const isFirst = place === "first" || place === "only";
    const isLast = place === "last" || place === "only";
    const suffix = place === "middle" ? "" : `${place[0]?.toUpperCase()}${place.slice(1)}`;
    this.#strip = label({ name: "strip", parent });
    this.#ground = label({ name: `${isOut ? "out" : "in"}${suffix}`, parent });
    this.#author = side === "author" && isFirst ? label({ name: "author", parent }) : undefined;
    this.#author?.setTextFormat(TextFormat.RichText);
    this.#text = textLabel(parent);
    this.#meta = label({ name: isOut ? "metaOut" : "metaIn", parent });
    this.#tick = isOut ? label({ parent }) : undefined;
    this.#avatar = side === "author" && isLast ? label({ parent }) : undefined;
    this.#meta.setAttribute(WidgetAttribute.WA_TransparentForMouseEvents, true);
    const parted = [this.#ground, this.#author, this.#text, this.#meta, this.#tick, this.#avatar];
    this.#widgets = parted.filter((part) => part !== undefined);
    this.#strip.hide();
    this.#listen();
  }

  show(row: ViewRow, at: RowPlace): void {
    if (row.kind !== "message") return;
    const { marks } = this.#parts;
    if (row !== this.#shown || this.#word !== marks.word()) this.#fill(row, at.widthPx);
    this.#shown = row;
    this.#word = marks.word();
    this.#drawAvatar(row);
    this.#arrange(row, at);
    for (const part of this.#widgets) part.show();
    this.#mark(row);
  }

  #mark(row: MessageRow): void {
    const { marks } = this.#parts;
    const strips = {
      stripSelected: marks.isSelected(row),
      strip: marks.isCurrent(row),
      stripMention: row.item.mentionsMe && !row.item.isOwn,
    };
    const name = Object.entries(strips).find(([, isOn]) => isOn)?.[0];
    if (name !== undefined) rename(this.#strip, name);
    this.#strip.setVisible(name !== undefined);
  }

  hide(): void {
    this.#shown = undefined;
    for (const part of this.#widgets) part.hide();
    this.#strip.hide();
    this.#quote?.hide();
    this.#chips?.hide();
  }

  get #message(): ShownMessage | undefined {
    return this.#shown && { row: this.#shown, text: this.#text, link: this.#link };
  }

  #listen(): void {
    const { actions } = this.#parts;
    const text = this.#text;
    text.addEventListener(
      "linkActivated",
      guard((url: string) => {
        text.setSelection(0, 0); // Qt would leave a frame around it
        actions.onLink(url);
      }),
    );
    text.addEventListener(
      "linkHovered",
      guard((url: string) => {
        this.#link = url;
        setTip(text, url === "" && this.#shown ? this.#tipOf(this.#shown) : url);
      }),
    );
    text.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => {
        if (!this.#message || !event || !isCopy(new QKeyEvent(event))) return;
        text.setEventProcessed(true); // Qt would copy the places for breaks, too
        actions.onCopy(this.#message);
      }),
    );
    for (const part of [this.#ground, text]) this.#listenToMouse(part);
    for (const part of [this.#author, this.#avatar])
      part?.addEventListener(
        WidgetEventTypes.MouseButtonRelease,
        guard(() => this.#shown && actions.onAuthor(this.#shown)),
      );
  }

  #listenToMouse(part: QLabel): void {
    const { actions } = this.#parts;
    let isDown = false;
    part.setContextMenuPolicy(ContextMenuPolicy.CustomContextMenu);
    part.addEventListener(
      "customContextMenuRequested",
      guard(() => this.#message && actions.onMenu(this.#message)),
    );
    part.addEventListener(
      WidgetEventTypes.MouseButtonPress,
      guard((event) => {
        if (!event || !this.#message) return;
        const mouse = new QMouseEvent(event);
        if ((mouse.button() as number) !== MOUSE_LEFT) return;
        isDown = true;
        if (actions.onPress(this.#message, isShift(mouse))) part.setEventProcessed(true);
      }),
    );
    part.addEventListener(
      WidgetEventTypes.MouseMove,
      guard((event) => {
        if (!isDown || !event || !this.#message) return;
        if (actions.onDrag(this.#message, part.pos().y + new QMouseEvent(event).y())) part.setEventProcessed(true);
      }),
    );
    part.addEventListener(
      WidgetEventTypes.MouseButtonRelease,
      guard(() => {
        isDown = false;
        actions.onRelease();
      }),
    );
  }

  #tipOf({ item }: MessageRow): string {
    if (item.failure !== undefined) return `Not sent: ${item.failure}`;
    const refused = item.changes.find(({ failure }) => failure !== undefined);
    return refused ? refusedText(refused.kind, refused.failure) : "";
  }

  #fill(row: MessageRow, widthPx: number): void {
    const { theme, measure, marks } = this.#parts;
    const { colors, pixelRatio, textPx } = theme;
    const { item } = row;
    const layout = measure.layoutOf(row, widthPx);
    this.#text.setWordWrap(layout.text.wraps);
    this.#text.setText(messageHtml(row, { word: marks.word(), ownName: marks.ownName() }, colors, textPx));
    this.#text.setAccessibleName(`${item.username}, ${clockText(item.timeMs)}: ${shownText(row).slice(0, 200)}`);
    setTip(this.#text, this.#tipOf(row));
    this.#meta.setText(metaText(row));
    this.#author?.setText(authorHtml(item.userId, layout.author?.text ?? "", theme));
    if (this.#tick) {
      const state = stateOf(item);
      const name = state === "waiting" ? "clock" : state === "failed" ? "failed" : state === "read" ? "ticks" : "tick";
      const color = state === "failed" ? colors.danger : state === "waiting" ? colors.bubbleOutFaint : colors.tick;
      this.#tick.setPixmap(iconPixmap(name, color, TICK_PX, pixelRatio));
      setTip(this.#tick, this.#tipOf(row) || STATE_TEXTS[state]);
    }
    this.#avatar?.setAccessibleName(`Profile of ${item.username}`);
  }

  /** Apart from the text, which would lose its selection. */
  #drawAvatar({ item }: MessageRow): void {
    if (!this.#avatar) return;
    const picture = this.#parts.avatars.pixmap(item.userId, item.username, AVATAR_PX);
    if (picture === this.#picture) return;
    this.#picture = picture;
    this.#avatar.setPixmap(picture);
  }

  #arrange(row: MessageRow, at: RowPlace): void {
    const { author, text, width, height } = this.#parts.measure.layoutOf(row, at.widthPx);
    const top = Math.round(at.topPx) + gapOf(row);
    const left = row.item.isOwn ? at.widthPx - EDGE_PX - width : row.showsAuthor ? AVATAR_COLUMN_PX : EDGE_PX;
    this.#strip.setGeometry(0, Math.round(at.topPx), at.widthPx, at.heightPx);
    this.#ground.setGeometry(left, top, width, height);
    if (author) this.#author?.setGeometry(left + PAD.left, top + author.top, text.width, author.height);
    this.#text.setGeometry(left + PAD.left, top + text.top, text.width, text.height);
    this.#arrangeExtras(row, left + PAD.left, top, at.widthPx);
    const hint = this.#meta.sizeHint();
    const tickWidth = this.#tick ? TICK_PX + 2 : 0;
    const bottom = top + height - PAD.bottom + 1;
    const right = left + width - PAD.right;
    this.#meta.setGeometry(right - tickWidth - hint.width(), bottom - hint.height(), hint.width(), hint.height());
    this.#tick?.setGeometry(right - TICK_PX + 1, bottom - TICK_PX + 1, TICK_PX, TICK_PX);
    this.#avatar?.setGeometry(EDGE_PX, top + height - AVATAR_PX, AVATAR_PX, AVATAR_PX);
  }

  #arrangeExtras(row: MessageRow, left: number, top: number, widthPx: number): void {
    const { theme, marks, actions, measure } = this.#parts;
    const layout = measure.layoutOf(row, widthPx);
    const { replyTo } = row.item;
    if (replyTo !== undefined && layout.quote) {
      this.#quote ??= new QuoteLabel(this.#parent, this.#isOut, theme, () => {
        const seq = this.#shown?.item.replyTo;
        if (seq !== undefined) actions.onQuote(seq);
      });
      this.#quote.show(marks.quoted(replyTo), left, top + layout.quote.top, layout.text.width, layout.quote.height);
    } else this.#quote?.hide();
    if (layout.chips.length > 0) {
      this.#chips ??= new Chips(this.#parent, (reaction) => this.#shown && actions.onReaction(this.#shown, reaction));
      this.#chips.show(layout, left, top, (reaction) => marks.whoReacted(row, reaction));
    } else this.#chips?.hide();
  }
}

/** Of a change that the server has refused. */
export function refusedText(kind: string, failure: string | undefined): string {
  return `${REFUSED_TEXTS[kind] ?? "Not changed"}: ${failure}`;
}

/** Of an own message with the changes that are on their way: those wait, too. */
function stateOf({ state, changes }: ConversationItem): ConversationItem["state"] {
  if (changes.some(({ failure }) => failure !== undefined)) return "failed";
  return changes.length > 0 ? "waiting" : state;
}

/** The name in its colour; behind that of the server itself a mark on a ground of its own, which no name can have. */
function authorHtml(userId: string, name: string, { colors, textPx }: Theme): string {
  const shown = `<span style="color:${authorColor(userId, colors)}">${escapeHtml(name)}</span>`;
  if (userId !== SERVER_USER_ID) return shown;
  const style = `color:${colors.onAccent};background-color:${colors.accent};font-size:${textPx - 4}px`;
  return `${shown}&nbsp; <span style="${style}">&nbsp;${SERVER_MARK}&nbsp;</span>`;
}

function isShift(event: QMouseEvent): boolean {
  return (event.modifiers() & Modifier.shift) !== 0;
}

function isCopy(event: QKeyEvent): boolean {
  return event.key() === Key.c && (event.modifiers() & Modifier.control) !== 0;
}
