// The picture of the question whether a server is to be trusted, asked about a real one with a certificate of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { eventually } from "../../support/eventually.ts";
import { TestServer } from "../../support/server.ts";
import { TestClient } from "../support/client.ts";
import { user } from "../support/qt.ts";

export async function shootTrust(file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "messenger-trust-"));
  const { private: key, cert } = await generate([{ name: "commonName", value: "messenger.example" }]);
  const files = { tlsCert: join(folder, "cert.pem"), tlsKey: join(folder, "key.pem") };
  writeFileSync(files.tlsCert, cert);
  writeFileSync(files.tlsKey, key);
  const server = await TestServer.start(files);
  const client = new TestClient({ server });
  await client.application.start();
  const { parts } = client.welcome;
  parts.tls.setChecked(true);
  user.type(parts.username, "anna");
  user.type(parts.password, "a password that is not sent");
  user.click(parts.submit);
  await eventually("the question is asked", () => client.welcome.parts.dialog !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  client.welcome.parts.dialog?.grab().save(file, "PNG");
  await client.quit();
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
}
