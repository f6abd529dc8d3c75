// Keeping somebody out: block_contact, unblock_contact.
import { ProtocolError, badField } from "../../protocol/codes.ts";
import { eventText, type Events } from "../../protocol/events.ts";
import { resolveUser } from "../access.ts";
import type { Routes, SessionController } from "../plan.ts";
import type { Effect, Identity } from "../../domain/effects.ts";

const blockContact: SessionController<"block_contact"> = async ({ data }, identity, { reader, now }) => {
  const other = await resolveUser(data, reader);
  if (other.userId === identity.userId) throw badField("contact", "is yourself");
  if (other.state === "deleted") throw new ProtocolError("no_such_user", "contact: no such user");
  return {
    write: { kind: "block", userId: identity.userId, blockedId: other.userId },
    reply: { info: "Blocked", fields: { contact: other.username } },
    effects: [
      { kind: "hidePresence", one: identity.userId, other: other.userId },
      blockEvent(identity, { blocked: { [other.username]: other.userId } }, now()),
    ],
  };
};

/** Each sees the other's presence again from the next login on. */
const unblockContact: SessionController<"unblock_contact"> = async ({ data }, identity, { reader, now }) => {
  const other = await resolveUser(data, reader);
  return {
    write: { kind: "unblock", userId: identity.userId, blockedId: other.userId },
    reply: { info: "Unblocked", fields: { contact: other.username } },
    effects: [blockEvent(identity, { unblocked: { [other.username]: other.userId } }, now())],
  };
};

function blockEvent(identity: Identity, change: Events["block"], nowMs: number): Effect {
  return { kind: "emit", text: eventText("block", change, nowMs), to: { users: [identity.userId], others: true } };
}

export const routes = {
  block_contact: { session: blockContact },
  unblock_contact: { session: unblockContact },
} satisfies Routes;
