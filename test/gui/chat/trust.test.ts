// Trust in a server: asked at the first meeting, remembered, and refused when it shows another certificate.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { registerUser } from "../../../src/client/own-account.ts";
import { eventually } from "../../support/eventually.ts";
import { TestServer } from "../../support/server.ts";
import { TestClient } from "../support/client.ts";
import { textsIn, user } from "../support/qt.ts";
import { freePort, PASSWORD } from "../support/stage.ts";

describe("trust in a server", () => {
  let folder = "";
  let files = { tlsCert: "", tlsKey: "" };
  let server: TestServer;
  let client: TestClient;

  /** Gives the server a certificate of its own making; resolves with the fingerprint as the window shows it. */
  const certify = async (): Promise<string> => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "messenger.test" }]);
    writeFileSync(files.tlsCert, cert);
    writeFileSync(files.tlsKey, key);
    return new X509Certificate(cert).fingerprint256;
  };
  /** Presses the button for logging in and waits for the question that follows. */
  const isAsked = async (title: string): Promise<string> => {
    user.click(client.welcome.parts.submit);
    await eventually(title, () => texts().includes(title));
    return texts();
  };
  const texts = (): string => {
    const { dialog } = client.welcome.parts;
    const native: unknown = dialog?.native; // null when it has been deleted
    return dialog && native !== null ? textsIn(dialog) : "";
  };
  const answer = (button: string): void => {
    const { dialog } = client.welcome.parts;
    assert.ok(dialog);
    user.pressButton(dialog, button);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "messenger-trust-"));
    files = { tlsCert: join(folder, "cert.pem"), tlsKey: join(folder, "key.pem") };
  });
  afterEach(async () => {
    await client.quit();
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is asked for once, with the fingerprint, and refused when the certificate changes", async () => {
    const first = await certify();
    server = await TestServer.start({ ...files, port: await freePort() });
    const address = { host: "127.0.0.1", port: server.port };
    await registerUser({ ...address, tls: { accept: () => true } }, "anna", PASSWORD);
    client = new TestClient({ server });
    await client.application.start();
    const { parts } = client.welcome;
    parts.tls.setChecked(true);
    user.type(parts.username, "anna");
    user.type(parts.password, PASSWORD);

    const question = await isAsked("Trust this server?");
    assert.ok(question.replaceAll(/\s/g, "").includes(first.slice(0, 23)), question);
    answer("Cancel");
    assert.deepEqual(client.application.preferences.get().trusted, {}, "Cancel trusts nothing");
    await eventually("the question is gone", () => texts() === "");
    await isAsked("Trust this server?");
    answer("Trust it");
    await client.chatOpens();
    assert.deepEqual(client.application.preferences.get().trusted, { [`127.0.0.1:${server.port}`]: first });

    // The same certificate is not asked about again.
    await client.quit(true);
    client = new TestClient({ server }, client.folder);
    await client.application.start();
    await client.chatOpens();
    await eventually("logged in", () => client.session.messenger.state.kind === "online");

    await server.stop();
    const second = await certify();
    await server.start();
    client.session.messenger.retryNow();
    await eventually("the other certificate is refused", () => {
      const { state } = client.session.messenger;
      return state.kind === "offline" && /another certificate/.test(state.problem);
    });
    client.chat.events.emit("logout", { forgets: false });
    await eventually("the welcome window is open", () => client.application.windows.welcome !== undefined);
    user.type(client.welcome.parts.password, PASSWORD);
    const warning = await isAsked("The certificate has changed");
    for (const fingerprint of [first, second]) assert.ok(warning.includes(fingerprint.slice(0, 23)), warning);
    assert.ok(!warning.includes("Trust it"));
    answer("Forget the old one");
    assert.deepEqual(client.application.preferences.get().trusted, {});
    await eventually("the warning is gone", () => texts() === "");
    await isAsked("Trust this server?");
    answer("Trust it");
    await client.chatOpens();
    assert.deepEqual(client.application.preferences.get().trusted, { [`127.0.0.1:${server.port}`]: second });
    assert.deepEqual(client.errors, []);
  });
});
