// The commands of the line-mode client, one row each.
import { Code, type ErrorCode } from "../../protocol/codes.ts";
import { COMMON_CHAT } from "../../protocol/ids.ts";
import { MAX_PAGE } from "../../protocol/limits.ts";
import { DisconnectedError, RequestError } from "../errors.ts";
import { ACCOUNT_COMMANDS } from "./account-commands.ts";
import type { ChatSession } from "./chat-session.ts";
import { none, one, type Command, type TerminalHost } from "./command.ts";
import { CHAT_COMMANDS } from "./chat-commands.ts";
import { profileLines } from "./display.ts";
import { GROUP_COMMANDS } from "./group-commands.ts";
import { MESSAGE_COMMANDS } from "./message-commands.ts";
import { UsageError } from "./usage-error.ts";

const ENTER_COUNT = 10;
const HISTORY_COUNT = 20;
const SEARCH_COUNT = 20;
/** Width of the first column of /help. */
const USAGE_CHARS = 26;

const COMMANDS: Readonly<Record<string, Command>> = {
  register: {
    usage: "/register NAME",
    help: "make a new user and log in; asks for a password",
    run: ({ rest, host }) => host.register(one(rest, "/register NAME")),
  },
  login: {
    usage: "/login NAME",
    help: "log in; asks for the password unless a session is kept",
    run: ({ rest, host }) => host.login(one(rest, "/login NAME")),
  },
  msg: {
    usage: "/msg NAME [text]",
    help: "go to the chat with NAME, or send one message there",
    runInSession: async (session, { rest }) => {
      const [name = "", ...words] = rest.split(/\s/);
      const { chatId, username } = await session.find(one(name, "/msg NAME [text]"));
      const text = words.join(" ").trim();
      if (text === "") await session.enter(chatId, username, ENTER_COUNT);
      else session.messenger.send(chatId, rest.slice(name.length).trim());
    },
  },
  common: {
    usage: "/common",
    help: "go to the common chat",
    runInSession: (session, { rest }) => {
      none(rest, "/common");
      return session.enter(COMMON_CHAT, session.title(COMMON_CHAT), ENTER_COUNT);
    },
  },
  contacts: {
    usage: "/contacts",
    help: "list the contacts, who is blocked, and unread messages",
    runInSession: (session, { rest }) => {
      none(rest, "/contacts");
      for (const { username, online } of session.workspace.contacts.list()) {
        session.say(`${username} (${online === undefined ? "presence unknown" : online ? "online" : "offline"})`);
      }
      const blocked = session.workspace.contacts.blocked();
      if (blocked.length > 0) session.say(`blocked: ${blocked.map(({ username }) => username).join(", ")}`);
      session.say(`unread: ${session.unreadText() || "nothing"}`);
    },
  },
  add: {
    usage: "/add NAME",
    help: "add a contact",
    runInSession: async (session, { rest }) => {
      const isNew = await orSoAlready(session.workspace.contacts.add(one(rest, "/add NAME")), Code.Conflict);
      session.say(isNew ? `added ${rest}` : `${rest} is a contact already`);
    },
  },
  del: {
    usage: "/del NAME",
    help: "delete a contact; the chat stays",
    runInSession: async (session, { rest }) => {
      const { userId, username } = await session.find(one(rest, "/del NAME"));
      const isNew = await orSoAlready(session.workspace.contacts.delete(userId), Code.NotFound);
      session.say(isNew ? `deleted ${username}` : `${username} is not in your contacts`);
    },
  },
  block: {
    usage: "/block NAME",
    help: "let NAME neither write to you nor see whether you are online, nor you NAME",
    runInSession: async (session, { rest }) => {
      const { userId, username } = await session.find(one(rest, "/block NAME"));
      const isNew = await orSoAlready(session.workspace.contacts.block(userId, username), Code.Conflict);
      session.say(isNew ? `blocked ${username}` : `${username} is blocked already`);
    },
  },
  unblock: {
    usage: "/unblock NAME",
    help: "end that",
    runInSession: async (session, { rest }) => {
      const { userId, username } = await session.find(one(rest, "/unblock NAME"));
      const isNew = await orSoAlready(session.workspace.contacts.unblock(userId), Code.NotFound);
      session.say(isNew ? `unblocked ${username}` : `${username} is not blocked`);
    },
  },
  ...GROUP_COMMANDS,
  ...MESSAGE_COMMANDS,
  search: {
    usage: "/search WORD",
    help: "search all chats; without a connection, what was seen before",
    runInSession: async (session, { rest }) => {
      const { search } = session.workspace;
      const word = one(rest, "/search WORD");
      await search.find(word);
      if (search.isKeptOnly && session.messenger.state.kind === "online") return searchHere(session, word);
      const hits = search.hits.slice(0, SEARCH_COUNT);
      for (const message of hits.toReversed()) session.show(message);
      const more = search.hasMore || search.hits.length > hits.length ? ", older ones are not shown" : "";
      session.say(`${hits.length} found${more}${search.isKeptOnly ? "; only what was seen before was searched" : ""}`);
    },
  },
  history: {
    usage: "/history [N]",
    help: `show the last N messages of the current chat (${HISTORY_COUNT}, at most ${MAX_PAGE})`,
    runInSession: (session, { rest }) => session.showHistory(count(rest)),
  },
  profile: {
    usage: "/profile [NAME]",
    help: "show a profile, the own one without NAME",
    runInSession: async (session, { rest }) => {
      const data = rest === "" ? {} : { username: rest };
      const { user_data: profile } = await session.messenger.request("profile", data);
      for (const line of profileLines(profile)) session.say(line);
    },
  },
  ...CHAT_COMMANDS,
  who: {
    usage: "/who",
    help: "list the contacts that are online",
    runInSession: (session, { rest }) => {
      none(rest, "/who");
      if (session.messenger.state.kind !== "online") {
        throw new DisconnectedError("no connection: nobody's presence is known");
      }
      const online = session.workspace.contacts.list().filter((contact) => contact.online === true);
      session.say(`online: ${online.map((contact) => contact.username).join(", ") || "no contact"}`);
    },
  },
  ...ACCOUNT_COMMANDS,
  quit: {
    usage: "/quit",
    help: "send what waits, then leave",
    run: ({ rest, host }) => {
      none(rest, "/quit");
      host.quit();
    },
  },
  help: {
    usage: "/help",
    help: "show this",
    run: ({ host }) => {
      const lines = Object.values(COMMANDS).flatMap(({ usage, help, more = [] }) => [{ usage, help }, ...more]);
      for (const { usage, help } of lines) host.print(`* ${usage.padEnd(USAGE_CHARS)} ${help}`);
      host.print("* any other line is sent to the current chat; begin with // to send one that begins with /");
    },
  },
};

