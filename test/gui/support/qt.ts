// Qt for tests: no display, the event loop joined, and a user's hands. To be imported before anything of NodeGui.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { QWidget } from "@nodegui/nodegui";
import { bootQt } from "../../../gui/boot.ts";

process.env["QT_QPA_PLATFORM"] ??= "offscreen";
// Of what Qt itself lacks without a desktop it warns again and again.
process.env["QT_LOGGING_RULES"] = "*.debug=false;qt.qpa.*=false;qt.core.qobject.connect=false;default.warning=false";
bootQt();

/** See test/gui/native/input.cc. */
interface InputAddon {
  click(widget: unknown, x: number, y: number, button: number, modifiers: number): void;
  doubleClick(widget: unknown, x: number, y: number): void;
  type(widget: unknown, text: string): void;
  key(widget: unknown, key: number, modifiers: number): void;
  wheel(widget: unknown, delta: number): void;
  dropFile(widget: unknown, path: string): void;
  dropText(widget: unknown, text: string): void;
  tree(widget: unknown): string;
  texts(widget: unknown): string;
  tips(widget: unknown): string;
  inks(widget: unknown): string;
  pressButton(widget: unknown, text: string): void;
  clickNamed(widget: unknown, name: string): void;
  moveOver(widget: unknown, x: number, y: number): void;
  moveAway(widget: unknown): void;
  doubleClickNamed(widget: unknown, name: string): void;
  pressNamed(widget: unknown, name: string, key: number, modifiers: number): void;
  dragNamed(widget: unknown, name: string, fromX: number, fromY: number, byX: number, byY: number): void;
  sizeOf(widget: unknown, name: string): string;
  widgetCount(): number;
  settle(): void;
  frontTitle(): string;
  focusName(): string;
  frontTexts(): string;
  place(name: string): string;
}

const addonFile = fileURLToPath(new URL("../../../../build/test-input.node", import.meta.url));
const addon: InputAddon = createRequire(import.meta.url)(addonFile);

export const Key = {
  Escape: 0x01000000,
  Return: 0x01000004,
  Up: 0x01000013,
  Down: 0x01000015,
  PageUp: 0x01000016,
  Right: 0x01000014,
};
export const Modifier = { none: 0, shift: 0x02000000, control: 0x04000000 };

/** What a user does with mouse and keyboard; events arrive before the call returns. */
export const user = {
  click(widget: QWidget, x = Math.floor(widget.width() / 2), y = Math.floor(widget.height() / 2)): void {
    addon.click(native(widget), x, y, 1, 0);
  },
  type(widget: QWidget, text: string): void {
    addon.type(native(widget), text);
  },
  press(widget: QWidget, key: number, modifiers = Modifier.none): void {
    addon.key(native(widget), key, modifiers);
  },
  /** Positive notches scroll up. */
  wheel(widget: QWidget, notches: number): void {
    addon.wheel(native(widget), notches * 120);
  },
  /** Clicks the button below the widget that has this text. */
  pressButton(widget: QWidget, text: string): void {
    addon.pressButton(native(widget), text);
  },
  /** Clicks what a screen reader knows by that name below the widget. */
  clickNamed(widget: QWidget, name: string): void {
    addon.clickNamed(native(widget), name);
  },
  /** Moves the mouse to a point of a widget, with no button pressed. */
  moveOver(widget: QWidget, x: number, y: number): void {
    addon.moveOver(native(widget), x, y);
  },
  moveAway(widget: QWidget): void {
    addon.moveAway(native(widget));
  },
  doubleClickNamed(widget: QWidget, name: string): void {
    addon.doubleClickNamed(native(widget), name);
  },
  pressNamed(widget: QWidget, name: string, key: number, modifiers = Modifier.none): void {
    addon.pressNamed(native(widget), name, key, modifiers);
  },
  /** Presses the left button at a point of it, moves by a distance, and lets go. */
  dragNamed(widget: QWidget, name: string, from: readonly [number, number], by: readonly [number, number]): void {
    addon.dragNamed(native(widget), name, ...from, ...by);
  },
  /** Drops a file on a widget, or on what is around it if that takes drops. */
  drop(widget: QWidget, path: string): void {
    addon.dropFile(native(widget), path);
  },
  dropText(widget: QWidget, text: string): void {
    addon.dropText(native(widget), text);
  },
};

/** What a user sees, as the real display shows it; see support/display.ts. */
export const sight = {
  /** All that the X server has sent is delivered to the widgets when it returns. */
  settle: (): void => addon.settle(),
  /** Of the window that has the keyboard: its title, "popup" for a menu and the like, "" for none. */
  get frontTitle(): string {
    return addon.frontTitle();
  },
  get focusName(): string {
    return addon.focusName();
  },
  get frontTexts(): string {
    return addon.frontTexts();
  },
  /** "x y" on the screen of the middle of what is called so in the window in front; "" where nothing is. */
  place: (name: string): string => addon.place(name),
};

/** The widgets below one as lines of class, name, visibility, text and, after "=", what a screen reader calls them. */
export function treeOf(widget: QWidget): string {
  return addon.tree(native(widget));
}

/** What the labels below a widget say, a line each. */
export function textsIn(widget: QWidget): string {
  return addon.texts(native(widget));
}

/** The tool tips of what is in view below a widget. */
export function tipsIn(widget: QWidget): string[] {
  return addon.tips(native(widget)).split("\n");
}

/** What is painted in one label: its first and its last column, and how wide the label is. */
export interface Ink {
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

/** Of the labels in view below a widget that the style sheet knows by this name. */
export function inksIn(widget: QWidget, name: string): Ink[] {
  const lines = addon.inks(native(widget)).split("\n");
  return lines.flatMap((line) => {
    const [itsName, first, last, width] = line.split(" ");
    return itsName === name ? [{ first: Number(first), last: Number(last), width: Number(width) }] : [];
  });
}

/** Of what a screen reader knows by that name below a widget. */
export function sizeOf(widget: QWidget, name: string): { readonly width: number; readonly height: number } {
  const [width = 0, height = 0] = addon.sizeOf(native(widget), name).split(" ").map(Number);
  return { width, height };
}

export function widgetCount(): number {
  return addon.widgetCount();
}

function native(widget: QWidget): unknown {
  return (widget.native as unknown as { __external_qobject__(): unknown }).__external_qobject__();
}
