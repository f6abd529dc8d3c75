// The message field: grows with the text, Enter sends, marks of emphasis by key or button.
import {
  QKeyEvent,
  QLabel,
  QPoint,
  QTextEdit,
  ScrollBarPolicy,
  TextFormat,
  WidgetEventTypes,
  WrapMode,
  type QPushButton,
  type QWidget,
} from "@nodegui/nodegui";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import { charCount } from "../../src/protocol/envelope.ts";
import { MAX_MESSAGE_CHARS } from "../../src/protocol/limits.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import { holdsFile } from "../kit/clipboard.ts";
import { ask } from "../kit/dialogs.ts";
import { acceptDrops } from "../kit/drops.ts";
import { guard } from "../kit/guard.ts";
import { Key, Modifier } from "../kit/keys.ts";
import { leaveShortcuts } from "../kit/shortcuts.ts";
import { replaceText, select, selectionOf } from "../kit/text-cursor.ts";
import type { Theme } from "../kit/theme.ts";
import { showIcon } from "../kit/themed-icon.ts";
import { column, iconButton, line, panel, row } from "../kit/widgets.ts";
import { Completer, type FindNames } from "./completer.ts";
import { TargetLine, type Target } from "./compose-target.ts";
import { ComposerHint } from "./composer-hint.ts";
import { toggledMark, type MarkName } from "./emphasis.ts";
import { EmojiPicker, type RecentEmoji } from "./emoji-picker.ts";
import { formatButtons } from "./format-buttons.ts";
import { messageParts, partsQuestion } from "./message-parts.ts";
import { RefusalBar, type Refusal } from "./refusal-bar.ts";

const MAX_LINES = 9;
/** A text is put aside so long after the last key. */
const DRAFT_DELAY_MS = 400;
const FRAME_PX = 20;
const NO_FILES = "Pictures and files cannot be sent.";
/** In a narrower window there is no room for the buttons of emphasis beside the text. */
const FORMATS_FROM_PX = 470;

export interface ComposerActions {
  onSent(): void;
  /** The arrow upwards in an empty field. */
  onEditLast(): void;
  /** The message to be answered in place of `from`: the one above (-1) or below (1); nothing below the last one. */
  answered(from: ConversationItem | undefined, step: number): ConversationItem | undefined;
  onEscape(): void;
  /** By parts of the view, downwards positive. */
  onScroll(pages: number): void;
}

export class Composer implements Disposable {
  readonly widget: QWidget;
  readonly edit = new QTextEdit();
  readonly #theme: Theme;
  readonly #actions: ComposerActions;
  readonly #send: QPushButton;
  readonly #emoji: QPushButton;
  readonly #hint = new ComposerHint();
  /** Never shown; tells how high the text is. */
  readonly #ruler = new QLabel();
  readonly #picker: EmojiPicker;
  readonly #completer: Completer;
  readonly #formats: readonly QPushButton[];
  readonly #line: TargetLine;
  readonly #bar = panel("composer");
  readonly #refusal = new RefusalBar();
  readonly #themeChange: Disposable;
  #conversation: Conversation | undefined;
  #draftTimer: NodeJS.Timeout | undefined;
  #growTimer: NodeJS.Timeout | undefined;
  #isFilling = false;
  #target: Target | undefined;
  /** The draft before a message was taken up to be edited. */
  #aside = "";

  constructor(theme: Theme, recent: RecentEmoji, findNames: FindNames, actions: ComposerActions) {
    this.#theme = theme;
    this.#actions = actions;
    this.#completer = new Completer(this.edit, theme, findNames);
    this.#formats = formatButtons((name) => this.mark(name));
    this.#setUpEdit();
    this.#send = iconButton({ title: "Send (Enter)", onClick: () => this.#submit() });
    this.#emoji = iconButton({ title: "Emoji (Ctrl+E)", onClick: () => this.openEmoji() });
    this.#picker = new EmojiPicker(theme, recent);
    const onCancel = (): void => {
      this.#aim(undefined);
      this.edit.setFocus();
    };
    this.#line = new TargetLine(theme, { onCancel, onChanged: (now) => this.#onTarget(now) });
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
    this.#aim(undefined);
    this.#saveDraft();
    this.#completer.close();
    this.#conversation = conversation;
    this.#line.follow(conversation);
    this.#isFilling = true;
    this.edit.setPlainText(conversation.draft);
    this.#isFilling = false;
    this.#grow();
  }

