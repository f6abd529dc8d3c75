// Profiles: profile, update_profile, avatar_ticket.
import { userNamed } from "../access.ts";
import { Code, ProtocolError } from "../../protocol/codes.ts";
import type { SessionController } from "../outcome.ts";

export const profile: SessionController<"profile"> = async ({ data }, identity, { reader }) => {
  const user =
    data.username === undefined
      ? await reader.userById(identity.userId)
      : await userNamed(data.username, "username", reader);
  if (user === undefined) throw new ProtocolError(Code.NotFound, "the account is gone");
  return { kind: "reply", info: "Profile", fields: { user_data: user.profile } };
};

export const updateProfile: SessionController<"update_profile"> = ({ data }, identity) => {
  const { first_name, second_name, bio } = data;
  const changes = {
    ...(first_name !== undefined && { first_name }),
    ...(second_name !== undefined && { second_name }),
    ...(bio !== undefined && { bio }),
  };
  return {
    kind: "write",
    write: { kind: "updateProfile", userId: identity.userId, changes },
    info: "Profile updated",
    fields: {},
  };
};

/** Tickets are known to the avatar server alone, so the gateway answers. */
export const avatarTicket: SessionController<"avatar_ticket"> = () => ({ kind: "ticket" });
