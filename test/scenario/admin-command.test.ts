// Everything that the control panel can do is done here by `messenger admin`, the program itself, on a real server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AdminActionName, AdminActions } from "../../src/protocol/admin.ts";
import { CLI, ServerProcess } from "../support/server-process.ts";
import { WireClient } from "../support/wire-client.ts";
import { Person } from "../support/person.ts";

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a command that does not end by itself may take to say what is waited for, in milliseconds. */
const FOLLOW_TIMEOUT_MS = 15_000;

describe("messenger admin", () => {
  let server: ServerProcess;
  let port: number;
  /** Actions of the admin channel that a test here has carried out. */
  const done = new Set<AdminActionName>();
  /** Options that commands which succeeded were given. */
  const given = new Set<string>();

  before(async () => {
    server = await ServerProcess.start();
    port = server.port;
  });
  after(() => server.remove());

  /** Runs a command to its end; one that goes on by itself: until it has printed what matches `until`. */
  function run(words: readonly string[], until?: RegExp, input = ""): Promise<Outcome> {
    const child = spawn(process.execPath, [CLI, "admin", ...words, "--data", server.data], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.end(input);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (until?.test(stdout)) child.kill("SIGTERM");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), FOLLOW_TIMEOUT_MS);
    return new Promise((resolve) =>
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve({ code, stdout, stderr });
      }),
    );
  }

  /** Carries out an action that must succeed; what it prints. */
  async function ok(action: AdminActionName, ...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 0, `admin ${words.join(" ")}: ${stderr}`);
    done.add(action);
    for (const option of words.filter((one) => one.startsWith("--"))) given.add(option);
    return stdout;
  }

  /** The same as JSON. */
  async function json(action: AdminActionName, ...words: readonly string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await ok(action, ...words, "--json")) as Record<string, unknown>;
  }

  async function passwordOf(action: "create_user" | "reset_password", username: string): Promise<string> {
    const { password } = await json(action, action.replace("_", "-"), username);
    if (typeof password !== "string") throw new Error("no one-time password");
    return password;
  }

  async function login(username: string, password: string): Promise<Person> {
    return Person.login(await WireClient.connect(port), username, password);
  }

  /** Somebody who is told of groups and of changes. */
  async function named(username: string): Promise<Person> {
    const password = await passwordOf("create_user", username);
    return Person.login(await WireClient.connect(port), username, password, ["groups", "changes"]);
  }

  it("tells the overview", async () => {
    assert.match(await ok("status", "status"), new RegExp(`listening on 127\\.0\\.0\\.1:${port}`));
    const followed = await run(["status", "--follow"], /messages\/s.*\n.*messages\/s/);
    assert.match(followed.stdout, /messages\/s.*CPU/); // what the panel draws as curves
    done.add("samples");
  });

  it("makes a user, whose one-time password works, and gives another one", async () => {
    const first = await passwordOf("create_user", "anna");
    await login("anna", first);
    const second = await passwordOf("reset_password", "anna");
    assert.notEqual(first, second);
    const wire = await WireClient.connect(port);
    await wire.fails("login", { username: "anna", password: first }, 401);
    await login("anna", second);
  });

  it("makes a user with a password that was chosen, which is no word of the command", async () => {
    const made = await run(["create-user", "farid", "--password-stdin", "--json"], undefined, "a chosen password\n");
    assert.equal(made.code, 0, made.stderr);
    assert.equal((JSON.parse(made.stdout) as { password: unknown }).password, null);
    given.add("--password-stdin");
    await login("farid", "a chosen password");
    const nothing = await run(["create-user", "nobody", "--password-stdin"]);
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /--password-stdin: .*standard input/);
  });

  it("lists users and sessions in parts", async () => {
    for (const name of ["part-one", "part-two"]) await passwordOf("create_user", name);
    const { users } = await json("users", "users", "part-", "--limit", "1", "--after", "part-one");
    assert.deepEqual(
      (users as { username: string }[]).map(({ username }) => username),
      ["part-two"],
    );
  });

  it("lists sessions, ends those of a user, and disconnects one", async () => {
    const password = await passwordOf("create_user", "boris");
    const [one, two] = [await login("boris", password), await login("boris", password)];
    assert.match(await ok("sessions", "sessions", "boris"), /boris[\s\S]*boris[\s\S]*2 of/);
    assert.match(await ok("end_sessions", "end-sessions", "boris"), /2 sessions/);
    await Promise.all([one.client.closed(), two.client.closed()]);
    const three = await login("boris", password);
    const { sessions } = await json("sessions", "sessions", "boris");
    const [session] = sessions as { connection: number }[];
    await ok("disconnect", "disconnect", String(session?.connection), "--reason", "go and have tea");
    assert.equal((await three.client.nextEvent("closing")).reason, "go and have tea");
    await three.client.closed();
  });

  it("disables, enables and deletes a user, the last only with --yes", async () => {
    const password = await passwordOf("create_user", "chiara");
    await ok("disable_user", "disable-user", "chiara");
    const wire = await WireClient.connect(port);
    await wire.fails("login", { username: "chiara", password }, 403);
    await ok("enable_user", "enable-user", "chiara");
    await login("chiara", password);
    const refused = await run(["delete-user", "chiara"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /--yes/);
    assert.match(await ok("users", "users", "chiara"), /chiara/);
    await ok("delete_user", "delete-user", "chiara", "--yes");
    assert.doesNotMatch(await ok("users", "users", "chiara"), /chiara/);
  });

  it("bans an address for a time, lists the ban, and lifts it", async () => {
    const wire = await WireClient.connect(port);
    await ok("ban", "ban", "127.0.0.1", "60");
    await wire.closed();
    assert.match(await ok("bans", "bans"), /127\.0\.0\.1/);
    await ok("unban", "unban", "127.0.0.1");
    assert.match(await ok("bans", "bans"), /no address/);
    await (await WireClient.connect(port)).ok("ping", {});
  });

  it("announces to everybody and to one", async () => {
    const dmitri = await login("dmitri", await passwordOf("create_user", "dmitri"));
    await ok("announce", "announce", "Tea is ready");
    await ok("announce", "announce", "Only for you", "--to", "dmitri");
    const events = await dmitri.events("message");
    assert.deepEqual(
      events.map(({ message }) => message),
      ["Tea is ready", "Only for you"],
    );
  });

  it("lists groups and their members, adds, removes, and gives roles, by a group's title", async () => {
    const [gina, hans] = [await named("gina"), await named("hans")];
    const { chat } = await gina.ok("create_group", { title: "Book club" });
    assert.match(await ok("groups", "groups"), /Book club +1 +0 +\S+ \S+ +group:/);
    assert.match(await ok("groups", "groups", "list", "no such"), /no groups/);
    const { groups } = await json("groups", "groups", "list", "BOOK", "--limit", "1");
    assert.deepEqual(
      (groups as { chat_id: string }[]).map(({ chat_id }) => chat_id),
      [chat.chat_id],
    );
    await ok("add_member", "groups", "add", "book club", "hans", "--role", "moderator");
    assert.deepEqual((await hans.events("chat"))[0]?.chat.role, "moderator");
    assert.match(await ok("group_members", "groups", "members", "Book club"), /gina +owner[\s\S]*hans +moderator/);
    await ok("set_role", "groups", "role", chat.chat_id, "hans", "owner");
    const { members } = await json(
      "group_members",
      "groups",
      "members",
      chat.chat_id,
      "--after",
      "gina",
      "--limit",
      "1",
    );
    assert.deepEqual(
      (members as { role: string }[]).map(({ role }) => role),
      ["owner"],
    );
    await ok("remove_member", "groups", "remove", "Book club", "hans");
    assert.equal((await hans.events("chat_gone"))[0]?.reason, "removed");
    for (const [words, told] of [
      [["groups", "members", "No club"], /no group .*No club/],
      [["groups", "role", "Book club", "gina", "king"], /ROLE: must be one of member, moderator, owner/],
      [["groups", "remove", "Book club", "hans"], /username: is not a member/],
      [["groups", "dance"], /groups: dance: .*list, members/],
      [["messages"], /messages: what to do is missing.*find, by, remove/],
    ] as const) {
      const { code, stderr } = await run(words);
      assert.deepEqual([code, told.test(stderr)], [1, true], stderr);
    }
    await gina.ok("create_group", { title: "book club" });
    const two = await run(["groups", "archive", "Book club"]);
    assert.match(two.stderr, /2 groups have the title Book club; say the id of one: group:.*group:/);
  });

  it("archives a group, says something in it, and deletes it, the last only with --yes", async () => {
    const gina = await named("ines");
    const { chat } = await gina.ok("create_group", { title: "Attic" });
    const { chat_id } = chat;
    await ok("archive_group", "groups", "archive", "Attic");
    assert.equal((await gina.fails("add_message", { chat_id, message: "hello" }, 403)).reason, "forbidden");
    await ok("announce", "announce", "This one is closed", "--group", "Attic");
    assert.equal((await gina.events("message"))[0]?.message, "This one is closed");
    assert.match(await ok("groups", "groups", "list", "attic"), /archived/);
    await ok("unarchive_group", "groups", "unarchive", "Attic");
    await gina.say("hello", chat_id);
    const refused = await run(["groups", "delete", "Attic"]);
    assert.deepEqual([refused.code, /--yes/.test(refused.stderr)], [1, true]);
    await ok("delete_group", "groups", "delete", "Attic", "--yes");
    assert.equal((await gina.events("chat_gone"))[0]?.reason, "deleted");
    assert.match(await ok("groups", "groups", "list", "attic"), /no groups/);
  });

  it("finds messages of anybody and removes one, which the log tells without its text", async () => {
    const jana = await named("jana");
    const { seq } = await jana.say("buy free pills");
    await jana.say("hello");
    assert.match(
      await ok("messages", "messages", "find", "common", "PILLS"),
      new RegExp(`${seq} .*jana +buy free pills`),
    );
    const found = await json("messages", "messages", "find", "common", "--from", "jana", "--before", String(seq + 1));
    const { messages } = found as { messages: { seq: number; message: string }[] };
    assert.deepEqual(
      messages.map((message) => message.seq),
      [seq],
    );
    assert.match(
      await ok("user_messages", "messages", "by", "jana", "pills"),
      new RegExp(`common +${seq} .*free pills`),
    );
    const { next } = await json("user_messages", "messages", "by", "jana", "--limit", "1");
    const rest = await json("user_messages", "messages", "by", "jana", "--cursor", String(next));
    assert.equal((rest["messages"] as { seq: number }[])[0]?.seq, seq);
    const refused = await run(["messages", "remove", "common", String(seq)]);
    assert.deepEqual([refused.code, /--yes/.test(refused.stderr)], [1, true]);
    assert.match(await ok("remove_message", "messages", "remove", "common", String(seq), "--yes"), /jana/);
    const [changed] = await jana.events("changed");
    assert.deepEqual([changed?.seq, changed?.message, changed?.deleted], [seq, "", "moderator"]);
    assert.match(await ok("messages", "messages", "find", "common", "--from", "jana"), /deleted by a moderator/);
    const log = await ok("log", "log");
    const noted = new RegExp(`has acted action="remove_message" chat="common" seq=${seq} author="jana"`);
    assert.match(log, noted);
    assert.match(log, /looks at messages chat="common"/);
    assert.doesNotMatch(log, /pills/i);
  });

  it("shows the log and the traffic, with texts only when asked", async () => {
    assert.match(await ok("log", "log"), /session began/);
    const password = await passwordOf("create_user", "emeka");
    const emeka = await login("emeka", password);
    const talking = setInterval(() => void emeka.say("hush").catch(() => undefined), 100);
    const masked = await run(["traffic"], /add_message/);
    const shown = await run(["traffic", "--texts"], /hush/);
    clearInterval(talking);
    assert.match(masked.stdout, /add_message/);
    assert.doesNotMatch(masked.stdout, /hush/);
    assert.match(shown.stdout, /hush/);
    assert.match(await ok("log", "log", "--level", "warn", "--limit", "5"), /with its texts/);
    done.add("subscribe");
    given.add("--texts");
  });

  it("makes a backup that is counted, and lists it", async () => {
    assert.match(await ok("backup", "backup"), /\d+ users, \d+ messages, .*checked/);
    const { backups } = await json("backups", "backups");
    assert.equal((backups as unknown[]).length, 1);
  });

  it("stops, starts and moves the listener, and tells why it cannot", async () => {
    await ok("stop_listening", "stop-listening");
    await assert.rejects(WireClient.connect(port));
    await ok("listen", "listen", "--address", "127.0.0.1", "--port", String(port));
    await (await WireClient.connect(port)).ok("ping", {});
    const other = await ServerProcess.start();
    try {
      const taken = await run(["listen", "--port", String(other.port)]);
      assert.equal(taken.code, 1);
      assert.match(taken.stderr, /in use/);
    } finally {
      await other.remove();
    }
    await ok("listen", "listen", "--port", String(port));
  });

  it("has the socket for its owner only", () => {
    const socket = statSync(join(server.data, "admin.sock"));
    assert.ok(socket.isSocket());
    assert.equal(socket.mode & 0o777, 0o600);
  });

  it("is refused to another user of the machine, who is told so", async function () {
    if (process.getuid?.() !== 0) return this.skip(); // only root can become another user
    assert.match((await connectAs(0, server.data)).output, /connected/);
    const stranger = 65_534;
    for (const mode of [0o700, 0o755]) {
      // The second lets everybody into the folder, so that the socket's own mode is what refuses.
      chmodSync(server.data, mode);
      const { code, output } = await connectAs(stranger, server.data);
      assert.match(output, /only the user who runs the server may administer it/, `folder ${mode.toString(8)}`);
      assert.equal(code, 0);
    }
  });

  it("can do whatever the panel does: each action and each of its data has its words", () => {
    const asked = actionsOfPanel();
    assert.ok(asked.size >= PANEL_ACTIONS_AT_LEAST, `found ${[...asked].join(", ")}`);
    assert.deepEqual(
      [...asked].filter((action) => action !== "shutdown" && !done.has(action as AdminActionName)),
      [],
    );
    const options = Object.values(WORDS).flatMap((data) => Object.values<string>(data));
    assert.deepEqual(
      options.filter((word) => word.startsWith("--") && !given.has(word)),
      [],
    );
  });

  it("has done every action of the channel, and shuts the server down", async () => {
    const refused = await run(["shutdown"]);
    assert.equal(refused.code, 1);
    await ok("shutdown", "shutdown", "--yes");
    assert.equal((await server.exit()).code, 0);
    assert.deepEqual(
      EVERY_ACTION.filter((action) => !done.has(action)),
      [],
    );
  });
});

