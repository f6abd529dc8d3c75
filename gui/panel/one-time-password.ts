// A password that is shown once, to be copied and handed over.
import { QApplication, QClipboardMode, QDialog, type QWidget } from "@nodegui/nodegui";
import { openModal } from "../kit/dialogs.ts";
import { button, column, field, label, row } from "../kit/widgets.ts";

export function openOneTimePassword(parent: QWidget, username: string, password: string) {
  const dialog = new QDialog(parent);
  const secret = field({ title: "One-time password", name: "secret", text: password });
  secret.setReadOnly(true);
  const copy = button({
    text: "Copy",
    onClick: () => {
      QApplication.clipboard()?.setText(password, QClipboardMode.Clipboard);
      copy.setText("Copied");
    },
  });
  const end = button({ text: "Close", name: "primary", onClick: () => dialog.close() });
  dialog.setWindowTitle("One-time password");
  dialog.setMinimumWidth(420);
  dialog.setLayout(
    column({
      margins: [22, 20, 22, 18],
      children: [
        label({ text: `Password of ${username}`, name: "heading" }),
        10,
        label({ text: "It is shown this once. Hand it over; it is to be changed after the first login.", wraps: true }),
        12,
        row({ spacing: 8, children: [{ grow: secret }, copy] }),
        18,
        row({ children: ["stretch", end] }),
      ],
    }),
  );
  openModal(dialog, { enter: end });
  secret.selectAll();
  return { dialog, secret, copy };
}
