// Change of a user's profile.
import type { Profile } from "../../protocol/entities.ts";
import { eventText } from "../../protocol/events.ts";
import type { UserId } from "../../protocol/ids.ts";
import type { WriteRules } from "./rules.ts";

/** NotFound for a deleted account. */
export interface UpdateProfile {
  readonly kind: "updateProfile";
  readonly userId: UserId;
  readonly changes: Partial<Pick<Profile, "first_name" | "second_name" | "bio" | "file_name">>;
}

export interface UpdatedProfile {
  readonly profile: Profile;
}

export const updateProfile: WriteRules<UpdateProfile, UpdatedProfile> = {
  done: ({ userId }, { profile }, nowMs) => {
    const text = eventText("profile", { user_data: profile }, nowMs);
    const to = { users: [userId], watchersOf: userId, others: true };
    return { fields: { user_data: profile }, effects: [{ kind: "emit", text, to }] };
  },
};
