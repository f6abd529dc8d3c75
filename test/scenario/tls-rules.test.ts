// The server's own certificate, its renewal, and the rule that asks for TLS.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, connect, type Server } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { generate } from "selfsigned";
import type { ConnectionHost } from "../../src/server/connections/connection-host.ts";
import { Connection } from "../../src/server/connections/connection.ts";
import { isLoopback } from "../../src/util/address.ts";
import { StartError } from "../../src/server/start-error.ts";
import { monotonicClock } from "../../src/util/clock.ts";
import { testConfig } from "../support/config.ts";
import { RawFtp } from "../support/avatar-server.ts";
import { eventually } from "../support/eventually.ts";
import { portOf, TestServer } from "../support/server.ts";

/** The fingerprint of the certificate that a new connection is shown. */
async function shownFingerprint(port: number): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** The fingerprint of the certificate that the avatar server shows after AUTH TLS. */
async function avatarFingerprint(port: number): Promise<string> {
  const raw = new RawFtp(connect(port, "127.0.0.1"));
  await raw.reply(220);
  await raw.ask("AUTH TLS", 234);
  const socket = connectTls({ socket: raw.socket, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe("TLS with a certificate of our own", () => {
  let server: TestServer;
  before(async () => {
    server = await TestServer.start({ tls: "self-signed,require", ftp: true });
  });
  after(() => server.remove());

  it("makes one that only its owner can read, tells its fingerprint, and keeps it", async () => {
    const key = join(server.config.data, "tls", "self-signed.key");
    assert.equal(statSync(key).mode & 0o777, 0o600);
    const shown = await shownFingerprint(portOf(server.running.readyLine));
    assert.ok(server.log.text.includes(shown), "the log tells the fingerprint");
    await server.stop();
    await server.start();
    assert.equal(await shownFingerprint(portOf(server.running.readyLine)), shown);
  });

  it("takes a renewed certificate into use without dropping anyone", async () => {
    const ca = readFileSync(join(server.config.data, "tls", "self-signed.pem"), "utf8");
    const ann = await server.newPerson("Ann", { ca });
    const before = await shownFingerprint(server.port);
    const { port: ftpPort } = (await ann.ok("avatar_ticket", {})).ftp;
    assert.equal(await avatarFingerprint(ftpPort), before);
    const made = await generate([{ name: "commonName", value: "localhost" }], { keyType: "ec" });
    writeFileSync(join(server.config.data, "tls", "self-signed.key"), made.private);
    writeFileSync(join(server.config.data, "tls", "self-signed.pem"), made.cert);
    await eventually("the server reads it again", () => server.log.text.includes("was read again"));
    const renewed = await shownFingerprint(server.port);
    assert.notEqual(renewed, before);
    assert.equal(await avatarFingerprint(ftpPort), renewed);
    await ann.say("still here");
  });

  it("lets this machine in without TLS also where TLS is required", async () => {
    const plain = await server.newPerson("Ben");
    await plain.say("from here");
  });

  it("is asked for at the start when there is none", async () => {
    await assert.rejects(TestServer.start({ tls: "require" }), StartError);
  });
});

describe("plain text where TLS is required", () => {
  let listener: Server;
  afterEach(() => listener.close());

  it("is refused to other machines, with the reason", async () => {
    const host = {
      settings: testConfig("scratch"),
      clock: monotonicClock,
      secure: () => undefined,
      mayBePlain: isLoopback,
      onClosed() {},
      onGone() {},
    } as unknown as ConnectionHost<Connection>; // a connection that is refused asks for nothing else
    listener = createServer((socket) => void new Connection(1, socket, "192.0.2.7", host));
    await once(listener.listen(0, "127.0.0.1"), "listening");
    const address = listener.address();
    const socket = connect(typeof address === "object" ? (address?.port ?? 0) : 0, "127.0.0.1");
    socket.write('{"action":"ping"}\n');
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.match(answer.toString(), /"code":400,"info":"frame: this server asks for TLS"/);
    await once(socket, "close");
  });
});
