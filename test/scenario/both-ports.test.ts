// One rule at both ports: bans, limits, ended sessions and failed logins hold for messages and for avatars.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { AdminClient } from "../../src/client/admin-client.ts";
import { RawFtp } from "../support/avatar-server.ts";
import type { Person } from "../support/person.ts";
import { TestServer, useServer } from "../support/server.ts";

/** A second address of this machine, so that a ban does not hit the whole test. */
const GUEST = "127.0.0.9";
const OUTSIDE = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;

describe("one rule at both ports", () => {
  const server = useServer({ ftp: true, failedLoginsPerAddress: 25 });
  const open: RawFtp[] = [];
  let admin: AdminClient;

  beforeEach(async () => {
    admin = await AdminClient.open(server().config.data);
  });
  afterEach(() => {
    admin.close();
    for (const raw of open.splice(0)) raw.socket.destroy();
  });

  async function dialFtp(from?: string): Promise<RawFtp> {
    const { avatars } = await admin.request("status", {});
    const raw = new RawFtp(
      connect({ port: avatars?.port ?? 0, host: "127.0.0.1", ...(from !== undefined && { localAddress: from }) }),
    );
    open.push(raw);
    await raw.reply(220);
    return raw;
  }

  async function logInToFtp(username: string, password: string, from?: string): Promise<RawFtp> {
    const raw = await dialFtp(from);
    await raw.ask(`USER ${username}`, 331);
    await raw.ask(`PASS ${password}`, 230);
    return raw;
  }

  it("a ban closes what an address has at both, and lets it in at neither until it is lifted", async () => {
    const anna = await server().newPerson("anna");
    const chat = await server().connect({ from: GUEST });
    await chat.ok("login", { username: anna.username, password: anna.password });
    const raw = await logInToFtp(anna.username, anna.password, GUEST);
    const own = await logInToFtp(anna.username, anna.password);
    assert.equal((await admin.request("ban", { address: `::ffff:${GUEST}`, seconds: 600 })).disconnected, 2);
    assert.match(await raw.reply(421), /banned/);
    await Promise.all([raw.closed(), chat.closed()]);
    await assert.rejects(dialFtp(GUEST), /closed by the server/);
    await (await server().connect({ from: GUEST })).closed();
    await own.ask("NOOP", 200);
    await anna.client.barrier();
    await admin.request("unban", { address: GUEST });
    await logInToFtp(anna.username, anna.password, GUEST);
    (await server().connect({ from: GUEST })).destroy();
    await assert.rejects(admin.request("ban", { address: "anna", seconds: 600 }), /address: anna is not an IP address/);
  });

  it("the administrator's list has the sessions of both, and each is ended by its number", async () => {
    const anna = await server().newPerson("anna");
    const { ftp } = await anna.ok("avatar_ticket", {});
    const byTicket = await logInToFtp(ftp.username, ftp.password);
    const byPassword = await logInToFtp(anna.username.toUpperCase(), anna.password);
    const { sessions } = await admin.request("sessions", { contains: anna.username });
    assert.deepEqual(
      sessions.map(({ username, mode, address, secure }) => [username, mode, address, secure]),
      [
        [anna.username, "prefixed", "127.0.0.1", false],
        [anna.username, "ftp", "127.0.0.1", false],
        [anna.username, "ftp", "127.0.0.1", false],
      ],
    );
    const numbers = sessions.map(({ connection }) => connection);
    assert.equal(new Set(numbers).size, 3);
    for (const { since_ms, idle_ms } of sessions) {
      assert.ok(Math.abs(Date.now() - since_ms) < 60_000 && idle_ms >= 0 && idle_ms < 60_000);
    }
    await admin.request("disconnect", { connection: numbers[1] ?? 0, reason: "Go and have tea" });
    assert.match(await byTicket.reply(421), /Go and have tea/);
    await byTicket.closed();
    await byPassword.ask("NOOP", 200);
    const { sessions: left } = await admin.request("sessions", { contains: anna.username });
    assert.deepEqual(
      left.map(({ connection }) => connection),
      [numbers[0], numbers[2]],
    );
    await anna.client.barrier();
  });

  const ENDINGS: Readonly<Record<string, (person: Person) => Promise<unknown>>> = {
    "a changed password": ({ client, password }) =>
      client.ok("change_password", { password, new_password: "another good one" }),
    "a password reset by the administrator": ({ username }) => admin.request("reset_password", { username }),
    "a disabled account": ({ username }) => admin.request("disable_user", { username }),
    "sessions ended by the administrator": ({ username }) => admin.request("end_sessions", { username }),
    "a deleted account": ({ username }) => admin.request("delete_user", { username }),
    "an account deleted by its user": ({ client, password }) => client.ok("delete_account", { password }),
  };
  for (const [what, end] of Object.entries(ENDINGS)) {
    it(`end the sessions at both, and make tickets given before void: ${what}`, async () => {
      const anna = await server().newPerson("anna");
      const phone = await server().anotherSession(anna);
      const raw = await logInToFtp(anna.username, anna.password);
      const { ftp } = await anna.ok("avatar_ticket", {});
      await end(anna);
      await raw.reply(421);
      await Promise.all([raw.closed(), phone.client.closed()]);
      const late = await dialFtp();
      await late.ask(`USER ${ftp.username}`, 331);
      await late.ask(`PASS ${ftp.password}`, 530);
    });
  }

  it("a server that the administrator has stopped lets nobody in at either", async () => {
    const { port } = server();
    const anna = await server().newPerson("anna");
    const raw = await logInToFtp(anna.username, anna.password);
    await admin.request("stop_listening", {});
    assert.match(await raw.reply(421), /stopped by the administrator/);
    await assert.rejects(dialFtp(), /421 The server is stopped/);
    await admin.request("listen", { port });
    await logInToFtp(anna.username, anna.password);
  });

  it("failed logins of a name at either count for both", async () => {
    const anna = await server().newPerson("anna");
    for (let time = 0; time < 5; time++) {
      const raw = await dialFtp();
      await raw.ask(`USER ${anna.username}`, 331);
      await raw.ask("PASS wrong", 530);
      const chat = await server().connect();
      await chat.fails("login", { username: anna.username, password: "wrong again" }, 401);
    }
    const chat = await server().connect();
    await chat.fails("login", { username: anna.username, password: anna.password }, 429);
    const raw = await dialFtp();
    await raw.ask(`USER ${anna.username}`, 331);
    assert.match(await raw.ask(`PASS ${anna.password}`, 421), /Too many failed logins, try again in \d+ seconds/);
    await raw.closed();
  });

  it("failed logins of an address at either count for both, wrong tickets too; valid tickets are taken", async () => {
    const anna = await server().newPerson("anna");
    const { ftp } = await anna.ok("avatar_ticket", {});
    let code = 530;
    for (let time = 0; time < 30 && code === 530; time++) {
      const raw = await dialFtp();
      await raw.ask(`USER ticket-${"0".repeat(32)}`, 331);
      raw.send("PASS none");
      ({ code } = await raw.next());
    }
    assert.equal(code, 421);
    const chat = await server().connect();
    await chat.fails("login", { username: anna.username, password: anna.password }, 429);
    await chat.fails("login", { token: "none" }, 429);
    await logInToFtp(ftp.username, ftp.password);
  });
});

describe("connections of one address at both ports", function () {
  let server: TestServer;
  before(async function () {
    if (OUTSIDE === undefined) return this.skip();
    server = await TestServer.start({ address: "0.0.0.0", ftp: true, maxConnectionsPerAddress: 3 });
  });
  after(() => server?.remove());

  it("are counted together, and both refuse what is too many", async () => {
    const address = OUTSIDE ?? "";
    const port = Number(/:(\d+)\)$/.exec(server.running.readyLine)?.[1]);
    const dialFtp = (): RawFtp => new RawFtp(connect(port, address));
    const chat = await server.connect({ address });
    await chat.barrier();
    const raws = [dialFtp(), dialFtp()];
    for (const raw of raws) await raw.reply(220);
    assert.equal((await dialFtp().next()).code, 421);
    const refused = await server.connect({ address, framing: "lines" });
    assert.equal((await refused.replies.next()).code, 429);
    for (const raw of raws) {
      raw.send("QUIT");
      await raw.closed();
    }
    await (await server.connect({ address })).barrier();
  });
});
