// TLS on the common port: the certificate, and the socket that speaks it.
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";

/** A certificate (chain) and its key, PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws Error naming the file that cannot be read. */
export function readCertificate(certFile: string, keyFile: string): Certificate {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/** Returns what wraps a socket in TLS 1.2 or later. @throws Error when key and certificate do not fit. */
export function secureWith({ cert, key }: Certificate): (socket: Socket) => Socket {
  const secureContext: SecureContext = createSecureContext({ cert, key, minVersion: "TLSv1.2" });
  return (socket) => new TLSSocket(socket, { isServer: true, secureContext });
}
