// The commands about one's own account: its password, its sessions, its end.
import type { OwnSession } from "../../protocol/entities.ts";
import { usernameKey } from "../../protocol/text.ts";
import { RequestError } from "../errors.ts";
import { changePassword } from "../own-account.ts";
import type { ChatSession } from "./chat-session.ts";
import { none, type Command, type TerminalHost } from "./command.ts";
import { clockTime } from "./display.ts";
import { UsageError } from "./usage-error.ts";

/** Of a list of sessions the first that are shown; the rest is counted. */
const MAX_SHOWN = 50;

export const ACCOUNT_COMMANDS: Readonly<Record<string, Command>> = {
  passwd: {
    usage: "/passwd",
    help: "change the password; all other sessions have to log in again",
    runInSession: async (session, { rest, host }) => {
      none(rest, "/passwd");
      await askForNewPassword(session, host, await host.presentPassword("present password: "));
    },
  },
  sessions: {
    usage: "/sessions [end]",
    help: "list the own sessions, or end all others",
    runInSession: async (session, { rest }) => {
      if (rest !== "" && rest !== "end") throw new UsageError("usage: /sessions, or /sessions end");
      if (rest === "end") {
        await session.messenger.request("end_sessions", {});
        return session.say("all other sessions are ended");
      }
      const { sessions } = await session.messenger.request("sessions", {});
      for (const entry of sessions.slice(0, MAX_SHOWN)) session.say(sessionLine(entry));
      if (sessions.length > MAX_SHOWN) session.say(`and ${sessions.length - MAX_SHOWN} more`);
    },
  },
  "delete-account": {
    usage: "/delete-account",
    help: "delete the own account for ever; asks first",
    runInSession: async (session, { rest, host }) => {
      none(rest, "/delete-account");
      const { username } = session.messenger;
      session.say("the account, its contacts and its picture go for ever; messages stay, under no name");
      const typed = (await host.ask(`type ${username} to delete the account: `)) ?? "";
      if (usernameKey(typed.trim()) !== usernameKey(username)) throw new UsageError("nothing is deleted");
      const password = await host.presentPassword("password: ");
      await host.deleteAccount(password).catch(named);
      host.print("* the account is deleted");
    },
  },
};

/** Sets another password in the place of `present`. Rejects with UsageError where one of them is refused. */
export async function askForNewPassword(session: ChatSession, host: TerminalHost, present: string): Promise<void> {
  const password = await host.newPassword("new password: ");
  if (password === present) throw new UsageError("the new password is the present one; nothing is changed");
  await changePassword(session.messenger, present, password).catch(named);
  host.passwordChanged(password);
  session.say("the password is changed");
}

function named(error: unknown): never {
  if (error instanceof RequestError && error.code === 401) throw new UsageError("the present password is another one");
  throw error;
}

function sessionLine({ address, since, last_active, current }: OwnSession): string {
  const time = (sec: number): string => clockTime(sec * 1000);
  if (current) return `this session, from ${address} since ${time(since)}`;
  return `from ${address} since ${time(since)}, last active ${time(last_active)}`;
}
