// Actions on groups that ask first: leaving, deleting, handing over, taking members out.
import { RequestError } from "../../src/client/errors.ts";
import type { Groups } from "../../src/client/groups.ts";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import { ask, tellLate, type Windows } from "../kit/dialogs.ts";
import { elided } from "../kit/elided.ts";
import { groupProblem } from "./group-problems.ts";
import { titleText } from "./message-html.ts";

type Group = Pick<ChatRow, "chatId" | "title" | "group">;

/** Titles in headings are cut to this width, at the usual size of texts. */
const TITLE_PX = 240;
const HEADING_PX = 15;

/** A group's title in quotation marks, short enough for a heading. */
export function quoted({ title }: Pick<Group, "title">): string {
  return `“${elided(titleText(title), TITLE_PX, HEADING_PX, true)}”`;
}

/** Runs `act`; why it did not work is told. */
async function attempt(windows: Windows, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    tellLate(windows, "That did not work", groupProblem(error));
  }
}

export function askToLeave(windows: Windows, groups: Groups, group: Group): void {
  const { chatId } = group;
  const isLast = group.group?.memberCount === 1;
  const question = {
    title: `Leave ${quoted(group)}?`,
    text: isLast
      ? "You are its last member: the group and all its messages are deleted for good."
      : "You read nothing of it any more, and come back only when somebody adds you again.",
    yes: isLast ? "Leave and delete" : "Leave",
    isDangerous: true,
  };
  const leave = async (): Promise<void> => {
    try {
      await groups.leave(chatId);
    } catch (error) {
      const isOnlyOwner = error instanceof RequestError && error.reason === "forbidden";
      if (!isOnlyOwner) throw error;
      const text =
        "You are its only owner. Hand it over first: open the group's details, and choose it in the menu of a member. Or delete the group.";
      tellLate(windows, `${quoted(group)} needs an owner`, text);
    }
  };
  ask(windows.parent, question, () => attempt(windows, leave));
}

export function askToDeleteGroup(windows: Windows, groups: Groups, group: Group): void {
  const question = {
    title: `Delete ${quoted(group)}?`,
    text: "The group and all its messages disappear for all its members. This cannot be undone.",
    yes: "Delete for everybody",
    isDangerous: true,
  };
  ask(windows.parent, question, () => attempt(windows, () => groups.delete(group.chatId)));
}

export function askToRemove(windows: Windows, groups: Groups, group: Group, username: string): void {
  const question = {
    title: `Take ${username} out?`,
    text: `${username} reads nothing of ${quoted(group)} any more. What they have written stays.`,
    yes: "Take out",
    isDangerous: true,
  };
  ask(windows.parent, question, () => attempt(windows, () => groups.remove(group.chatId, username)));
}

export function askToHandOver(windows: Windows, groups: Groups, group: Group, username: string): void {
  const question = {
    title: `Hand ${quoted(group)} over?`,
    text: `${username} becomes its owner, and you an ordinary member. Only ${username} can undo that.`,
    yes: "Hand over",
    isDangerous: true,
  };
  ask(windows.parent, question, () => attempt(windows, () => groups.handOver(group.chatId, username)));
}

export function setRole(
  windows: Windows,
  groups: Groups,
  { chatId }: Group,
  member: { readonly username: string; readonly role: "owner" | "moderator" | "member" },
): Promise<void> {
  return attempt(windows, () => groups.setRole(chatId, member.username, member.role));
}
