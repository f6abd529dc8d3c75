// Where a message is written: grows with the text, Enter sends, marks of emphasis by key or button.
import {
  QApplication,
  QClipboardMode,
  QKeyEvent,
  QLabel,
  QTextEdit,
  ScrollBarPolicy,
  TextFormat,
  WidgetEventTypes,
  WrapMode,
  type QPushButton,
  type QWidget,
} from "@nodegui/nodegui";
import type { Conversation } from "../../src/client/models/conversation.ts";
import { charCount } from "../../src/protocol/envelope.ts";
import { MAX_MESSAGE_CHARS } from "../../src/protocol/limits.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { icon } from "../kit/icons.ts";
import { Key, Modifier } from "../kit/keys.ts";
import { leaveShortcuts } from "../kit/shortcuts.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, iconButton, label, line, panel, row } from "../kit/widgets.ts";
import { EmojiPicker } from "./emoji-picker.ts";

const MAX_LINES = 9;
/** A text is put aside so long after the last key. */
const DRAFT_DELAY_MS = 400;
/** From here on the number of characters is shown. */
const COUNT_FROM_CHARS = MAX_MESSAGE_CHARS - 500;
const FRAME_PX = 20;

export interface ComposerActions {
  onSent(): void;
  onEscape(): void;
  /** By parts of the view, downwards positive. */
  onScroll(pages: number): void;
}

const MARKS = { bold: "**", italic: "*", underline: "__", code: "`" } as const;
type MarkName = keyof typeof MARKS;

export class Composer implements Disposable {
  readonly widget: QWidget;
  readonly edit = new QTextEdit();
  readonly #theme: Theme;
  readonly #actions: ComposerActions;
  readonly #send: QPushButton;
  readonly #emoji: QPushButton;
  readonly #hint = label({ name: "error" });
  /** Never shown; tells how high the text is. */
  readonly #ruler = new QLabel();
  readonly #picker: EmojiPicker;
  readonly #themeChange: Disposable;
  #conversation: Conversation | undefined;
  #draftTimer: NodeJS.Timeout | undefined;
  #isFilling = false;
  #hasSelection = false;

