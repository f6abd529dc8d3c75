// Certificates and keys that cannot be used: a start says why in one line, a renewal keeps the pair before.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";
import { WireClient } from "../support/wire-client.ts";

interface Made {
  readonly cert: string;
  readonly private: string;
}

const make = async (keyType: "rsa" | "ec", notAfterDate?: Date): Promise<Made> =>
  generate([{ name: "commonName", value: "localhost" }], {
    keyType,
    algorithm: "sha256",
    ...(notAfterDate && { notBeforeDate: new Date(0), notAfterDate }),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });

describe("certificates and keys", function () {
  this.timeout(60_000);
  const folder = tempDirPerTest();
  let rsa: Made;
  let ec: Made;
  before(async () => ([rsa, ec] = [await make("rsa"), await make("ec")]));

  const write = (name: string, text: string): string => {
    writeFileSync(join(folder(), name), text, { mode: 0o600 });
    return join(folder(), name);
  };
  /** What a start with these files says on standard error. */
  const refusal = async (cert: string, key: string): Promise<string> => {
    const server = await ServerProcess.fail([
      "--tls-cert",
      write("cert.pem", cert),
      "--tls-key",
      write("key.pem", key),
    ]);
    assert.deepEqual(await server.exited, { code: 1, signal: null });
    const { stderr } = server;
    await server.remove();
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    return stderr.replaceAll(folder(), "DIR");
  };

  it("refuse a start when they do not belong together, or cannot be read, and name the file", async () => {
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    assert.match(
      await refusal(ec.cert, rsa.private),
      /DIR\/key\.pem is not the key of the certificate in DIR\/cert\.pem/,
    );
    assert.match(
      await refusal(ec.cert, privateKey),
      /DIR\/key\.pem is encrypted; write one without a passphrase: openssl/,
    );
    assert.match(await refusal("nonsense", ec.private), /DIR\/cert\.pem is not a certificate in PEM form/);
    assert.match(await refusal(ec.cert, ec.cert), /DIR\/key\.pem is not a private key in PEM form/);
  });

  it("stay in use when a renewal writes one that does not fit, until both do", async () => {
    const [cert, key] = [write("live.pem", rsa.cert), write("live.key", rsa.private)];
    const server = await ServerProcess.start(["--tls-cert", cert, "--tls-key", key]);
    const ask = async (ca: string): Promise<void> => {
      const client = await WireClient.connect(server.port, { ca });
      await client.barrier();
      client.destroy();
    };
    write("live.pem", ec.cert);
    server.signal("SIGHUP");
    await eventually("it says so", () => server.stderr.includes("the one before stays"));
    const said = server.stderr.split("\n").filter((line) => line.includes("the one before stays"));
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /live\.key is not the key of the certificate in .*live\.pem/);
    await ask(rsa.cert);
    write("live.key", ec.private);
    server.signal("SIGHUP");
    await eventually("it is read", () => server.stderr.includes("the certificate was read again"));
    await ask(ec.cert);
    await server.remove();
  });

  it("are told of at the start when their time is over", async () => {
    const old = await make("ec", new Date(2020, 0, 1));
    const [cert, key] = [write("old.pem", old.cert), write("old.key", old.private)];
    const server = await ServerProcess.start(["--tls-cert", cert, "--tls-key", key]);
    assert.match(server.stderr, /WARN {2}the certificate has expired on .* 20(19|20) GMT; clients will refuse it/);
    await server.remove();
  });
});
