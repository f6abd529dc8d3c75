// The avatar server with TLS: control and data connections.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import {
  connect as connectTls,
  createSecureContext,
  createServer as createTlsServer,
  TLSSocket,
  type SecureVersion,
} from "node:tls";
import { generate } from "selfsigned";
import { fetchAvatars, uploadAvatar } from "../../../src/avatars/ftp-client.ts";
import { isLoopback } from "../../../src/util/address.ts";
import { ANNA, ANYBODY, PASSWORD, RawFtp, TestAvatarServer } from "../../support/avatar-server.ts";
import { eventually } from "../../support/eventually.ts";
import { png, SAMPLES } from "../../support/pictures.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

async function certificate(): Promise<{ cert: string; key: string; fingerprint: string }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
  return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
}

describe("the avatar server with TLS", function () {
  const tempFolder = tempDirPerTest();
  let avatars: TestAvatarServer;
  let own: Awaited<ReturnType<typeof certificate>>;

  before(async () => {
    own = await certificate();
  });
  beforeEach(async () => {
    avatars = await TestAvatarServer.start(tempFolder(), { tls: own });
  });
  afterEach(() => avatars.close());

  it("encrypts control and data connections of clients that compare the fingerprint", async () => {
    const bytes = png(100, 100, 3, 1_000_000);
    const access = { host: "127.0.0.1", fingerprint: own.fingerprint };
    assert.equal(avatars.ticket(ANNA).secure, true);
    await uploadAvatar({ ...access, ticket: avatars.ticket(ANNA) }, bytes);
    const name = avatars.published[0]?.fileName ?? "";
    const fetched: unknown[] = [];
    const names = [name, name, name]; // from the second on, data connections resume the session of the one before
    await fetchAvatars({ ...access, ticket: avatars.ticket(ANNA) }, names, (_name, result) => fetched.push(result));
    assert.deepEqual(fetched, [bytes, bytes, bytes]);
  });

  it("begins a handshake when its turn has come, and none of a connection that has gone meanwhile", async () => {
    const waiting: { readonly isClosed: () => boolean; readonly begin: () => void }[] = [];
    const access: typeof ANYBODY = {
      ...ANYBODY,
      greet: (greeter, _address, begin) => void waiting.push({ isClosed: () => greeter.isClosed, begin }),
    };
    await avatars.close();
    avatars = await TestAvatarServer.start(tempFolder(), { tls: own, access });
    const [kept, gone] = [await avatars.dial(), await avatars.dial()];
    for (const client of [kept, gone]) await client.ask("AUTH TLS", 234);
    await eventually("both wait", () => waiting.length === 2);
    const secure = connectTls({ socket: kept.socket, rejectUnauthorized: false });
    let isDone = false;
    void once(secure, "secureConnect").then(() => (isDone = true));
    gone.socket.destroy();
    await eventually("the other has gone", () => waiting[1]?.isClosed() === true);
    assert.deepEqual([isDone, waiting[0]?.isClosed()], [false, false]);
    waiting[0]?.begin();
    await eventually("the handshake is done", () => isDone);
    secure.destroy();
  });

  it("is believed when the given authority vouches for it", async () => {
    const access = { host: "localhost", tls: { ca: own.cert }, ticket: avatars.ticket(ANNA) };
    await uploadAvatar(access, SAMPLES.gif);
    assert.equal(avatars.published.length, 1);
  });

  it("shows a renewed certificate to who comes then; who is there goes on with the one before", async () => {
    const renewed = await certificate();
    const inUse = { cert: own.cert, key: own.key };
    await avatars.close();
    avatars = await TestAvatarServer.start(tempFolder(), { tls: inUse });
    const old = await secureLogin(avatars);
    assert.equal(old.fingerprint, own.fingerprint);
    Object.assign(inUse, { cert: renewed.cert, key: renewed.key });
    const fresh = await secureLogin(avatars);
    assert.equal(fresh.fingerprint, renewed.fingerprint);
    for (const { raw, session } of [old, fresh]) {
      const data = connectTls({ port: await raw.passivePort(), host: "127.0.0.1", rejectUnauthorized: false, session });
      const isSecure = once(data, "secureConnect");
      await raw.ask("NLST", 150);
      await isSecure;
      assert.ok(data.isSessionReused());
      data.resume().once("end", () => data.end());
      await raw.reply(226);
      raw.socket.destroy();
    }
    await uploadAvatar(
      { host: "127.0.0.1", fingerprint: renewed.fingerprint, ticket: avatars.ticket(ANNA) },
      SAMPLES.gif,
    );
  });

  it("gets no ticket from a client that knows another fingerprint, or no authority", async () => {
    let attempts = 0;
    await avatars.close();
    const authenticate = async (): Promise<undefined> => void attempts++;
    avatars = await TestAvatarServer.start(tempFolder(), { tls: own, authenticate });
    const { fingerprint } = await certificate();
    const access = { host: "127.0.0.1", ticket: avatars.ticket(ANNA) };
    await assert.rejects(uploadAvatar({ ...access, fingerprint }, SAMPLES.gif), /another certificate/);
    await assert.rejects(uploadAvatar(access, SAMPLES.gif), /cannot be reached: .*certificate/);
    assert.equal(attempts, 0);
  });

  it("gets no picture over a data connection that somebody else answers", async () => {
    const other = await certificate();
    const received: Buffer[] = [];
    const data = createTlsServer(other, (socket) => {
      socket.on("error", () => {}).on("data", (chunk: Buffer) => received.push(chunk));
    });
    data.on("tlsClientError", () => {}).listen(0, "127.0.0.1");
    await once(data, "listening");
    const control = createServer((socket) => pretend(socket, own, (data.address() as AddressInfo).port));
    await once(control.listen(0, "127.0.0.1"), "listening");
    const ticket = { ...avatars.ticket(ANNA), port: (control.address() as AddressInfo).port };
    const upload = uploadAvatar({ host: "127.0.0.1", fingerprint: own.fingerprint, ticket }, SAMPLES.gif);
    await assert.rejects(upload, /data connection shows another certificate/);
    assert.equal(received.length, 0);
    control.close();
    data.close();
  });

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`takes and gives pictures only where the session of the control connection is resumed: ${version}`, async () => {
      const { raw, session } = await secureLogin(avatars, version);
      const thief = await secureLogin(avatars, version); // has a session of the server too, but another
      const to = { host: "127.0.0.1", rejectUnauthorized: false, maxVersion: version };
      for (const stolen of [undefined, thief.session]) {
        const port = await raw.passivePort();
        const other = connectTls({ ...to, port, ...(stolen && { session: stolen }) });
        other.on("error", () => {}).end(SAMPLES.gif);
        await once(other, "connect");
        await raw.ask(`STOR ${ANNA}.png`, 150);
        await raw.reply(522);
      }
      assert.equal(avatars.published.length, 0);
      // The thief's connection comes first; the client's own is waited for, however late its handshake comes.
      const port = await raw.passivePort();
      const early = connectTls({ ...to, port, session: thief.session });
      early.on("error", () => {}).end(SAMPLES.webp);
      await once(early, "connect");
      const own = connect(port, "127.0.0.1");
      await once(own, "connect");
      await raw.ask(`STOR ${ANNA}.png`, 150);
      connectTls({ ...to, socket: own, session }).end(SAMPLES.gif);
      assert.match(await raw.reply(226), /\.gif$/);
      raw.socket.destroy();
      thief.raw.socket.destroy();
    });
  }

  it("forgets what was sent unencrypted before the handshake", async () => {
    const raw = await avatars.dial();
    raw.socket.write("AUTH TLS\r\nUSER anna\r\n");
    await raw.reply(234);
    const secure = new RawFtp(connectTls({ socket: raw.socket, ca: own.cert, servername: "localhost" }));
    await secure.ask(`PASS ${PASSWORD}`, 503); // nobody has said USER
    await secure.ask("USER anna", 331);
    await secure.ask(`PASS ${PASSWORD}`, 230);
    secure.socket.destroy();
  });

  it("still serves clients without TLS, unless it must not", async () => {
    const raw = await avatars.logIn();
    assert.match(await raw.ask("FEAT", 211), / AUTH TLS/);
    await avatars.close();
    const access = { ...ANYBODY, mayBePlain: isLoopback };
    avatars = await TestAvatarServer.start(tempFolder(), { address: "0.0.0.0", tls: own, access });
    await avatars.logIn(); // from this machine
    const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    for (const { address } of outside.filter(({ internal, family }) => !internal && family === "IPv4")) {
      const far = new RawFtp(connect(avatars.server.port, address));
      await far.reply(220);
      await far.ask("USER anna", 530);
      far.socket.destroy();
    }
  });
});

