// Removal of a contact.
import type { UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { Nothing, WriteRules } from "./rules.ts";

export interface DeleteContact {
  readonly kind: "deleteContact";
  readonly userId: UserId;
  readonly contactId: UserId;
}

export const deleteContact: WriteRules<DeleteContact, Nothing> = {
  refused: { [Refusal.NotFound]: { reason: "no_such_user", info: "contact: is not in your contacts" } },
  doneBefore: { [Refusal.NotFound]: {} },
};
