// Dialling over TLS: who is trusted decides before a byte of ours is sent.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import { generate } from "selfsigned";
import { dial, type ServerCertificate } from "../../../src/client/dial.ts";
import { UntrustedServerError } from "../../../src/client/errors.ts";
import { eventually } from "../../support/eventually.ts";

describe("dialling over TLS", () => {
  let server: Server;
  let received: Buffer;
  let address: { host: string; port: number };

  before(async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "messenger.test" }]);
    server = createServer({ key, cert }, (socket) => {
      socket.on("data", (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
      socket.on("error", () => {});
    });
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  });

  beforeEach(() => {
    received = Buffer.alloc(0);
  });

  after(() => void server.close());

  it("refuses by default a certificate that no authority vouches for", async () => {
    const refused = dial({ ...address, tls: {} });
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof UntrustedServerError);
      assert.match(error.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
      return true;
    });
    assert.equal(received.length, 0);
  });

  it("lets a person or a pin decide, with the fingerprint and the problem", async () => {
    const asked: ServerCertificate[] = [];
    const accept = (certificate: ServerCertificate): Promise<boolean> => {
      asked.push(certificate);
      return Promise.resolve(asked.length === 2);
    };
    await assert.rejects(dial({ ...address, tls: { accept } }), UntrustedServerError);
    const socket = await dial({ ...address, tls: { accept } });
    socket.write("hello");
    await eventually("it arrived", () => received.toString() === "hello");
    socket.destroy();
    assert.equal(asked[0]?.fingerprint, asked[1]?.fingerprint);
    assert.match(asked[0]?.problem ?? "", /SELF_SIGNED/);
  });
});
