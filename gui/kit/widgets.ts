// Factories of widgets, with the properties that all of ours have.
import {
  AlignmentFlag,
  CursorShape,
  Direction,
  EchoMode,
  FocusPolicy,
  QBoxLayout,
  QKeyEvent,
  QLabel,
  QLineEdit,
  QPushButton,
  QSize,
  QWidget,
  TextFormat,
  WidgetEventTypes,
  type QIcon,
  type QLayout,
} from "@nodegui/nodegui";
import { guard } from "./guard.ts";
import { Key } from "./keys.ts";

/** Edges in the order left, top, right, bottom. */
export type Margins = readonly [number, number, number, number];

export interface BoxOptions {
  /** Widgets and gaps from the beginning on: a number is a gap in pixels, "stretch" takes what is left. */
  readonly children: readonly (QWidget | QLayout | number | "stretch" | Stretched)[];
  readonly margins?: Margins;
  readonly spacing?: number;
}

/** A child that grows. */
export interface Stretched {
  readonly grow: QWidget;
}

export function row(options: BoxOptions): QBoxLayout {
  return box(Direction.LeftToRight, options);
}

export function column(options: BoxOptions): QBoxLayout {
  return box(Direction.TopToBottom, options);
}

function box(direction: Direction, { children, margins = [0, 0, 0, 0], spacing = 0 }: BoxOptions): QBoxLayout {
  const layout = new QBoxLayout(direction);
  layout.setContentsMargins(...margins);
  layout.setSpacing(spacing);
  for (const child of children) {
    if (child === "stretch") layout.addStretch(1);
    else if (typeof child === "number") layout.addSpacing(child);
    else if ("grow" in child) layout.addWidget(child.grow, 1);
    else if (child instanceof QWidget) layout.addWidget(child);
    else layout.addLayout(child);
  }
  return layout;
}

/** A widget with a layout; `name` is what the style sheet knows it by. */
export function panel(name: string, layout?: QLayout): QWidget {
  const widget = new QWidget();
  widget.setObjectName(name);
  if (layout) widget.setLayout(layout);
  return widget;
}

export interface LabelOptions {
  readonly text?: string;
  readonly name?: string;
  readonly wraps?: boolean;
  readonly align?: AlignmentFlag;
  /** At the left also where the text runs from right to left: beside what it belongs to. */
  readonly staysLeft?: boolean;
  readonly parent?: QWidget;
}

/** Qt's flag that NodeGui leaves out: left is left, whatever the direction of the text. */
const ALIGN_ABSOLUTE = 0x10;

/** Shows plain text: nothing in it is ever taken for HTML. */
export function label(options: LabelOptions = {}): QLabel {
  const { text = "", name, wraps = false, align, staysLeft = false, parent } = options;
  const widget = new QLabel(parent);
  widget.setTextFormat(TextFormat.PlainText);
  widget.setText(text);
  if (name !== undefined) widget.setObjectName(name);
  if (wraps) widget.setWordWrap(true);
  if (align !== undefined) widget.setAlignment(align);
  if (staysLeft) widget.setProperty("alignment", AlignmentFlag.AlignLeft | AlignmentFlag.AlignVCenter | ALIGN_ABSOLUTE);
  return widget;
}

export interface ButtonOptions {
  readonly text: string;
  readonly name?: string;
  readonly onClick: () => unknown;
}

export function button({ text, name, onClick }: ButtonOptions): QPushButton {
  const widget = new QPushButton();
  widget.setText(text);
  widget.setAccessibleName(text);
  if (name !== undefined) widget.setObjectName(name);
  widget.setCursor(CursorShape.PointingHandCursor);
  onPress(widget, onClick);
  return widget;
}

/** Runs `action` at a click, and at Enter where the button has the focus. */
function onPress(widget: QPushButton, action: () => unknown): void {
  widget.addEventListener("clicked", guard(action));
  // Qt would make the first button of a dialog the one that Enter presses from everywhere; openModal names that one.
  widget.setAutoDefault(false);
  widget.addEventListener(
    WidgetEventTypes.KeyPress,
    guard((event) => {
      if (!event) return;
      const key = new QKeyEvent(event);
      if (key.key() !== Key.return && key.key() !== Key.enter) return;
      widget.setEventProcessed(true);
      if (!key.isAutoRepeat()) widget.click();
    }),
  );
}

export interface IconButtonOptions {
  readonly icon?: QIcon;
  /** Its action: for the tool tip and for screen readers. */
  readonly title: string;
  readonly sizePx?: number;
  readonly iconPx?: number;
  readonly name?: string;
  readonly onClick: () => unknown;
  readonly parent?: QWidget;
}

export function iconButton(options: IconButtonOptions): QPushButton {
  const { icon, title, sizePx = 36, iconPx = 22, name = "icon", onClick, parent } = options;
  const widget = new QPushButton(parent);
  widget.setObjectName(name);
  if (icon) widget.setIcon(icon);
  widget.setIconSize(new QSize(iconPx, iconPx));
  widget.setFixedSize(sizePx, sizePx);
  widget.setToolTip(title);
  widget.setAccessibleName(title.replace(/ \(.*\)$/, ""));
  widget.setCursor(CursorShape.PointingHandCursor);
  widget.setFocusPolicy(FocusPolicy.TabFocus);
  onPress(widget, onClick);
  return widget;
}

export interface FieldOptions {
  readonly title: string;
  readonly placeholder?: string;
  readonly name?: string;
  readonly isPassword?: boolean;
  readonly maxLength?: number;
  readonly text?: string;
  readonly onChange?: (text: string) => unknown;
  readonly onEnter?: () => unknown;
}

export function field(options: FieldOptions): QLineEdit {
  const widget = new QLineEdit();
  widget.setAccessibleName(options.title);
  if (options.name !== undefined) widget.setObjectName(options.name);
  if (options.placeholder !== undefined) widget.setPlaceholderText(options.placeholder);
  if (options.isPassword === true) widget.setEchoMode(EchoMode.Password);
  if (options.maxLength !== undefined) widget.setMaxLength(options.maxLength);
  if (options.text !== undefined) widget.setText(options.text);
  if (options.onChange) widget.addEventListener("textChanged", guard(options.onChange));
  if (options.onEnter) widget.addEventListener("returnPressed", guard(options.onEnter));
  return widget;
}

/** A line of one pixel, across or down. */
export function line(direction: "across" | "down" = "across"): QWidget {
  const widget = panel("line");
  if (direction === "across") widget.setFixedHeight(1);
  else widget.setFixedWidth(1);
  return widget;
}

/** Gives a widget another name in the style sheet; only if it is another one, since that takes time. */
export function rename(widget: QWidget, name: string): void {
  if (widget.objectName() === name) return;
  widget.setObjectName(name);
  widget.repolish();
}
