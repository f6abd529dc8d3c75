// The certificate of a server under test, made before it starts, so that the clients know it without asking.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { selfSignedFiles } from "../../src/server/connections/tls.ts";

/** PEM files, and what clients compare. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Where our server finds it as its own when this is its data folder. */
export async function makeCertificate(folder: string): Promise<TestCertificate> {
  const files = await selfSignedFiles({ data: folder, address: "127.0.0.1" });
  return { ...files, fingerprint: new X509Certificate(readFileSync(files.cert)).fingerprint256 };
}
