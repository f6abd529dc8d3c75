// Reasons why something with a group did not work, in words for people.
import { RequestError } from "../../src/client/errors.ts";
import type { Reason } from "../../src/protocol/codes.ts";

const TEXTS: Readonly<Partial<Record<Reason, string>>> = {
  role_too_low: "That takes a higher role in this group than yours.",
  no_such_user: "One of these people has no account here any more.",
  no_such_chat: "You are not in this group any more.",
  not_a_member: "They are not in the group any more.",
  blocked: "You cannot be put into a group together: one of you has blocked the other.",
  already: "They are in the group already.",
  quota: "There is no room: the group has as many members as it can, or somebody is in as many groups as they can.",
};

export function groupProblem(error: unknown): string {
  const known = error instanceof RequestError && error.reason !== undefined ? TEXTS[error.reason] : undefined;
  return known ?? `That did not work: ${error instanceof Error ? error.message : String(error)}.`;
}