/** What gives each member of each action's data on the command line; all of them, by the compiler's word. */
const WORDS: { readonly [A in AdminActionName]: Readonly<Record<keyof AdminActions[A]["data"], string>> } = {
  status: {},
  samples: {},
  sessions: { contains: "FILTER", after: "read page by page", limit: "--limit" },
  disconnect: { connection: "NUMBER", reason: "--reason" },
  ban: { address: "ADDRESS", seconds: "SECONDS" },
  unban: { address: "ADDRESS" },
  bans: {},
  users: { contains: "FILTER", after: "--after", limit: "--limit" },
  create_user: { username: "NAME", password: "--password-stdin" },
  reset_password: { username: "NAME" },
  disable_user: { username: "NAME" },
  enable_user: { username: "NAME" },
  delete_user: { username: "NAME" },
  end_sessions: { username: "NAME" },
  groups: { contains: "FILTER", after: "read page by page", limit: "--limit" },
  group_members: { chat_id: "GROUP", after: "--after", limit: "--limit" },
  add_member: { chat_id: "GROUP", username: "NAME", role: "--role" },
  remove_member: { chat_id: "GROUP", username: "NAME" },
  set_role: { chat_id: "GROUP", username: "NAME", role: "ROLE" },
  archive_group: { chat_id: "GROUP" },
  unarchive_group: { chat_id: "GROUP" },
  delete_group: { chat_id: "GROUP" },
  messages: { chat_id: "CHAT", word: "WORD", username: "--from", before: "--before", limit: "--limit" },
  user_messages: { username: "NAME", word: "WORD", cursor: "--cursor", limit: "--limit" },
  remove_message: { chat_id: "CHAT", seq: "SEQ" },
  announce: { message: "TEXT", username: "--to", chat_id: "--group" },
  listen: { address: "--address", port: "--port" },
  stop_listening: {},
  shutdown: {},
  backup: {},
  backups: {},
  log: { limit: "--limit", level: "--level" },
  subscribe: { topics: "log, traffic, status --follow", unmask_texts: "--texts" },
};
const EVERY_ACTION = Object.keys(WORDS) as AdminActionName[];

