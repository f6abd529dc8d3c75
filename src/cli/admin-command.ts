// `messenger admin WHAT …`: everything that the control panel can do, for a terminal and for scripts.
import { createInterface } from "node:readline";
import { AdminClient } from "../client/admin-client.ts";
import { DisconnectedError, RequestError } from "../client/errors.ts";
import { loadConfig } from "../config/load.ts";
import { CONFIG_FILE_OPTION, OPTIONS } from "../config/options.ts";
import type { LogRecord, Topic } from "../protocol/admin.ts";
import { bytes } from "../util/quantities.ts";
import { visibleJson, visibleLines } from "../util/visible-text.ts";
import { UserError } from "../util/user-error.ts";
import * as view from "./admin-views.ts";
import { allSessions, meantGroup } from "../client/models/admin-pages.ts";
import { confirmed, numberWord, optional, optionalNumber, word } from "./admin-call.ts";
import type { Action, Actions, Call } from "./admin-call.ts";
import { CHAT_NOTES, groupAction, messageAction } from "./admin-chats.ts";
import type { Command, CommandArgs } from "./command.ts";
import { commandOptions } from "./config-options.ts";

export const command: Command = {
  options: {
    ...commandOptions([OPTIONS.data, CONFIG_FILE_OPTION]),
    json: { type: "boolean", help: "print the server's answers as JSON, one a line" },
    "password-stdin": { type: "boolean", help: "create-user: with the password on standard input, not a one-time one" },
    reason: { type: "string", help: "disconnect: what the client is told", placeholder: "TEXT" },
    to: { type: "string", help: "announce: to this user instead of everybody", placeholder: "NAME" },
    follow: { type: "boolean", help: "log, traffic, status: go on until Ctrl+C" },
    level: { type: "string", help: "log: this level and graver ones (error, warn, info)", placeholder: "LEVEL" },
    group: { type: "string", help: "announce: into this group", placeholder: "GROUP" },
    limit: { type: "number", help: "at most so many entries of a list", placeholder: "N" },
    after: { type: "string", help: "users, groups members: those after this name", placeholder: "NAME" },
    role: { type: "string", help: "groups add: owner, moderator or member (the default)", placeholder: "ROLE" },
    from: { type: "string", help: "messages find: those of this user", placeholder: "NAME" },
    cursor: { type: "string", help: "messages by: where the page before ended", placeholder: "CURSOR" },
    before: { type: "number", help: "messages find: those before this one", placeholder: "SEQ" },
    texts: { type: "boolean", help: "traffic: with what people write; this is noted in the server's log" },
    address: { type: "string", help: "listen: the address", placeholder: "ADDRESS" },
    port: { type: "number", help: "listen: the port", placeholder: "PORT" },
    yes: { type: "boolean", help: "delete-user, groups delete, messages remove, shutdown: really do it" },
  },
  examples: [
    ["messenger admin status", "what the server is and how it does"],
    ["messenger admin sessions anna", "who is connected; only names and addresses with “anna”"],
    ["messenger admin reset-password anna", "prints a one-time password"],
    ["messenger admin ban 192.0.2.7 3600", "keeps an address out for an hour"],
    ['messenger admin announce "Back in 5 minutes"', "into the common chat"],
    ['messenger admin groups members "Book club"', "who is in a group, and as what"],
    ["messenger admin messages find common free.example", "messages of the common chat with this in them"],
    ["messenger admin messages remove common 42 --yes", "takes one away, for everybody and for good"],
    ["messenger admin backup", "copies the store while it is used, and counts what the copy holds"],
  ],
  notes: [
    "WHAT is one of: status, sessions [FILTER], users [FILTER], create-user NAME, reset-password NAME,",
    "disable-user NAME, enable-user NAME, delete-user NAME, end-sessions NAME, disconnect NUMBER,",
    "ban ADDRESS SECONDS, unban ADDRESS, bans, announce TEXT, backup, backups, log, traffic, listen,",
    "stop-listening, shutdown,",
    ...CHAT_NOTES,
    "It speaks to the server that works in the data folder, as the user who runs it.",
    "Exit codes: 0 done, 1 refused or no server, 2 wrong words.",
  ].join("\n"),
  run,
};

