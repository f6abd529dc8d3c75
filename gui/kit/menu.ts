// Menus that open at a place and never stop Node's loop.
import { QAction, QCursor, QMenu, QPoint, type QWidget } from "@nodegui/nodegui";
import { deleteIfThere } from "./dialogs.ts";
import { guard } from "./guard.ts";

export type MenuEntry =
  "separator" | { readonly text: string; readonly onClick: () => unknown; readonly enabled?: boolean };

/** Opens a menu at the mouse, or at a point of the screen. It is deleted when it closes. */
export function openMenu(
  parent: QWidget,
  entries: readonly MenuEntry[],
  at?: { readonly x: number; readonly y: number },
): QMenu {
  const menu = new QMenu(parent);
  fillMenu(menu, entries);
  // Later, since the action that was chosen is told after the menu hides.
  menu.addEventListener(
    "aboutToHide",
    guard(() => setTimeout(() => deleteIfThere(menu), 1000)),
  );
  const { x, y } = at ?? new QCursor().pos();
  menu.popup(new QPoint(x, y));
  return menu;
}

export function fillMenu(menu: QMenu, entries: readonly MenuEntry[]): void {
  for (const entry of entries) {
    if (entry === "separator") {
      menu.addSeparator();
      continue;
    }
    const action = new QAction(menu);
    action.setText(entry.text);
    action.setEnabled(entry.enabled ?? true);
    action.addEventListener("triggered", guard(entry.onClick));
    menu.addAction(action);
  }
}

/** Where a menu opens that belongs to a button. */
export function below(widget: QWidget): { x: number; y: number } {
  const point = widget.mapToGlobal(new QPoint(0, widget.height() + 4));
  return { x: point.x(), y: point.y() };
}
