// Creation of an account.
import type { Profile } from "../../protocol/entities.ts";
import type { UserId } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import type { WriteRules } from "./rules.ts";

/** The same user again is done; another's name or id is a Conflict. */
export interface CreateUser {
  readonly kind: "createUser";
  readonly userId: UserId;
  readonly username: string;
  readonly usernameKey: string;
  readonly passwordHash: string;
  readonly mustChangePassword?: boolean;
}

export interface CreatedUser {
  readonly profile: Profile;
}

export const createUser: WriteRules<CreateUser, CreatedUser> = {
  refused: { [Refusal.Conflict]: { reason: "name_taken", info: "username: is taken" } },
};
