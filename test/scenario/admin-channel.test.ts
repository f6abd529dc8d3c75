// The admin channel of a running server: what the panel and `messenger admin` are built on.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { AdminClient } from "../../src/client/admin-client.ts";
import { DisconnectedError, RequestError } from "../../src/client/errors.ts";
import type { TrafficEntry } from "../../src/protocol/admin.ts";
import { SERVER_USER_ID } from "../../src/protocol/ids.ts";
import { adminSocketPath } from "../../src/util/admin-socket.ts";
import { useServer } from "../support/server.ts";

/** What stands for a secret. */
const MASK = "•••";

/** Accepts a refusal with this code and text, for assert.rejects. */
function refusal(code: number, info = /./) {
  return (error: unknown): boolean => error instanceof RequestError && error.code === code && info.test(error.message);
}

describe("the admin channel", () => {
  const server = useServer({ ftp: true });
  let admin: AdminClient;

  beforeEach(async () => {
    admin = await AdminClient.open(server().config.data);
  });
  afterEach(() => admin.close());

  it("is a socket for the server's user alone, and nothing else answers to its actions", async () => {
    if (process.platform !== "win32") {
      assert.equal(statSync(adminSocketPath(server().config.data)).mode & 0o777, 0o600);
    }
    const ann = await server().newPerson("Ann");
    await ann.fails("status", {}, 404);
    await ann.fails("create_user", { username: "new.user" }, 404);
  });

  it("says what the server is", async () => {
    await server().newPerson("Ann");
    const status = await admin.request("status", {});
    assert.equal(status.pid, process.pid);
    assert.deepEqual(status.listening, { address: "127.0.0.1", port: server().port });
    assert.match(status.durability, /disk/);
    assert.equal(status.sessions, 1);
  });

  it("lists sessions, and ends one by its number", async () => {
    const ann = await server().newPerson("Ann");
    await ann.say("one");
    const { sessions, total } = await admin.request("sessions", { contains: ann.username });
    assert.equal(total, 1);
    const [session] = sessions;
    assert.deepEqual([session?.username, session?.messages, session?.mode], [ann.username, 1, "prefixed"]);
    await admin.request("disconnect", { connection: session?.connection ?? 0, reason: "go away" });
    assert.equal((await ann.client.nextEvent("closing")).reason, "go away");
    await assert.rejects(admin.request("disconnect", { connection: 999_999 }), refusal(404, /^connection: /));
    assert.deepEqual((await admin.request("sessions", { contains: "no such name" })).sessions, []);
  });

  it("makes, disables, enables and deletes accounts, and resets passwords", async () => {
    const made = await admin.request("create_user", { username: "New.User" });
    const password = made.password ?? "";
    const client = await server().connect();
    const login = { username: "new.user", password };
    assert.equal((await client.ok("login", login)).user_id, made.user_id);
    await admin.request("disable_user", { username: "NEW.USER" });
    assert.match((await client.nextEvent("closing")).reason, /disabled/);
    const other = await server().connect();
    await other.fails("login", login, 403, /disabled/);
    await admin.request("enable_user", { username: "New.User" });
    await other.ok("login", login);
    const reset = await admin.request("reset_password", { username: "New.User" });
    const third = await server().connect();
    await third.fails("login", login, 401);
    await third.ok("login", { ...login, password: reset.password });
    const { users } = await admin.request("users", { contains: "new" });
    assert.deepEqual([users.length, users[0]?.online, users[0]?.failed_logins], [1, true, 1]);
    assert.equal((await admin.request("end_sessions", { username: "New.User" })).ended, 1);
    await admin.request("delete_user", { username: "New.User" });
    assert.deepEqual((await admin.request("users", { contains: "new" })).users, []);
    await assert.rejects(admin.request("delete_user", { username: "New.User" }), refusal(404, /^username: /));
    await assert.rejects(admin.request("create_user", { username: "x" }), refusal(400, /^username: /));
  });

  it("has a one-time password changed: the login says so until that is done, also after a restart", async () => {
    const { password } = await admin.request("create_user", { username: "Newcomer" });
    const first = await server().connect();
    const login = await first.ok("login", { username: "Newcomer", password: password ?? "" });
    assert.equal(login.must_change_password, true);
    admin.close();
    await server().stop();
    await server().start();
    admin = await AdminClient.open(server().config.data);
    const second = await server().connect();
    const again = await second.ok("login", { token: login.token });
    assert.equal(again.must_change_password, true);
    await second.ok("change_password", { password: password ?? "", new_password: "my own password" });
    const third = await server().connect();
    const own = { username: "Newcomer", password: "my own password" };
    assert.ok(!("must_change_password" in (await third.ok("login", own))));
    const reset = await admin.request("reset_password", { username: "Newcomer" });
    const fourth = await server().connect();
    const given = await fourth.ok("login", { username: "Newcomer", password: reset.password });
    assert.equal(given.must_change_password, true);
    await admin.request("create_user", { username: "Chosen", password: "chosen password" });
    const chosen = await fourth.ok("login", { username: "Chosen", password: "chosen password" });
    assert.ok(!("must_change_password" in chosen));
  });

  it("lets nobody be the server: its names are not given, and its account is nobody's", async () => {
    const ann = await server().newPerson("Ann");
    await admin.request("announce", { message: "hear, hear" });
    const [told] = await ann.events("message");
    assert.equal(told?.user_id, SERVER_USER_ID);
    for (const username of ["Server", "Sеrver", "Messenger.Server", "Deleted-x", "all", "Adrnin"]) {
      await ann.fails("register", { username, password: "a good password" }, 409, /^username: /);
      await assert.rejects(admin.request("create_user", { username }), refusal(409, /^username: /));
    }
    for (const action of ["reset_password", "disable_user", "delete_user", "end_sessions"] as const) {
      await assert.rejects(admin.request(action, { username: "Server" }), refusal(403, /^username: /));
    }
    await assert.rejects(admin.request("announce", { message: "x", username: "Server" }), refusal(403));
    const client = await server().connect();
    for (const password of ["", "a good password"]) await client.fails("login", { username: "Server", password }, 401);
    await admin.request("announce", { message: "still here" });
    assert.equal((await ann.events("message"))[0]?.message, "still here");
  });

  it("announces to everybody or to one, under a name of the server's own", async () => {
    const [ann, ben] = await server().newPeople("Ann", "Ben");
    await admin.request("announce", { message: "to all" });
    await admin.request("announce", { message: "to Ann", username: ann.username });
    const told = (await ann.events("message")).map(({ username, message }) => [username, message]);
    assert.deepEqual(told, [
      ["Server", "to all"],
      ["Server", "to Ann"],
    ]);
    assert.deepEqual(
      (await ben.events("message")).map(({ message }) => message),
      ["to all"],
    );
  });

  it("shows traffic without secrets, and with texts only when asked", async () => {
    const ann = await server().newPerson("Ann");
    const entries: TrafficEntry[] = [];
    admin.events.on("traffic", (entry) => entries.push(entry));
    await admin.request("subscribe", { topics: ["traffic"] });
    await ann.ok("change_password", { password: ann.password, new_password: "another password" });
    await ann.say("for few eyes");
    await admin.request("subscribe", { topics: ["traffic"], unmask_texts: true });
    await ann.say("for more eyes");
    await ann.client.barrier();
    await admin.request("subscribe", { topics: [] });
    await ann.say("for none");
    await admin.request("status", {});
    const text = JSON.stringify(entries);
    assert.ok(entries.some(({ request, username }) => request.includes("add_message") && username === ann.username));
    for (const secret of [ann.password, "another password", "for few eyes", "for none"]) {
      assert.ok(!text.includes(secret), `${secret} is shown`);
    }
    assert.ok(text.includes("for more eyes"));
    assert.ok((await admin.request("log", {})).entries.some((entry) => /with its texts/.test(entry.text)));
  });

  it("shows the responses of logins and tickets too, without what they give out", async () => {
    const ann = await server().newPerson("Ann");
    const entries: TrafficEntry[] = [];
    admin.events.on("traffic", (entry) => entries.push(entry));
    await admin.request("subscribe", { topics: ["traffic"], unmask_texts: true });
    const client = await server().connect();
    const { username, password } = ann;
    const { token } = await client.ok("login", { username, password });
    const { ftp } = await client.ok("avatar_ticket", {});
    const { token: next } = await (await server().connect()).ok("login", { username, token });
    await client.fails("login", { username, password: `${password}?` }, 401);
    const lines = await server().connect({ framing: "lines" });
    await lines.ok("login", { username, token: next });
    await admin.request("status", {});
    assert.deepEqual(
      entries.map(({ request, response }) => {
        const { action, data } = JSON.parse(request) as { action: string; data: Record<string, unknown> };
        const answer = JSON.parse(response) as Record<string, unknown> & { ftp?: { password: unknown } };
        return [action, data["password"] ?? data["token"], answer["code"], answer["token"] ?? answer.ftp?.password];
      }),
      [
        ["login", MASK, 200, MASK],
        ["avatar_ticket", undefined, 200, MASK],
        ["login", MASK, 200, MASK],
        ["login", MASK, 401, undefined],
        ["login", MASK, 200, MASK],
      ],
    );
    for (const secret of [password, token, next, ftp.password]) {
      assert.ok(!JSON.stringify(entries).includes(secret), `${secret} is shown`);
    }
  });

  it("takes backups that can be opened, and tells of samples", async () => {
    const samples = new Promise((resolve) => admin.events.on("sample", resolve));
    await admin.request("subscribe", { topics: ["sample", "backup"] });
    const made = await admin.request("backup", {});
    assert.ok((made.users ?? 0) > 0);
    assert.deepEqual(
      (await admin.request("backups", {})).backups.map(({ file }) => file),
      [made.file],
    );
    await samples;
    assert.ok((await admin.request("samples", {})).samples.length > 0);
  });

  it("moves the listener once after the other when two ask at the same time", async () => {
    const ann = await server().newPerson("Ann");
    const { port } = server();
    const asked = [1, 2, 3].map(() => admin.request("listen", { address: "127.0.0.1", port }));
    const others = await AdminClient.open(server().config.data);
    asked.push(others.request("listen", { address: "127.0.0.1", port }));
    for (const place of await Promise.all(asked)) assert.equal(place.port, port);
    others.close();
    await ann.client.closed();
    await (await server().connect()).barrier();
  });

  it("shows what it cannot print without harm to who has sent it", async () => {
    await admin.request("subscribe", { topics: ["traffic"] });
    const client = await server().connect();
    const depth = 20_000;
    assert.equal((await client.exchange(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`)).code, 400);
    await client.barrier();
  });

  it("moves the listener, and says why when it cannot", async () => {
    const { port } = server();
    const ann = await server().newPerson("Ann");
    await admin.request("stop_listening", {});
    assert.match((await ann.client.nextEvent("closing")).reason, /stopped/);
    assert.equal((await admin.request("status", {})).listening, null);
    await assert.rejects(admin.request("listen", { address: "192.0.2.1", port }), refusal(409, /192\.0\.2\.1/));
    const back = await admin.request("listen", { address: "127.0.0.1", port });
    assert.deepEqual([back.address, back.port], ["127.0.0.1", port]);
    await server().newPerson("Ben");
  });

  it("refuses what it does not know or understand", async () => {
    await assert.rejects(admin.request("ban", { address: "192.0.2.7", seconds: 0 }), refusal(400, /^seconds: /));
    await assert.rejects(admin.request("unban", { address: "192.0.2.7" }), refusal(404, /^address: /));
    assert.equal((await admin.request("ban", { address: "192.0.2.7", seconds: 60 })).disconnected, 0);
    assert.equal((await admin.request("bans", {})).bans.length, 1);
    await admin.request("unban", { address: "192.0.2.7" });
    await assert.rejects(admin.request("nonsense" as "status", {}), refusal(404));
  });

  it("is not there without a server", async () => {
    await assert.rejects(AdminClient.open("/nonexistent"), DisconnectedError);
  });
});