const ACTIONS: Actions = {
  status: async (call) => {
    const status = await call.admin.request("status", {});
    call.print(status, view.statusView(status));
    if (call.args["follow"] === true) await follow(call, "sample");
  },
  sessions: async ({ admin, args, words, print }) => {
    const { limit } = optionalNumber("limit", args["limit"]);
    const answer = await allSessions(admin, words[0] ?? "", limit);
    print(answer, view.sessionsView(answer));
  },
  users: async ({ admin, args, words, print }) => {
    const after = optional("after", args["after"]);
    const answer = await admin.request("users", {
      ...optional("contains", words[0]),
      ...after,
      ...optionalNumber("limit", args["limit"]),
    });
    print(answer, view.usersView(answer));
  },
  "create-user": async ({ admin, args, words, print }) => {
    const username = word(words, 0, "NAME");
    // Not as a word of the command: those of a process can be read by everybody on the machine.
    const chosen = args["password-stdin"] === true ? { password: await firstLineOfInput() } : {};
    const answer = await admin.request("create_user", { username, ...chosen });
    print(answer, answer.password === null ? "created" : `created; the one-time password is ${answer.password}`);
  },
  "reset-password": async ({ admin, words, print }) => {
    const answer = await admin.request("reset_password", { username: word(words, 0, "NAME") });
    print(answer, `the one-time password is ${answer.password}`);
  },
  "disable-user": byName("disable_user", "disabled"),
  "enable-user": byName("enable_user", "enabled"),
  "delete-user": async (call) => {
    confirmed(call.args, `deletes the account ${word(call.words, 0, "NAME")} for good`);
    await byName("delete_user", "deleted")(call);
  },
  "end-sessions": async ({ admin, words, print }) => {
    const answer = await admin.request("end_sessions", { username: word(words, 0, "NAME") });
    print(answer, `${answer.ended} sessions ended`);
  },
  disconnect: async ({ admin, args, words, print }) => {
    const connection = numberWord(words, 0, "NUMBER");
    print(await admin.request("disconnect", { connection, ...optional("reason", args["reason"]) }), "disconnected");
  },
  ban: async ({ admin, words, print }) => {
    const ban = { address: word(words, 0, "ADDRESS"), seconds: numberWord(words, 1, "SECONDS") };
    const answer = await admin.request("ban", ban);
    print(answer, `banned; ${answer.disconnected} connections ended`);
  },
  unban: async ({ admin, words, print }) => {
    print(await admin.request("unban", { address: word(words, 0, "ADDRESS") }), "the ban is lifted");
  },
  bans: async ({ admin, print }) => {
    const answer = await admin.request("bans", {});
    print(answer, view.bansView(answer));
  },
  groups: groupAction,
  messages: messageAction,
  announce: async ({ admin, args, words, print }) => {
    const message = word(words, 0, "TEXT");
    const group = args["group"] === undefined ? {} : { chat_id: await meantGroup(admin, String(args["group"])) };
    const answer = await admin.request("announce", { message, ...optional("username", args["to"]), ...group });
    print(answer, `said, as message ${answer.seq} of ${answer.chat_id}`);
  },
  backup: async ({ admin, print }) => {
    const answer = await admin.request("backup", {});
    const { file, users, messages, size_bytes } = answer;
    print(answer, `${file}: ${users ?? 0} users, ${messages ?? 0} messages, ${bytes(size_bytes)}, checked`);
  },
  backups: async ({ admin, print }) => {
    const answer = await admin.request("backups", {});
    print(answer, view.backupsView(answer));
  },
  log: async (call) => {
    const level = optional("level", call.args["level"]) as { level?: LogRecord["level"] };
    const answer = await call.admin.request("log", { ...optionalNumber("limit", call.args["limit"]), ...level });
    for (const entry of answer.entries) call.print(entry, view.logLine(entry));
    if (call.args["follow"] === true) await follow(call, "log");
  },
  traffic: (call) => follow(call, "traffic"),
  listen: async ({ admin, args, print }) => {
    const place = {
      ...optional("address", args["address"]),
      ...(args["port"] === undefined ? {} : { port: Number(args["port"]) }),
    };
    const answer = await admin.request("listen", place);
    print(answer, `listening on ${answer.address}:${answer.port}`);
  },
  "stop-listening": async ({ admin, print }) =>
    print(await admin.request("stop_listening", {}), "not listening any more"),
  shutdown: async ({ admin, args, print }) => {
    confirmed(args, "stops the server");
    print(await admin.request("shutdown", {}), "the server is stopping");
  },
};

function byName(action: "disable_user" | "enable_user" | "delete_user", done: string): Action {
  return async ({ admin, words, print }) =>
    print(await admin.request(action, { username: word(words, 0, "NAME") }), done);
}

/** Prints events until the connection ends or Ctrl+C. */
async function follow({ admin, args, print }: Call, topic: Exclude<Topic, "backup">): Promise<void> {
  admin.events.on("sample", (sample) => print(sample, view.sampleLine(sample)));
  admin.events.on("log", (record) => print(record, view.logLine(record)));
  admin.events.on("traffic", (entry) => print(entry, view.trafficLines(entry)));
  const ended = new Promise<Error>((resolve) => admin.events.on("closed", resolve));
  await admin.request("subscribe", { topics: [topic], unmask_texts: args["texts"] === true });
  throw await ended;
}

async function firstLineOfInput(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line;
  throw new UserError("--password-stdin: there is nothing on standard input");
}

async function run(args: CommandArgs): Promise<number> {
  const what = String(args["what"]);
  const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined;
  if (action === undefined) throw new UserError(`${what}: unknown action; --help lists all`);
  const { data } = loadConfig({ data: args["data"], config: args["config"] });
  const words = Array.isArray(args["words"]) ? args["words"].map(String) : [];
  const print = (answer: object, text: string): void => {
    process.stdout.write(`${args["json"] === true ? visibleJson(answer) : visibleLines(text)}\n`);
  };
  try {
    const admin = await AdminClient.open(data);
    await action({ admin, args, words, print });
    admin.close();
    return 0;
  } catch (error) {
    if (error instanceof RequestError || error instanceof DisconnectedError)
      throw new UserError(error.message, { cause: error });
    throw error;
  }
}
