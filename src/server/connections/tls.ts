// TLS on the common port: the certificate, given or made by ourselves, and the sockets that speak it.
import { constants, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, unwatchFile, watchFile, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import type { Config } from "../../config/config.ts";
import type { Logger } from "../../log/logger.ts";
import { readKeyPair, timeFault, type Certificate, type CertificateFiles } from "./key-pair.ts";
import { StartError } from "../start-error.ts";

/** How often the files are looked at, in milliseconds: a renewed certificate is in use so soon. */
const WATCH_MS = 5_000;
const SELF_SIGNED_YEARS = 10;

/**
 * The certificate in use. New connections get the newest; those that are open keep theirs, so a renewal drops nobody.
 * Files that cannot be used after a change are reported, and the certificate before stays.
 */
export class ServerCertificate implements Certificate {
  readonly #files: CertificateFiles;
  readonly #log: Logger;
  #certificate: Certificate;
  #context: SecureContext;

  /** @throws Error when a file cannot be read, or key and certificate do not fit. */
  constructor(files: CertificateFiles, log: Logger) {
    this.#files = files;
    this.#log = log;
    this.#certificate = readKeyPair(files);
    this.#context = contextOf(this.#certificate);
    this.#warnOfTime();
    const reload = (): void => this.reload();
    for (const file of [files.cert, files.key]) watchFile(file, { interval: WATCH_MS, persistent: false }, reload);
  }

  get cert(): Buffer {
    return this.#certificate.cert;
  }

  get key(): Buffer {
    return this.#certificate.key;
  }

  /** SHA-256 of the certificate, in hexadecimal pairs joined by colons: what people compare. */
  get fingerprint(): string {
    return new X509Certificate(this.#certificate.cert).fingerprint256;
  }

  /** Wraps a socket in TLS 1.2 or later. */
  secure(socket: Socket): Socket {
    return new TLSSocket(socket, { isServer: true, secureContext: this.#context });
  }

  close(): void {
    for (const file of [this.#files.cert, this.#files.key]) unwatchFile(file);
  }

  #warnOfTime(): void {
    const fault = timeFault(this.#certificate, Date.now());
    if (fault !== undefined) this.#log.warn(fault, { file: this.#files.cert });
  }

  /** Reads the files now, changed or not. */
  reload(): void {
    try {
      const certificate = readKeyPair(this.#files);
      this.#context = contextOf(certificate);
      this.#certificate = certificate;
      this.#log.info("the certificate was read again", { fingerprint: this.fingerprint });
      this.#warnOfTime();
    } catch (error) {
      // Between the writing of the two files they do not fit; the second change calls again.
      this.#log.warn("the changed certificate cannot be used; the one before stays", { reason: messageOf(error) });
    }
  }
}

function contextOf({ cert, key }: Certificate): SecureContext {
  // One connection could otherwise ask for handshakes without end, each of them much work here and little there.
  return createSecureContext({ cert, key, minVersion: "TLSv1.2", secureOptions: constants.SSL_OP_NO_RENEGOTIATION });
}

/**
 * The certificate that the settings ask for; undefined without TLS.
 * @throws StartError when it cannot be used, or none is there and TLS is required.
 */
export async function openCertificate(config: Config, log: Logger): Promise<ServerCertificate | undefined> {
  const wanted = wantedCertificate(config);
  if (wanted === undefined) return undefined;
  if (wanted !== "self-signed") return usable(() => new ServerCertificate(wanted, log));
  const files = await selfSignedFiles(config).catch((error: unknown) => {
    throw unusable(error);
  });
  const own = usable(() => new ServerCertificate(files, log));
  log.info("TLS with a certificate of our own; clients can compare its fingerprint", { fingerprint: own.fingerprint });
  return own;
}

/**
 * Looks whether the certificate that the settings ask for can be used; makes none. Returns what is to be said of it.
 * @throws StartError as `openCertificate`.
 */
export function checkCertificate(config: Config): string | undefined {
  const wanted = wantedCertificate(config);
  if (wanted === undefined || wanted === "self-signed") return undefined;
  return usable(() => timeFault(readKeyPair(wanted), Date.now()));
}

function wantedCertificate({ tlsCert, tlsKey, tls }: Config): CertificateFiles | "self-signed" | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined) return { cert: tlsCert, key: tlsKey };
  if (tls.includes("self-signed")) return "self-signed";
  if (!tls.includes("require")) return undefined;
  throw new StartError("tls: require needs --tls-cert and --tls-key, or --tls self-signed,require");
}

function usable<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(error: unknown): StartError {
  return new StartError(`tls-cert, tls-key: ${messageOf(error)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The files of the self-signed certificate in the data folder, made on the first run. */
export async function selfSignedFiles({
  data,
  address,
}: Pick<Config, "data" | "address">): Promise<{ cert: string; key: string }> {
  const files = { cert: join(data, "tls", "self-signed.pem"), key: join(data, "tls", "self-signed.key") };
  try {
    readFileSync(files.cert);
    readFileSync(files.key);
    return files;
  } catch {
    // made below; a file that is there and cannot be read fails there with its name
  }
  const { generate } = await import("selfsigned");
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + SELF_SIGNED_YEARS);
  const names = [...new Set(["localhost", hostname(), address])];
  const made = await generate([{ name: "commonName", value: hostname() }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) => (/^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  mkdirSync(dirname(files.cert), { recursive: true, mode: 0o700 });
  writeFileSync(files.key, made.private, { mode: 0o600 });
  writeFileSync(files.cert, made.cert, { mode: 0o600 });
  return files;
}
