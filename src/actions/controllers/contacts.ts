// The contact list: add_contact, delete_contact. Contacts are one-way; the other user is not told.
import { badField } from "../../protocol/codes.ts";
import type { Events } from "../../protocol/events.ts";
import { eventText } from "../../protocol/events.ts";
import { requireUser, resolveUser } from "../access.ts";
import type { Routes, SessionController } from "../plan.ts";
import type { Effect, Identity } from "../../domain/effects.ts";

const addContact: SessionController<"add_contact"> = async ({ data }, identity, { reader, now }) => {
  const contact = await requireUser(data.contact, "contact", reader);
  if (contact.userId === identity.userId) throw badField("contact", "is yourself");
  const added = { [contact.username]: contact.userId };
  return {
    write: { kind: "addContact", userId: identity.userId, contactId: contact.userId },
    reply: { info: "Contact added", fields: { new_contact: added } },
    effects: [contactEvent(identity, { added }, now())],
  };
};

const deleteContact: SessionController<"delete_contact"> = async ({ data }, identity, { reader, now }) => {
  const contact = await resolveUser(data, reader);
  const deleted = { [contact.username]: contact.userId };
  return {
    write: { kind: "deleteContact", userId: identity.userId, contactId: contact.userId },
    reply: { info: "Contact deleted", fields: { contact: contact.username } },
    effects: [
      { kind: "watch", userId: identity.userId, contactId: contact.userId, on: false },
      contactEvent(identity, { deleted }, now()),
    ],
  };
};

function contactEvent(identity: Identity, change: Events["contact"], nowMs: number): Effect {
  return { kind: "emit", text: eventText("contact", change, nowMs), to: { users: [identity.userId], others: true } };
}

export const routes = {
  add_contact: { session: addContact },
  delete_contact: { session: deleteContact },
} satisfies Routes;