/**
 * True for a line that is to be carried out: "/", letters, and an end or a space. Similar texts (a path such as
 * /dev/sda1, a comment, "//") are not commands.
 */
export function isCommandLine(line: string): boolean {
  return /^\/[a-z-]+(?:\s|$)/i.test(line);
}

/** Carries out a line for which `isCommandLine` is true. Rejects with UsageError, or with what the command rejects with. */
export async function runCommand(line: string, session: ChatSession | undefined, host: TerminalHost): Promise<void> {
  const [, name = "", rest = ""] = /^\/(\S*)\s*([^]*)$/.exec(line.trimEnd()) ?? [];
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`there is no command /${name}; see /help, and begin with // to send it`);
  if ("run" in command) return command.run({ rest, host });
  if (!session) throw new UsageError("not logged in: /login NAME or /register NAME");
  return command.runInSession(session, { rest, host });
}

/** Of servers that cannot search all chats, and where that is refused. */
async function searchHere(session: ChatSession, word: string): Promise<void> {
  const request = { chat_id: session.chatId, word, limit: SEARCH_COUNT };
  const { messages, has_more: hasMore } = await session.messenger.request("search_in_chat", request);
  for (const message of messages.toReversed()) session.show(message);
  session.say(`${messages.length} found in this chat${hasMore ? ", older ones are not shown" : ""}`);
}

/** False when the server refuses with `code` because it is so already: done before, as far as the user is concerned. */
async function orSoAlready(change: Promise<void>, code: ErrorCode): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === code) return false;
    throw error;
  }
}

function count(argument: string): number {
  const value = argument === "" ? HISTORY_COUNT : Number(argument);
  if (!Number.isInteger(value) || value < 1 || value > MAX_PAGE) throw new UsageError(`a number from 1 to ${MAX_PAGE}`);
  return value;
}
