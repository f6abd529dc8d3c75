// The first bytes of a server: refusals as JSON lines are understood, and other kinds of servers are called what they are.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Connection } from "../../../src/client/connection.ts";
import { DisconnectedError } from "../../../src/client/errors.ts";

const REFUSAL = `${JSON.stringify({ action: null, time: 1, code: 429, info: "too many connections", retry_after: 5 })}\n`;

describe("what a server says before a framing is agreed", () => {
  const servers: Server[] = [];

  const listen = async (server: Server): Promise<{ host: string; port: number }> => {
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  };
  /** A server that does this with every connection. */
  const serve = (greet: (socket: Socket) => void): Promise<{ host: string; port: number }> =>
    listen(
      createServer((socket) => {
        socket.on("error", () => {});
        greet(socket);
      }),
    );

  /** What a client is told that asks something there. */
  const told = async (
    address: { host: string; port: number },
    tls?: { accept: () => true },
  ): Promise<readonly [string, number | undefined]> => {
    try {
      const connection = await Connection.open({ ...address, tls });
      await connection.request("ping", {});
    } catch (error) {
      assert.ok(error instanceof DisconnectedError);
      return [error.message, error.retryAfterMs];
    }
    return assert.fail("it was answered");
  };
  const tls = { accept: (): true => true };

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it("gives a refusal's own words and wait, whole or in pieces, with TLS asked for or not", async () => {
    const whole = await serve((socket) => socket.end(REFUSAL));
    const pieces = await serve((socket) => {
      for (const byte of REFUSAL) socket.write(byte);
      socket.end();
    });
    const endless = await serve((socket) => socket.end(REFUSAL.trimEnd()));
    for (const address of [whole, pieces, endless]) {
      assert.deepEqual(await told(address), ["too many connections", 5000]);
      assert.deepEqual(await told(address, tls), ["too many connections", 5000]);
    }
  });

  it("says that there is another kind of server", async () => {
    const ftp = await serve((socket) => socket.write("220 Welcome\r\n"));
    const ssh = await serve((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"));
    const http = await listen(createHttpServer((_request, response) => response.end()));
    const other = await serve((socket) => socket.end("* OK IMAP4rev1 ready\r\n"));
    const noise = await serve((socket) => socket.write("x".repeat(20_000)));
    assert.match((await told(ftp))[0], /FTP or mail server, not of a Messenger/);
    assert.match((await told(ftp, tls))[0], /FTP or mail server, not of a Messenger/);
    assert.match((await told(ssh))[0], /SSH server, not of a Messenger/);
    assert.match((await told(http))[0], /web server, not of a Messenger/);
    assert.equal((await told(other))[0], "there is no Messenger server at this port");
    assert.equal((await told(noise))[0], "there is no Messenger server at this port");
  });

  it("says who wants TLS, and who does not speak it", async () => {
    const alert = Buffer.from("15030100020246", "hex"); // fatal, protocol version
    const wanting = await serve((socket) => socket.end(alert));
    assert.equal((await told(wanting))[0], "this server wants TLS");
    const plain = await serve((socket) => socket.once("data", () => socket.end('{"code":400,"info":"no TLS here"}\n')));
    assert.equal((await told(plain, tls))[0], "the server does not speak TLS at this port");
    const withoutCertificate = await listen(createTlsServer({}));
    assert.match((await told(withoutCertificate, tls))[0], /^TLS could not be agreed on: [a-z0-9 /]+$/);
  });
});
