// The dialog for a new account: with a password that is chosen here, or a one-time one that the server makes.
import { QDialog, type QWidget } from "@nodegui/nodegui";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import { openModal } from "../kit/dialogs.ts";
import { button, column, field, label, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";

/** `onCreated` gets the one-time password, or null when one was chosen. */
export function openCreateUser(
  parent: QWidget,
  connection: ReconnectingAdminClient,
  onCreated: (username: string, password: string | null) => void,
) {
  const dialog = new QDialog(parent);
  const outcome = new Outcome();
  const create = async (): Promise<void> => {
    const username = name.text().trim();
    const chosen = password.text();
    const request = { username, ...(chosen === "" ? {} : { password: chosen }) };
    await outcome.of(connection.request("create_user", request), ({ password: made }) => {
      dialog.close();
      onCreated(username, made);
      return undefined;
    });
  };
  const name = field({ title: "Username", placeholder: "Username", onChange: () => outcome.clear() });
  const password = field({
    title: "Password",
    placeholder: "Password; empty: a one-time password is made",
    isPassword: true,
    onChange: () => outcome.clear(),
  });
  const yes = button({ text: "Create", name: "primary", onClick: create });
  dialog.setWindowTitle("New user");
  dialog.setMinimumWidth(400);
  dialog.setLayout(
    column({
      margins: [22, 20, 22, 18],
      spacing: 10,
      children: [
        label({ text: "New user", name: "heading" }),
        name,
        password,
        outcome.widget,
        row({ spacing: 8, children: ["stretch", button({ text: "Cancel", onClick: () => dialog.close() }), yes] }),
      ],
    }),
  );
  openModal(dialog, { enter: yes, focus: name });
  return { dialog, name, password, yes, outcome };
}
