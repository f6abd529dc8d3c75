// TLS on the common port: the certificate, and the socket that speaks it.
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";

/** A certificate (chain) and its key, PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws Error when a file cannot be read, or key and certificate do not fit. */
export function readCertificate(certFile: string, keyFile: string): Certificate {
  const certificate = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  createSecureContext(certificate);
  return certificate;
}

/** Returns what wraps a socket in TLS 1.2 or later. */
export function secureWith({ cert, key }: Certificate): (socket: Socket) => Socket {
  const secureContext: SecureContext = createSecureContext({ cert, key, minVersion: "TLSv1.2" });
  return (socket) => new TLSSocket(socket, { isServer: true, secureContext });
}
