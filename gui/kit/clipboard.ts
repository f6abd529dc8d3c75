// Copying to the clipboard.
import { QApplication, QClipboardMode } from "@nodegui/nodegui";

/** Puts a text on the clipboard; an empty one leaves there what is there. */
export function copyText(text: string): void {
  if (text !== "") QApplication.clipboard()?.setText(text, QClipboardMode.Clipboard);
}

/** Whether what was copied is a picture or a file, and no text. */
export function holdsFile(): boolean {
  const copied = QApplication.clipboard()?.mimeData(QClipboardMode.Clipboard);
  return (
    copied !== undefined && (copied.hasImage() || copied.hasUrls()) && !copied.hasHtml() && !isPlain(copied.text())
  );
}

/** Files are copied with their addresses as a text. */
function isPlain(text: string): boolean {
  return text !== "" && !text.split(/\s+/).every((word) => word === "" || word.startsWith("file:"));
}
