// Key combinations of a window.
import { QKeySequence, QShortcut, type QWidget } from "@nodegui/nodegui";
import { guard } from "./guard.ts";

/** Keys as in "Ctrl+K"; they work wherever the focus is in the window. */
export function addShortcuts(window: QWidget, actions: Readonly<Record<string, () => unknown>>): QShortcut[] {
  return Object.entries(actions).map(([keys, action]) => {
    const shortcut = new QShortcut(window);
    shortcut.setKey(new QKeySequence(keys));
    shortcut.addEventListener("activated", guard(action));
    return shortcut;
  });
}
