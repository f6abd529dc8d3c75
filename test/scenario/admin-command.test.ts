// Everything that the control panel can do is done here by `messenger admin`, the program itself, on a real server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AdminActionName } from "../../src/protocol/admin.ts";
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

  before(async () => {
    server = await ServerProcess.start();
    port = server.port;
  });
  after(() => server.remove());

  /** Runs a command to its end; one that goes on by itself: until it has printed what matches `until`. */
  function run(words: readonly string[], until?: RegExp): Promise<Outcome> {
    const child = spawn(process.execPath, [CLI, "admin", ...words, "--data", server.data], {
      stdio: ["ignore", "pipe", "pipe"],
    });
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

  it("lists sessions, ends those of a user, and disconnects one", async () => {
    const password = await passwordOf("create_user", "boris");
    const [one, two] = [await login("boris", password), await login("boris", password)];
    assert.match(await ok("sessions", "sessions", "boris"), /boris[\s\S]*boris[\s\S]*2 of/);
    assert.match(await ok("end_sessions", "end-sessions", "boris"), /2 sessions/);
    await Promise.all([one.client.closed(), two.client.closed()]);
    const three = await login("boris", password);
    const { sessions } = await json("sessions", "sessions", "boris");
    const [session] = sessions as { connection: number }[];
    await ok("disconnect", "disconnect", String(session?.connection));
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
    assert.match(await ok("log", "log"), /with its texts/);
    done.add("subscribe");
  });

  it("makes a backup that is counted, and lists it", async () => {
    assert.match(await ok("backup", "backup"), /\d+ users, \d+ messages, .*checked/);
    const { backups } = await json("backups", "backups");
    assert.equal((backups as unknown[]).length, 1);
  });

  it("stops, starts and moves the listener, and tells why it cannot", async () => {
    await ok("stop_listening", "stop-listening");
    await assert.rejects(WireClient.connect(port));
    await ok("listen", "listen", "--port", String(port));
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

  it("is refused to another user of the machine", async function () {
    if (process.getuid?.() !== 0) return this.skip(); // only root can become another user
    // The folder lets everybody in, so that the socket's own mode is what refuses.
    chmodSync(server.data, 0o755);
    const { code, output } = await connectAs(65_534, join(server.data, "admin.sock"));
    assert.match(output, /EACCES/);
    assert.equal(code, 0);
    const own = await connectAs(0, join(server.data, "admin.sock"));
    assert.match(own.output, /connected/);
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

/** All of them, by the compiler's word. */
const ACTIONS: Readonly<Record<AdminActionName, true>> = {
  status: true,
  samples: true,
  sessions: true,
  disconnect: true,
  ban: true,
  unban: true,
  bans: true,
  users: true,
  create_user: true,
  reset_password: true,
  disable_user: true,
  enable_user: true,
  delete_user: true,
  end_sessions: true,
  announce: true,
  listen: true,
  stop_listening: true,
  shutdown: true,
  backup: true,
  backups: true,
  log: true,
  subscribe: true,
};
const EVERY_ACTION = Object.keys(ACTIONS) as AdminActionName[];

/**
 * Connects to a Unix socket as another user; the output says what came of it. The process changes its user by itself:
 * the other user need not be able to run this node.
 */
function connectAs(uid: number, path: string): Promise<{ code: number | null; output: string }> {
  const script = `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});
    require("net").connect(${JSON.stringify(path)})
    .on("connect", function () { console.log("connected"); this.destroy(); })
    .on("error", (error) => console.log(error.code));`;
  const child = spawn(process.execPath, ["-e", script], { cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
