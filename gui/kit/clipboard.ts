// What is copied.
import { QApplication, QClipboardMode } from "@nodegui/nodegui";

/** Puts a text on the clipboard; an empty one leaves there what is there. */
export function copyText(text: string): void {
  if (text !== "") QApplication.clipboard()?.setText(text, QClipboardMode.Clipboard);
}
