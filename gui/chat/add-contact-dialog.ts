// Adding a contact by name; what the server answers is shown in place.
import { QDialog, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { RequestError } from "../../src/client/errors.ts";
import type { Contacts } from "../../src/client/models/contacts.ts";
import { MAX_USERNAME_CHARS } from "../../src/protocol/limits.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import { deleteWhenHidden } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import { button, column, field, label, row } from "../kit/widgets.ts";

/** `onAdded` gets the new contact's id. */
export function openAddContact(parent: QWidget, contacts: Contacts, onAdded: (userId: string) => void): QDialog {
  const dialog = new QDialog(parent);
  const error = label({ name: "error", wraps: true });
  let isClosed = false;
  dialog.addEventListener(
    WidgetEventTypes.Hide,
    guard(() => (isClosed = true)),
  );
  const submit = async (): Promise<void> => {
    const username = name.text().trim();
    if (username === "") return error.setText("Enter a name.");
    add.setEnabled(false);
    error.setText("");
    try {
      await contacts.add(username);
      if (isClosed) return;
      dialog.close();
      const added = contacts.list().find((contact) => usernameKey(contact.username) === usernameKey(username));
      if (added) onAdded(added.userId);
    } catch (cause) {
      if (isClosed) throw cause; // shown in a window of its own
      add.setEnabled(true);
      error.setText(problemText(cause, username));
      name.setFocus();
      name.selectAll();
    }
  };
  const name = field({
    title: "Name of the user",
    placeholder: "Name of the user",
    maxLength: MAX_USERNAME_CHARS * 2,
    onEnter: submit,
    onChange: () => error.setText(""),
  });
  const cancel = button({ text: "Cancel", onClick: () => dialog.close() });
  const add = button({ text: "Add", name: "primary", onClick: submit });
  dialog.setWindowTitle("Add a contact");
  dialog.setMinimumWidth(360);
  dialog.setLayout(
    column({
      margins: [22, 20, 22, 18],
      children: [
        label({ text: "Add a contact", name: "heading" }),
        12,
        name,
        6,
        error,
        12,
        row({ spacing: 8, children: ["stretch", cancel, add] }),
      ],
    }),
  );
  dialog.setModal(true);
  deleteWhenHidden(dialog);
  dialog.open();
  name.setFocus();
  return dialog;
}

function problemText(cause: unknown, username: string): string {
  const code = cause instanceof RequestError ? cause.code : undefined;
  if (code === 404) return `There is no user named ${username} on this server.`;
  if (code === 409) return `${username} is among your contacts already.`;
  if (code === 400) return "That is you.";
  return cause instanceof Error ? `That did not work: ${cause.message}` : String(cause);
}