  /** Writes to no chat; the text is kept where it was written. */
  leave(): void {
    this.#aim(undefined);
    this.#saveDraft();
    this.#conversation = undefined;
    this.#line.follow(undefined);
  }

  /** Writes to no chat; the text is not kept, since the chat is gone. */
  discard(): void {
    this.#conversation = undefined;
    this.leave();
  }

  /** The next message answers this one. */
  startAnswer(item: ConversationItem): void {
    this.#aim({ kind: "answer", item });
    this.edit.setFocus();
  }

  /** Edits a message; what stood in the field comes back afterwards. */
  startEdit(item: ConversationItem): void {
    this.#aim({ kind: "edit", item });
    this.#fill(item.text);
    select(this.edit, { anchor: item.text.length, position: item.text.length });
    this.edit.setFocus();
  }

  /** `text` was typed elsewhere, and belongs here. */
  focus(text = ""): void {
    if (text !== "") this.edit.insertPlainText(text);
    this.edit.setFocus();
  }

  /** Lies over the panel of the conversation while something is completed, and takes what is dropped there. */
  joinPanel(conversation: QWidget): void {
    this.#completer.parent = conversation;
    acceptDrops(conversation, {
      onFiles: () => this.#hint.refuse(NO_FILES),
      onText: (text) => this.focus(text),
    });
  }

  get completer(): Completer {
    return this.#completer;
  }

  get emojiPicker(): EmojiPicker {
    return this.#picker;
  }

  openEmoji(): void {
    this.#picker.open(this.#emoji.mapToGlobal(new QPoint(0, 0)), (emoji) => this.#insert(emoji));
  }

  /** Puts marks of emphasis around the selection or the cursor, or takes them away again. */
  mark(name: MarkName): void {
    const { from, to, text, selection } = toggledMark(this.edit.toPlainText(), selectionOf(this.edit), name);
    replaceText(this.edit, from, to, text);
    select(this.edit, selection);
    this.edit.setFocus();
  }

  /** Puts the reason why nothing can be written here in the field's place; undefined gives the field back. */
  setRefusal(refusal: Refusal | undefined): void {
    this.#refusal.show(refusal);
    this.#bar.setVisible(refusal === undefined);
    if (refusal) this.#aim(undefined);
  }

