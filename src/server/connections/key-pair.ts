// Reading of a certificate and its key: whatever is wrong with the two files is said in one line.
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";

/** A certificate (chain) and its key, PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

const ENCRYPTED = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** @throws Error whose message names the file that cannot be used, and why. */
export function readKeyPair(files: CertificateFiles): Certificate {
  const [cert, key] = [read(files.cert), read(files.key)];
  const certificate = parsed(files.cert, "is not a certificate in PEM form", () => new X509Certificate(cert));
  if (ENCRYPTED.test(key.toString("latin1"))) {
    throw new Error(`${files.key} is encrypted; write one without a passphrase: openssl pkey -in OLD -out NEW`);
  }
  const privateKey: KeyObject = parsed(files.key, "is not a private key in PEM form", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`${files.key} is not the key of the certificate in ${files.cert}`);
  }
  return { cert, key };
}

/** Why clients will not trust a certificate now, by its time; undefined within it. */
export function timeFault({ cert }: Certificate, nowMs: number): string | undefined {
  const { validFrom, validTo } = new X509Certificate(cert);
  if (Date.parse(validTo) < nowMs) return `the certificate has expired on ${validTo}; clients will refuse it`;
  return Date.parse(validFrom) > nowMs ? `the certificate is valid from ${validFrom} only` : undefined;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new Error(`${file} cannot be read (${code})`, { cause: error });
  }
}

function parsed<T>(file: string, fault: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`${file} ${fault}`, { cause: error });
  }
}