/** So many different actions are in the panel's sources at the least: fewer found, and the search has gone wrong. */
const PANEL_ACTIONS_AT_LEAST = 20;

/** The actions that the panel and its models name in their sources. */
function actionsOfPanel(): ReadonlySet<string> {
  const root = new URL("../../../", import.meta.url);
  const sources = ["gui/panel/", "src/client/models/"].flatMap((folder) =>
    readdirSync(new URL(folder, root))
      .filter((name) => name.endsWith(".ts") && (folder === "gui/panel/" || name.startsWith("admin-")))
      .map((name) => readFileSync(new URL(folder + name, root), "utf8")),
  );
  const quoted = sources.flatMap((text) => [...text.matchAll(/"([a-z_]+)"/g)].map(([, name = ""]) => name));
  const requested = sources.flatMap((text) =>
    [...text.matchAll(/\brequest\("([a-z_]+)"/g)].map(([, name = ""]) => name),
  );
  const known: ReadonlySet<string> = new Set(EVERY_ACTION);
  return new Set([...requested, ...quoted.filter((name) => known.has(name))]);
}

/**
 * Opens the admin channel of a data folder as another user; the output says what came of it. The process changes its
 * user by itself, after it has loaded what it runs: the other user need not be able to read this checkout.
 */
function connectAs(uid: number, data: string): Promise<{ code: number | null; output: string }> {
  const module = new URL("../../src/client/admin-client.js", import.meta.url).href;
  const script = `import { AdminClient } from ${JSON.stringify(module)};
    process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});
    await AdminClient.open(${JSON.stringify(data)}).then(
      (admin) => { console.log("connected"); admin.close(); },
      (error) => console.log(error.message));`;
  const words = ["--input-type=module", "-e", script];
  const child = spawn(process.execPath, words, { cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
