// Questions before acts that concern many people, with how many those are. Pure.
import type { GroupInfo, ServerStatus, SessionInfo } from "../../src/protocol/admin.ts";
import { addressKey, isLoopback } from "../../src/util/address.ts";
import { visible } from "../../src/util/visible-text.ts";
import type { Question } from "../kit/dialogs.ts";

/** From so many users on an address is taken for that of a router or proxy. */
const MANY_USERS = 3;

/** "1 connection", "2 connections". */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** `sessions` are all of the server; an IPv6 address is banned with its network of 64 bits, as the server does. */
export function banQuestion(address: string, time: string, sessions: readonly SessionInfo[]): Question {
  const key = addressKey(address);
  const concerned = sessions.filter((session) => addressKey(session.address) === key);
  const users = new Set(concerned.flatMap(({ username }) => username ?? []));
  const lines = [
    `${counted(concerned.length, "connection")} of ${counted(users.size, "user")} will be closed, and nobody can connect from ${key} until then.`,
  ];
  if (isLoopback(address)) {
    lines.push(
      "This is the server's own machine. Whoever comes through a proxy or a tunnel on it has this address too: all of them are locked out.",
    );
  } else if (users.size >= MANY_USERS) {
    lines.push("So many users of one address are often behind a router or a proxy: all of them are locked out.");
  }
  return { title: `Ban ${key} for ${time}?`, text: lines.join("\n\n"), yes: "Ban", isDangerous: true };
}

/** `sessionCount` of the user. */
export function resetQuestion(username: string, sessionCount: number): Question {
  return {
    title: `Reset the password of ${username}?`,
    text: `The present password will not work any more, and ${counted(sessionCount, "session")} will end. A new one-time password is shown once.`,
    yes: "Reset",
    isDangerous: true,
  };
}

export function disableQuestion(username: string, sessionCount: number): Question {
  return {
    title: `Disable ${username}?`,
    text: `${counted(sessionCount, "session")} will end, and nobody can log in as ${username} until the account is enabled again. Nothing is deleted.`,
    yes: "Disable",
    isDangerous: true,
  };
}

export function endQuestion(username: string, sessionCount: number): Question {
  return {
    title: `End the sessions of ${username}?`,
    text: `${counted(sessionCount, "session")} will end.`,
    yes: "End sessions",
    isDangerous: true,
  };
}

/** A title is a stranger's: nothing in it turns the question round. */
export function archiveQuestion({ title, members }: GroupInfo): Question {
  return {
    title: `Archive ${visible(title)}?`,
    text: `Nobody of its ${counted(members, "member")} can write in it until it is restored. Messages that are there can be read and deleted, and members can leave.`,
    yes: "Archive",
  };
}

export function deleteGroupQuestion({ title, members, messages }: GroupInfo): Question {
  return {
    title: `Delete ${visible(title)}?`,
    text: `The group of ${counted(members, "member")} ends, and its ${counted(messages, "message")} are erased for everybody. This cannot be taken back.`,
    yes: "Delete",
    isDangerous: true,
  };
}

export function removeMemberQuestion({ title }: GroupInfo, username: string): Question {
  return {
    title: `Remove ${username} from the group?`,
    text: `${username} sees nothing of ${visible(title)} any more.`,
    yes: "Remove",
    isDangerous: true,
  };
}

export function removeMessageQuestion(chatId: string, seq: number, username: string): Question {
  return {
    title: `Remove message ${seq}?`,
    text: `The message of ${username} in ${chatId} is taken away for everybody and for good. The server's log notes whose it was, the chat and the number, not the text.`,
    yes: "Remove",
    isDangerous: true,
  };
}

export function stopQuestion(status: ServerStatus): Question {
  return {
    title: "Stop listening?",
    text: `${concernedBy(status)} will be closed, and nobody can connect until Run is pressed. The process of the server goes on.`,
    yes: "Stop",
    isDangerous: true,
  };
}

export function restartQuestion(status: ServerStatus, address: string, port: number): Question {
  const place = status.listening;
  const isMoved = place?.address !== address || place.port !== port;
  const after = isMoved
    ? `Then the server listens on ${address}:${port}: clients that know the address until now will not find it.`
    : "Clients connect again by themselves.";
  return {
    title: "Restart listening?",
    text: `${concernedBy(status)} will be closed. ${after}`,
    yes: "Restart",
    isDangerous: true,
  };
}

function concernedBy({ connections, users_online: users }: ServerStatus): string {
  return `${counted(connections, "connection")} of ${counted(users, "user")}`;
}
