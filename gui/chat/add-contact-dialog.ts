// Adding a contact by name, with suggestions as it is typed; what the server answers is shown in place.
import { WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { RequestError } from "../../src/client/errors.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import { openForm } from "../kit/form-dialog.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import type { AccountSession } from "./account-session.ts";
import { PeopleField } from "./people-field.ts";

export interface AddContactOptions {
  readonly parent: QWidget;
  readonly session: AccountSession;
  readonly theme: Theme;
  /** Gets the new contact's id. */
  readonly onAdded: (userId: string) => void;
}

const LIST_PX = 250;

export function openAddContact({ parent, session, theme, onAdded }: AddContactOptions) {
  const { contacts } = session.workspace;
  let wanted = "";
  const people = new PeopleField({
    title: "Name of the user",
    theme,
    avatars: session.avatars,
    directory: session.workspace.directory(),
    heightPx: LIST_PX,
    // Contacts are found, and not offered.
    accepts: ({ isContact }, typed) => !isContact || typed !== "",
    prefers: ({ isContact }) => !isContact,
    markOf: ({ isContact }) => ({ mark: "none", note: isContact ? "in your contacts" : "" }),
    onText: () => form.problem.setText(""),
    onTake: () => form.yes.click(),
  });
  const form = openForm({
    parent,
    title: "Add a contact",
    children: [people.field, 8, people.widget],
    focus: people.field,
    yes: "Add",
    submit: async () => {
      wanted = people.chosen?.username ?? people.typed;
      if (wanted === "") return "Enter a name.";
      await contacts.add(wanted);
      return undefined;
    },
    problemText: (error) => {
      people.field.setFocus();
      people.field.selectAll();
      return problemText(error, wanted);
    },
    onDone: () => {
      const added = contacts.list().find((contact) => usernameKey(contact.username) === usernameKey(wanted));
      if (added) onAdded(added.userId);
    },
  });
  form.dialog.addEventListener(
    WidgetEventTypes.Hide,
    guard(() => people.dispose()),
  );
  return { ...form, people };
}

function problemText(cause: unknown, username: string): string {
  const code = cause instanceof RequestError ? cause.code : undefined;
  if (code === 404) return `There is no user named ${username} on this server.`;
  if (code === 409) return `${username} is among your contacts already.`;
  if (code === 400) return "That is you.";
  return cause instanceof Error ? `That did not work: ${cause.message}` : String(cause);
}
