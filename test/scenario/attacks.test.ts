// Attacks on a running server, by strangers and by people with an account: it goes on serving everybody else.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import { LAST_MESSAGE_CHARS, MAX_LOGIN_BYTES } from "../../src/protocol/limits.ts";
import { range } from "../support/lists.ts";
import { ServerProcess } from "../support/server-process.ts";
import { TestServer, useServer } from "../support/server.ts";
import { WireClient } from "../support/wire-client.ts";

/** As long as a frame allows; to bring it into NFKC takes time that is quadratic in its length. */
const COMBINING_MARKS = `a${"\u0345".repeat(16_000)}${"\u0334".repeat(15_000)}`;

describe("names that are slow to normalise", () => {
  const limits = { failedLoginsPerAddress: 0, failedLoginsPerName: 0, requestRatePerSec: 0, byteRatePerSec: 0 };
  const server = useServer(limits);

  it("cost no more than others, before the login and after it", async () => {
    const ann = await server().newPerson("Ann");
    const stranger = await server().connect();
    const login = { username: COMBINING_MARKS, password: "x".repeat(8) };
    // Half a second each, if they were normalised: far longer than the test may take.
    for (let count = 0; count < 100; count += 1) {
      stranger.send("login", login);
      ann.client.send("profile", { username: COMBINING_MARKS });
      ann.client.send("add_contact", { contact: COMBINING_MARKS });
      stranger.send("register", login);
    }
    for (let count = 0; count < 100; count += 1) {
      assert.equal((await stranger.replies.next()).code, 401);
      assert.equal((await stranger.replies.next()).code, 400);
      for (const _ of ["profile", "add_contact"]) assert.equal((await ann.client.replies.next()).code, 404);
    }
  });
});

describe("messages of many strangers", () => {
  const server = useServer({ registrationsPerAddress: 0 });

  it("do not make an answer to the victim's login that no client takes", async () => {
    const victim = await server().newPerson("Victim");
    for (const index of range(1, 120)) {
      const stranger = await server().newPerson("Stranger");
      // Six bytes each in JSON.
      await stranger.say("\u0001".repeat(8_192), stranger.chatWith(victim));
      if (index % 20 === 0) server().cutClients();
    }
    const client = await server().connect();
    const { username, password } = victim;
    const { chats } = await client.ok("login", { username, password });
    assert.ok(client.receivedBytes < MAX_LOGIN_BYTES, `${client.receivedBytes} bytes`);
    const ofStrangers = chats.slice(1);
    assert.equal(ofStrangers.length, 120);
    assert.ok(ofStrangers.every(({ unread }) => unread === 1));
    const lengths = new Set(ofStrangers.map(({ last_message: last }) => last?.message.length));
    assert.deepEqual([...lengths], [LAST_MESSAGE_CHARS]);
  });
});

describe("compressed bytes", () => {
  const server = useServer();

  it("are never unpacked: as a beginning they are refused, as a payload they are no JSON", async () => {
    const bomb = gzipSync(Buffer.alloc(64_000_000));
    const stranger = await server().connect({ framing: "lines" });
    stranger.raw(bomb.subarray(0, 60_000));
    assert.equal((await stranger.replies.next()).code, 400);
    await stranger.closed();
    const ann = await server().newPerson("Ann");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(60_000);
    ann.client.raw(Buffer.concat([length, bomb.subarray(0, 60_000)]));
    assert.match((await ann.client.replies.next()).info, /^frame: /);
    await ann.say("still here");
  });
});

describe("a TLS client", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ tls: "self-signed,require", ftp: true });
  });
  after(() => server.remove());

  function dial(options: object): ReturnType<typeof connectTls> {
    return connectTls({ host: "127.0.0.1", port: server.port, rejectUnauthorized: false, ...options });
  }

  it("gets no version before 1.2, whatever ciphers it offers", async () => {
    for (const maxVersion of ["TLSv1", "TLSv1.1"] as const) {
      const socket = dial({ minVersion: "TLSv1", maxVersion, ciphers: "ALL:@SECLEVEL=0" });
      const [error] = (await once(socket, "error")) as [Error];
      assert.match(error.message, /version|alert|reset|disconnected/i);
    }
    const socket = dial({ maxVersion: "TLSv1.2" });
    await once(socket, "secureConnect");
    assert.equal(socket.getProtocol(), "TLSv1.2");
    socket.destroy();
  });

  it("cannot ask for another handshake; others are served", async () => {
    const socket = dial({ maxVersion: "TLSv1.2" });
    await once(socket, "secureConnect");
    await refusesHandshake(socket);
    const ca = readFileSync(join(server.config.data, "tls", "self-signed.pem"), "utf8");
    await (await server.newPerson("Ann", { ca })).say("still here");
    assert.deepEqual(server.log.errors, []);
  });

  it("cannot ask for another handshake of the avatar server either", async () => {
    const plain = connect(Number(/ftp:\/\/\S+:(\d+)/.exec(server.running.readyLine)?.[1]), "127.0.0.1");
    await once(plain, "data");
    plain.write("AUTH TLS\r\n");
    await once(plain, "data");
    const socket = connectTls({ socket: plain, rejectUnauthorized: false, maxVersion: "TLSv1.2" });
    await once(socket, "secureConnect");
    await refusesHandshake(socket);
  });

  async function refusesHandshake(socket: TLSSocket): Promise<void> {
    const refused = once(socket, "error");
    socket.renegotiate({ rejectUnauthorized: false }, (error) => {
      if (error === null) socket.emit("error", new Error("there was another handshake"));
    });
    const [error] = (await refused) as [Error];
    socket.destroy();
    assert.match(error.message, /no renegotiation|reset/i);
  }
});