  dispose(): void {
    clearTimeout(this.#growTimer);
    this.leave();
    this.#themeChange.dispose();
    this.#picker.dispose();
  }

  #setUpEdit(): void {
    const { edit } = this;
    edit.setObjectName("message");
    edit.setAccessibleName("Message");
    edit.setAcceptRichText(false);
    edit.setAcceptDrops(false); // what is dropped is for the panel around it: it would take files for their addresses
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
      "cursorPositionChanged",
      guard(() => (this.#isFilling ? undefined : this.#completer.update())),
    );
    edit.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event))),
    );
    edit.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#onResize()),
      { afterDefault: true },
    );
  }

  #layout() {
    const bar = row({
      margins: [10, 6, 10, 6],
      spacing: 2,
      children: [this.#emoji, 4, { grow: this.edit }, ...this.#formats, 4, this.#send],
    });
    this.#bar.setLayout(bar);
    return column({ children: [line(), this.#line.widget, this.#hint.widget, this.#bar, this.#refusal.widget] });
  }

  #onTheme(): void {
    const theme = this.#theme;
    showIcon(this.#send, "send", theme, { color: theme.colors.accent, sizePx: 42, iconPx: 26 });
    showIcon(this.#emoji, "smile", theme, { sizePx: 38, iconPx: 25 });
    this.#line.fit();
    for (const format of this.#formats) format.setFixedSize(theme.scaled(28), theme.scaled(30));
    clearTimeout(this.#growTimer);
    this.#growTimer = setTimeout(() => this.#grow(), 0);
  }

  #onText(): void {
    this.#grow();
    if (this.#isFilling) return;
    this.#hint.forget();
    if (this.edit.toPlainText() !== "") this.#conversation?.noteTyping();
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#saveDraft(), DRAFT_DELAY_MS);
  }

  #onResize(): void {
    const hasRoom = this.widget.width() >= FORMATS_FROM_PX;
    if (this.#formats[0]?.isHidden() === hasRoom) for (const format of this.#formats) format.setVisible(hasRoom);
    this.#line.fit();
    this.#grow();
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
    this.#hint.show(text);
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
    const completes = isControl || isShift ? undefined : this.#completer.actionOf(key);
    if (completes) return completes;
    if ((key === Key.return || key === Key.enter) && !isShift) return () => this.#submit();
    if (key === Key.escape) return () => (this.#target ? this.#aim(undefined) : this.#actions.onEscape());
    if (key === Key.up && !isControl && !isShift && this.edit.toPlainText() === "" && !this.#target)
      return () => this.#actions.onEditLast();
    if (key === Key.pageUp) return () => this.#actions.onScroll(-1);
    if (key === Key.pageDown) return () => this.#actions.onScroll(1);
    if (!isControl) return undefined;
    if (key === Key.up || key === Key.down) return () => this.#answerBy(key === Key.up ? -1 : 1);
    if (key === Key.v && holdsFile()) return () => this.#hint.refuse(NO_FILES);
    if (key === Key.b) return () => this.mark("bold");
    if (key === Key.i) return () => this.mark("italic");
    if (key === Key.u) return () => this.mark("underline");
    if (key === Key.e) return () => this.openEmoji();
    if (key === Key.c && isShift) return () => this.mark("code");
    return undefined;
  }

  /** The message that the next text is for; undefined for a message of its own. */
  #aim(target: Target | undefined): void {
    const before = this.#target;
    if (before === target) return;
    if (target?.kind === "edit" && before?.kind !== "edit") this.#aside = this.edit.toPlainText();
    this.#target = target;
    this.#line.show(target);
    if (before?.kind === "edit" && target?.kind !== "edit") this.#fill(this.#aside);
  }

  /** The message was changed, or is gone. */
  #onTarget(now: Target | undefined): void {
    this.#aim(now);
    if (!now) this.#hint.refuse("The message was deleted.");
  }

  /** Takes up another message to be answered. */
  #answerBy(step: number): void {
    if (this.#target?.kind === "edit") return;
    const item = this.#actions.answered(this.#target?.item, step);
    this.#aim(item && { kind: "answer", item });
  }

  #fill(text: string): void {
    this.#isFilling = true;
    this.edit.setPlainText(text);
    this.#isFilling = false;
    this.#completer.close();
  }

  #submit(): void {
    const text = this.edit.toPlainText().trim();
    const conversation = this.#conversation;
    if (!conversation || text === "") return;
    if (this.#target?.kind === "edit") return this.#submitEdit(conversation, this.#target.item, text);
    if (charCount(text) > MAX_MESSAGE_CHARS) return this.#offerParts(conversation, text);
    this.#sendAll(conversation, [text]);
  }

  #submitEdit(conversation: Conversation, item: ConversationItem, text: string): void {
    if (charCount(text) > MAX_MESSAGE_CHARS) return; // the count above the field says so
    if (text !== item.text) conversation.change(item, { kind: "edit", text });
    this.#aim(undefined);
    this.edit.setFocus();
  }

  /** A text that is too long for one message can go out as several. */
  #offerParts(conversation: Conversation, text: string): void {
    const parts = messageParts(text, MAX_MESSAGE_CHARS);
    const question = partsQuestion(text, parts.length, MAX_MESSAGE_CHARS);
    ask(this.widget, question, () => this.#conversation === conversation && this.#sendAll(conversation, parts));
  }

  #sendAll(conversation: Conversation, texts: readonly string[]): void {
    const replyTo = this.#target?.kind === "answer" ? this.#target.item.seq : undefined;
    for (const [index, text] of texts.entries()) conversation.send(text, index === 0 ? replyTo : undefined);
    this.#aim(undefined);
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
    const text = this.#target?.kind === "edit" ? this.#aside : this.edit.toPlainText();
    if (conversation?.isGone === false && conversation.draft !== text) conversation.saveDraft(text);
  }
}
