// A new contact of a user.
import type { UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { WriteRules } from "./rules.ts";

/** Conflict for one who is a contact already. */
export interface AddContact {
  readonly kind: "addContact";
  readonly userId: UserId;
  readonly contactId: UserId;
}

/** Whether one of the two has blocked the other. */
export interface AddedContact {
  readonly isBlocked: boolean;
}

export const addContact: WriteRules<AddContact, AddedContact> = {
  done: ({ userId, contactId }, { isBlocked }) => ({
    effects: [{ kind: "watch", userId, contactId, on: !isBlocked }],
  }),
  refused: {
    [Refusal.Conflict]: { reason: "already", info: "contact: is a contact already" },
    [Refusal.NotFound]: { reason: "no_such_user", info: "contact: no such user" },
  },
  // Whether the contact is blocked is not known then: presence is told from the next login on.
  doneBefore: { [Refusal.Conflict]: { isBlocked: true } },
};
