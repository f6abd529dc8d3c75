// Key combinations of a window.
import { QKeyEvent, QKeySequence, QShortcut, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { guard } from "./guard.ts";
import { Key, Modifier } from "./keys.ts";

/** Keys as in "Ctrl+K"; they work wherever the focus is in the window. */
export function addShortcuts(window: QWidget, actions: Readonly<Record<string, () => unknown>>): QShortcut[] {
  return Object.entries(actions).map(([keys, action]) => {
    const shortcut = new QShortcut(window);
    shortcut.setKey(new QKeySequence(keys));
    shortcut.addEventListener("activated", guard(action));
    return shortcut;
  });
}

/** Keys that Qt's text fields would take for themselves: to the end of the text, to delete up to the end of the line. */
const TAKEN_BY_FIELDS = new Set<number>([Key.end, Key.k]);

/** Leaves Ctrl+End and Ctrl+K to the window although the focus is in this field. */
export function leaveShortcuts(field: QWidget): void {
  field.addEventListener(
    WidgetEventTypes.ShortcutOverride,
    guard((event) => {
      if (!event) return;
      const key = new QKeyEvent(event);
      // Not shown to the field, which would claim it, the event stays what it is: a shortcut.
      if (key.modifiers() === Modifier.control && TAKEN_BY_FIELDS.has(key.key())) field.setEventProcessed(true);
    }),
  );
}