/** An address of this machine that does not count as this machine; undefined where it has no network. */
const OUTSIDE = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;

describe("a peer on another machine", function () {
  let server: TestServer;
  before(async function () {
    if (OUTSIDE === undefined) return this.skip();
    const limits = { maxConnectionsPerAddress: 5, registrationsPerAddress: 3 };
    server = await TestServer.start({ address: "0.0.0.0", tls: "self-signed,require", ...limits });
  });
  after(() => server?.remove());
  afterEach(() => server.cutClients());

  const dial = (framing: "lines" | "prefixed" = "prefixed", ca?: string): Promise<WireClient> =>
    server.connect({ framing, address: OUTSIDE ?? "", ...(ca !== undefined && { ca }) });
  const ownCa = (): string => readFileSync(join(server.config.data, "tls", "self-signed.pem"), "utf8");

  it("is not let in without TLS where it is required", async () => {
    const client = await dial("lines");
    client.send("login", { username: "ann", password: "long enough" });
    assert.match((await client.replies.next()).info, /TLS/);
    await client.closed();
  });

  it("that registers one name after the other is stopped, also over many connections", async () => {
    const codes: number[] = [];
    for (const index of range(1, 6)) {
      const client = await dial("prefixed", ownCa());
      codes.push((await client.request("register", { username: `name${index}`, password: "long enough" })).code);
      client.destroy();
    }
    assert.deepEqual(codes, [200, 200, 200, 429, 429, 429]);
  });

  it("gets no more connections than it may; this machine is served", async () => {
    const clients = await Promise.all(range(1, 5).map(() => dial("prefixed", ownCa())));
    for (const client of clients) await client.barrier();
    const refused = await dial("lines");
    assert.equal((await refused.replies.next()).code, 429);
    await refused.closed();
    await (await server.connect()).barrier();
  });
});

describe("10,000 connections that say nothing, half a frame, or half a handshake", function () {
  this.timeout(120_000);
  /** Each costs a file in this process and one in the server's; fewer where the machine allows fewer. */
  const COUNT = Math.min(10_000, openFilesAllowed() - 1_000);

  it("keep nobody else from talking, and are closed in time", async () => {
    const server = await ServerProcess.start(["--tls", "self-signed", "--handshake-timeout", "20"]);
    const idle: Socket[] = [];
    try {
      const beginnings = ["", "\0\0", '{"action":', "\x16\x03\x01"];
      for (let made = 0; made < COUNT; made += 500) {
        const batch = range(1, 500).map(() => connect({ port: server.port, host: "127.0.0.1" }));
        await Promise.all(batch.map((socket) => once(socket, "connect")));
        for (const [index, socket] of batch.entries()) {
          socket.on("error", () => socket.destroy()).resume();
          socket.write(Buffer.from(beginnings[index % beginnings.length] ?? "", "latin1"));
        }
        idle.push(...batch);
      }
      const client = await WireClient.connect(server.port);
      await client.ok("register", { username: "Ann", password: "long enough" });
      await client.ok("login", { username: "Ann", password: "long enough" });
      for (let count = 0; count < 100; count += 1)
        await client.ok("add_message", { chat_id: "common", message: "still here" });
      await Promise.all(idle.filter((socket) => !socket.closed).map((socket) => once(socket, "close")));
      await client.ok("add_message", { chat_id: "common", message: "alone again" });
      client.destroy();
    } finally {
      for (const socket of idle) socket.destroy();
      await server.remove();
    }
  });
});

/** How many files a process may have open. */
function openFilesAllowed(): number {
  if (process.platform === "win32") return Infinity;
  const { userLimits } = process.report.getReport() as { userLimits: { open_files: { hard: number | "unlimited" } } };
  const { hard } = userLimits.open_files;
  return hard === "unlimited" ? Infinity : Number(hard);
}
