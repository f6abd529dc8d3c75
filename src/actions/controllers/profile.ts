// Profiles: profile, update_profile, avatar_ticket.
import { requireUser } from "../access.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import type { Profile } from "../../protocol/entities.ts";
import type { User } from "../../store/store.ts";
import type { Routes, SessionController } from "../plan.ts";

const profile: SessionController<"profile"> = async ({ data }, identity, { reader }) => {
  const user =
    data.username === undefined
      ? await reader.userById(identity.userId)
      : await requireUser(data.username, "username", reader);
  if (user === undefined) throw new ProtocolError("no_such_user", "the account is gone");
  const isHidden = user.userId !== identity.userId && (await reader.isBlocked(user.userId, identity.userId));
  return { reply: { info: "Profile", fields: { user_data: isHidden ? bareProfile(user) : user.profile } } };
};

/** The profile that is shown where one of two has blocked the other: as if nothing had ever been filled in. */
function bareProfile({ userId, username }: User): Profile {
  return { user_id: userId, username, first_name: "", second_name: "", bio: "", file_name: null };
}

const updateProfile: SessionController<"update_profile"> = ({ data }, identity) => {
  const { first_name, second_name, bio } = data;
  const changes = {
    ...(first_name !== undefined && { first_name }),
    ...(second_name !== undefined && { second_name }),
    ...(bio !== undefined && { bio }),
  };
  return {
    write: { kind: "updateProfile", userId: identity.userId, changes },
    reply: { info: "Profile updated", fields: {} },
  };
};

/** Tickets are known to the avatar server alone, so the gateway answers. */
const avatarTicket: SessionController<"avatar_ticket"> = () => ({
  reply: { info: "Ticket", fields: {} },
  finish: { kind: "ticket" },
});

export const routes = {
  profile: { session: profile },
  update_profile: { session: updateProfile },
  avatar_ticket: { session: avatarTicket },
} satisfies Routes;