/** A control connection within TLS that has logged in, and the certificate that it was shown. */
async function secureLogin(
  avatars: TestAvatarServer,
  maxVersion: SecureVersion = "TLSv1.3",
): Promise<{ raw: RawFtp; fingerprint: string; session: Buffer }> {
  const plain = await avatars.dial();
  await plain.ask("AUTH TLS", 234);
  const socket = connectTls({ socket: plain.socket, host: "127.0.0.1", rejectUnauthorized: false, maxVersion });
  const hasSession = once(socket, "session");
  await once(socket, "secureConnect");
  const raw = new RawFtp(socket);
  await raw.ask("USER anna", 331);
  await raw.ask(`PASS ${PASSWORD}`, 230);
  await raw.ask("PBSZ 0", 200);
  await raw.ask("PROT P", 200);
  await hasSession; // with TLS 1.3 it comes after the handshake
  const session = socket.getSession();
  assert.ok(session);
  return { raw, fingerprint: socket.getPeerCertificate().fingerprint256, session };
}

/** A server that is like the real one until a picture is stored, and has another port for data. */
function pretend(plain: Socket, tls: { cert: string; key: string }, dataPort: number): void {
  const answer = (socket: Socket): void => {
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      const [directive = ""] = line.split(" ");
      const replies: Record<string, string> = {
        AUTH: "234 Go",
        PASS: "230 In",
        USER: "331 Who",
        EPSV: `229 (|||${dataPort}|)`,
        STOR: "150 Send",
      };
      socket.write(`${replies[directive] ?? "200 Yes"}\r\n`);
      if (directive !== "AUTH") return;
      socket.removeAllListeners("data");
      answer(new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) }));
    });
  };
  plain.write("220 Ready\r\n");
  answer(plain);
}

describe("the avatar server without TLS", () => {
  const tempFolder = tempDirPerTest();

  it("does not offer it", async () => {
    const avatars = await TestAvatarServer.start(tempFolder());
    const raw = await avatars.dial();
    assert.doesNotMatch(await raw.ask("FEAT", 211), /TLS/);
    await raw.ask("AUTH TLS", 502);
    await raw.ask("USER anna", 331);
    await avatars.close();
  });
});
