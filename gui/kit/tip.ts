// Tooltips, in which nothing is taken for HTML.
import type { QWidget } from "@nodegui/nodegui";

/** Shows `text` as it is beside the mouse; an empty one shows nothing. */
export function setTip(widget: QWidget, text: string): void {
  // Qt decides by the text itself whether it is HTML, and a name can be anything.
  widget.setToolTip(text === "" ? "" : `<span>${escapeHtml(text)}</span>`);
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
