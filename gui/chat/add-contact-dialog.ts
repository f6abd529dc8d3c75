// Adding a contact by name; what the server answers is shown in place.
import type { QWidget } from "@nodegui/nodegui";
import { RequestError } from "../../src/client/errors.ts";
import type { Contacts } from "../../src/client/models/contacts.ts";
import { MAX_USERNAME_CHARS } from "../../src/protocol/limits.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import { openForm } from "../kit/form-dialog.ts";
import { field } from "../kit/widgets.ts";

/** `onAdded` gets the new contact's id. */
export function openAddContact(parent: QWidget, contacts: Contacts, onAdded: (userId: string) => void) {
  let wanted = "";
  const name = field({
    title: "Name of the user",
    placeholder: "Name of the user",
    maxLength: MAX_USERNAME_CHARS * 2,
    onChange: () => form.problem.setText(""),
  });
  const form = openForm({
    parent,
    title: "Add a contact",
    children: [name],
    focus: name,
    yes: "Add",
    submit: async () => {
      wanted = name.text().trim();
      if (wanted === "") return "Enter a name.";
      await contacts.add(wanted);
      return undefined;
    },
    problemText: (error) => {
      name.setFocus();
      name.selectAll();
      return problemText(error, wanted);
    },
    onDone: () => {
      const added = contacts.list().find((contact) => usernameKey(contact.username) === usernameKey(wanted));
      if (added) onAdded(added.userId);
    },
  });
  return { ...form, name };
}

function problemText(cause: unknown, username: string): string {
  const code = cause instanceof RequestError ? cause.code : undefined;
  if (code === 404) return `There is no user named ${username} on this server.`;
  if (code === 409) return `${username} is among your contacts already.`;
  if (code === 400) return "That is you.";
  return cause instanceof Error ? `That did not work: ${cause.message}` : String(cause);
}
