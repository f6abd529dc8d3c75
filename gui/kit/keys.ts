// Numbers of Qt's keys and modifiers, as events carry them, and what can be told from them.
import { QKeyEvent, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { guard } from "./guard.ts";

export const Key = {
  escape: 0x01000000,
  tab: 0x01000001,
  return: 0x01000004,
  enter: 0x01000005,
  delete: 0x01000007,
  home: 0x01000010,
  end: 0x01000011,
  left: 0x01000012,
  up: 0x01000013,
  right: 0x01000014,
  down: 0x01000015,
  pageUp: 0x01000016,
  pageDown: 0x01000017,
  f10: 0x01000039,
  menu: 0x01000055,
  space: 0x20,
  a: 0x41,
  b: 0x42,
  c: 0x43,
  e: 0x45,
  i: 0x49,
  k: 0x4b,
  u: 0x55,
  v: 0x56,
} as const;

export const Modifier = { shift: 0x02000000, control: 0x04000000 } as const;

/** Runs `action` at Enter where the widget, or a part of it, has the focus. */
export function onEnterKey(widget: QWidget, action: () => unknown): void {
  widget.addEventListener(
    WidgetEventTypes.KeyPress,
    guard((event) => {
      const key = event && new QKeyEvent(event).key();
      return key === Key.return || key === Key.enter ? action() : undefined;
    }),
  );
}

/**
 * Whether Caps Lock seems to be on; undefined when a key does not tell. Qt tells no state of it: a capital without Shift,
 * or the other way round, gives it away.
 */
export function capsIn(event: QKeyEvent): boolean | undefined {
  const text = event.text();
  if (text.toLowerCase() === text.toUpperCase()) return undefined;
  const isShift = (event.modifiers() & Modifier.shift) !== 0;
  return isShift ? text === text.toLowerCase() : text === text.toUpperCase();
}