  constructor(theme: Theme, actions: ComposerActions) {
    this.#theme = theme;
    this.#actions = actions;
    this.#setUpEdit();
    this.#send = iconButton({ title: "Send (Enter)", sizePx: 42, iconPx: 26, onClick: () => this.#submit() });
    this.#emoji = iconButton({ title: "Emoji (Ctrl+E)", sizePx: 38, iconPx: 25, onClick: () => this.openEmoji() });
    this.#picker = new EmojiPicker(theme, (emoji) => this.#insert(emoji));
    this.#hint.hide();
    this.widget = panel("composer", this.#layout());
    this.#ruler.setTextFormat(TextFormat.PlainText);
    this.#ruler.setWordWrap(true);
    this.#ruler.setParent(this.widget);
    this.#ruler.hide();
    this.#themeChange = theme.onChange(() => this.#onTheme());
    this.#onTheme();
  }

  /** Writes to another chat; the text of the one before is kept there. */
  show(conversation: Conversation): void {
    this.#saveDraft();
    this.#conversation = conversation;
    this.#isFilling = true;
    this.edit.setPlainText(conversation.draft);
    this.#isFilling = false;
    this.#grow();
    this.edit.setFocus();
  }

  /** Writes to no chat; the text is kept where it was written. */
  leave(): void {
    this.#saveDraft();
    this.#conversation = undefined;
  }

  /** `text` was typed elsewhere, and belongs here. */
  focus(text = ""): void {
    if (text !== "") this.edit.insertPlainText(text);
    this.edit.setFocus();
  }

  openEmoji(): void {
    this.#picker.open(this.#emoji);
  }

  /** Puts marks of emphasis around the selection, or one where the cursor is. */
  mark(name: MarkName): void {
    const mark = MARKS[name];
    if (!this.#hasSelection) return this.#insert(mark);
    // Qt's wrapper gives no cursor: the selection is taken by way of the clipboard, which gets its text back.
    const clipboard = QApplication.clipboard();
    const before = clipboard?.text(QClipboardMode.Clipboard) ?? "";
    this.edit.cut();
    const selected = clipboard?.text(QClipboardMode.Clipboard) ?? "";
    this.#insert(`${mark}${selected}${mark}`);
    clipboard?.setText(before, QClipboardMode.Clipboard);
  }

  dispose(): void {
    this.#saveDraft();
    this.#themeChange.dispose();
    this.#picker.dispose();
  }

  #setUpEdit(): void {
    const { edit } = this;
    edit.setObjectName("message");
    edit.setAccessibleName("Message");
    edit.setAcceptRichText(false);
    edit.setPlaceholderText("Write a message…");
    edit.setHorizontalScrollBarPolicy(ScrollBarPolicy.ScrollBarAlwaysOff);
    edit.setVerticalScrollBarPolicy(ScrollBarPolicy.ScrollBarAlwaysOff);
    edit.setWordWrapMode(WrapMode.WrapAtWordBoundaryOrAnywhere);
    edit.setTabChangesFocus(true);
    leaveShortcuts(edit);
    edit.addEventListener(
      "textChanged",
      guard(() => this.#onText()),
    );
    edit.addEventListener(
      "copyAvailable",
      guard((yes: boolean) => void (this.#hasSelection = yes)),
    );
    edit.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event))),
    );
    edit.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#grow()),
      { afterDefault: true },
    );
  }

  #layout() {
    const formats = (
      [
        ["bold", "B", "Bold (Ctrl+B)", "font-weight:700"],
        ["italic", "I", "Italic (Ctrl+I)", "font-style:italic"],
        ["underline", "U", "Underline (Ctrl+U)", "text-decoration:underline"],
        ["code", "<>", "Code (Ctrl+Shift+C)", ""],
      ] as const
    ).map(([name, text, title, style]) => {
      const format = button({ text, name: "format", onClick: () => this.mark(name) });
      format.setFixedSize(28, 30);
      format.setToolTip(title);
      format.setAccessibleName(title.replace(/ \(.*\)$/, ""));
      if (style !== "") format.setInlineStyle(style, false);
      return format;
    });
    const bar = row({
      margins: [10, 6, 10, 6],
      spacing: 2,
      children: [this.#emoji, 4, { grow: this.edit }, ...formats, 4, this.#send],
    });
    return column({ children: [line(), this.#hint, bar] });
  }

  #onTheme(): void {
    const { colors, pixelRatio } = this.#theme;
    this.#send.setIcon(icon("send", colors.accent, pixelRatio, 26));
    this.#emoji.setIcon(icon("smile", colors.faint, pixelRatio, 25));
    setTimeout(() => this.#grow(), 0);
  }

  #onText(): void {
    this.#grow();
    if (this.#isFilling) return;
    if (this.edit.toPlainText() !== "") this.#conversation?.noteTyping();
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#saveDraft(), DRAFT_DELAY_MS);
  }

  #grow(): void {
    const text = this.edit.toPlainText();
    const width = Math.max(60, this.edit.viewport().width() - 8);
    // A line break at the end is a line, too.
    this.#ruler.setText(text.endsWith("\n") || text === "" ? `${text} ` : text.slice(0, MAX_MESSAGE_CHARS * 2));
    const lineHeight = Math.round(this.#theme.textPx * 1.45);
    const height = Math.max(lineHeight, this.#ruler.heightForWidth(width)) + FRAME_PX;
    const limit = lineHeight * MAX_LINES + FRAME_PX;
    this.edit.setFixedHeight(Math.min(height, limit));
    this.edit.setVerticalScrollBarPolicy(
      height > limit ? ScrollBarPolicy.ScrollBarAsNeeded : ScrollBarPolicy.ScrollBarAlwaysOff,
    );
    this.#showCount(text);
  }

  #showCount(text: string): void {
    const count = text.length > COUNT_FROM_CHARS ? charCount(text) : 0;
    this.#hint.setVisible(count > COUNT_FROM_CHARS);
    if (count <= COUNT_FROM_CHARS) return;
    this.#hint.setText(`   ${count.toLocaleString("en")} of ${MAX_MESSAGE_CHARS.toLocaleString("en")} characters`);
  }

  #onKey(event: QKeyEvent): void {
    const key = event.key();
    const modifiers = event.modifiers();
    const action = this.#actionOf(key, modifiers);
    if (!action) return;
    this.edit.setEventProcessed(true);
    action();
  }

  #actionOf(key: number, modifiers: number): (() => void) | undefined {
    const isControl = (modifiers & Modifier.control) !== 0;
    const isShift = (modifiers & Modifier.shift) !== 0;
    if ((key === Key.return || key === Key.enter) && !isShift) return () => this.#submit();
    if (key === Key.escape) return () => this.#actions.onEscape();
    if (key === Key.pageUp) return () => this.#actions.onScroll(-1);
    if (key === Key.pageDown) return () => this.#actions.onScroll(1);
    if (!isControl) return undefined;
    if (key === Key.b) return () => this.mark("bold");
    if (key === Key.i) return () => this.mark("italic");
    if (key === Key.u) return () => this.mark("underline");
    if (key === Key.e) return () => this.openEmoji();
    if (key === Key.c && isShift) return () => this.mark("code");
    return undefined;
  }

  #submit(): void {
    const text = this.edit.toPlainText().trim();
    const conversation = this.#conversation;
    if (!conversation || text === "") return;
    if (charCount(text) > MAX_MESSAGE_CHARS) return; // the count below the text says so
    conversation.send(text);
    this.#isFilling = true;
    this.edit.setPlainText("");
    this.#isFilling = false;
    this.#saveDraft();
    this.edit.setFocus();
    this.#actions.onSent();
  }

  #insert(text: string): void {
    this.edit.insertPlainText(text);
    this.edit.setFocus();
  }

  #saveDraft(): void {
    clearTimeout(this.#draftTimer);
    const conversation = this.#conversation;
    const text = this.edit.toPlainText();
    if (conversation && conversation.draft !== text) conversation.saveDraft(text);
  }
}
