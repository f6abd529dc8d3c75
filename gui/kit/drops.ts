// Drops of files and texts onto a widget, or onto one inside it.
import { QDragMoveEvent, QDropEvent, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { fileURLToPath } from "node:url";
import { guard } from "./guard.ts";

export interface DropActions {
  /** Paths of files on this machine, or none for a picture that is no file. */
  onFiles(paths: readonly string[]): unknown;
  /** Without it texts are not taken. */
  onText?(text: string): unknown;
}

export function acceptDrops(widget: QWidget, actions: DropActions): void {
  widget.setAcceptDrops(true);
  widget.addEventListener(
    WidgetEventTypes.DragEnter,
    guard((event) => event && new QDragMoveEvent(event).accept()),
  );
  widget.addEventListener(
    WidgetEventTypes.Drop,
    guard((event) => {
      if (!event) return undefined;
      const data = new QDropEvent(event).mimeData();
      const urls = data.urls().map((url) => url.toString());
      const paths = urls.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
      if (paths.length > 0 || data.hasImage()) return actions.onFiles(paths);
      return actions.onText?.(data.text());
    }),
  );
}
