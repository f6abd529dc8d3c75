// Adds somebody to a group.
import type { QWidget } from "@nodegui/nodegui";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import type { GroupInfo } from "../../src/protocol/admin.ts";
import { visible } from "../../src/util/visible-text.ts";
import { openForm } from "../kit/form-dialog.ts";
import { field } from "../kit/widgets.ts";
import { reasonOf } from "./outcome.ts";

export function openAddMember(
  parent: QWidget,
  connection: ReconnectingAdminClient,
  { chat_id, title }: GroupInfo,
  onDone: (username: string) => unknown,
) {
  const name = field({ title: "Username", placeholder: "Username" });
  let added = "";
  const form = openForm({
    parent,
    title: `Add somebody to ${visible(title)}`,
    children: [name],
    focus: name,
    yes: "Add",
    submit: async () => {
      const username = name.text().trim();
      if (username === "") return "Enter a username.";
      await connection.request("add_member", { chat_id, username });
      added = username;
      return undefined;
    },
    problemText: reasonOf,
    onDone: () => onDone(added),
  });
  return { ...form, name };
}
