// A client that talks TLS to a real server: nothing is said to a server that is not trusted.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { memoryAccount, type Account } from "../../src/client/account-folder.ts";
import { Messenger } from "../../src/client/messenger.ts";
import { registerUser } from "../../src/client/own-account.ts";
import type { ServerCertificate } from "../../src/client/dial.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";
import { Terminal } from "../support/terminal.ts";

const PASSWORD = "a long password";

describe("a client that talks TLS", () => {
  let folder = "";
  let server: TestServer;
  let fingerprint = "";

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "messenger-test-"));
    const { private: key, cert } = await generate([{ name: "commonName", value: "messenger.test" }]);
    const files = { tlsCert: join(folder, "cert.pem"), tlsKey: join(folder, "key.pem") };
    writeFileSync(files.tlsCert, cert);
    writeFileSync(files.tlsKey, key);
    fingerprint = new X509Certificate(cert).fingerprint256;
    server = await TestServer.start(files);
  });

  after(async () => {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const accept = (certificate: ServerCertificate): boolean => certificate.fingerprint === fingerprint;

  const newAccount = async (username: string): Promise<Account> => {
    const address = { host: "127.0.0.1", port: server.port };
    await registerUser({ ...address, tls: { accept } }, username, PASSWORD);
    return memoryAccount(address, username);
  };

  it("talks to the server whose certificate was accepted", async () => {
    const messenger = new Messenger({ account: await newAccount("alice"), tls: { accept } });
    await messenger.login(PASSWORD);
    messenger.send("common", "in private");
    assert.ok(await messenger.whenSent(5000));
    await messenger.close();
  });

  it("says nothing to another one, and does not try again by itself", async () => {
    const account = await newAccount("bob");
    const messenger = new Messenger({ account, tls: { accept: () => false } });
    await assert.rejects(messenger.login(PASSWORD), { name: "UntrustedServerError", fingerprint });
    await account.tokens.save({ userId: "1", username: "bob", token: "secret" });
    await messenger.resume();
    await eventually("given up", () => messenger.state.kind === "offline");
    assert.deepEqual(messenger.state, {
      kind: "offline",
      problem: "certificate not accepted: DEPTH_ZERO_SELF_SIGNED_CERT",
      retryAtMs: undefined,
    });
    await messenger.close();
  });

  it("is told by messenger chat which fingerprint it has, and pins it", async () => {
    await newAccount("carol");
    const distrustful = new Terminal(server.port, folder, ["--tls", "-u", "carol"]);
    assert.equal(await distrustful.end(), 1);
    assert.ok(distrustful.lines.join("\n").includes(`--fingerprint ${fingerprint}`), distrustful.lines.join("\n"));
    const wrong = new Terminal(server.port, folder, ["--fingerprint", "00".repeat(32), "-u", "carol"]);
    assert.equal(await wrong.end(), 1);
    const pinned = new Terminal(server.port, folder, ["--fingerprint", fingerprint, "-u", "carol"]);
    pinned.type("pinned");
    assert.equal(await pinned.end(), 0);
    assert.deepEqual(pinned.said("common").at(-1), "carol: pinned");
  });
});
