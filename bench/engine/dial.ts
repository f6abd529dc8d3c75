// Opening of the load generator's connections: plain TCP, or TLS to the server whose certificate it was given.
import { connect as connectTcp, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** A server to load. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of its certificate, in hexadecimal pairs joined by colons; undefined: plain TCP. */
  readonly fingerprint?: string | undefined;
}

export interface Dialled {
  /** Where to read into, instead of "data" events. */
  readonly onread?: OnReadOpts;
  /** The server can be sent something, TLS included; called once, or never when the socket fails before. */
  onReady(): void;
}

/** Returns the socket at once. One that shows another certificate is destroyed with an error that says so. */
export function dial({ host, port, fingerprint }: ServerAddress, { onread, onReady }: Dialled): Socket {
  const reading = onread && { onread };
  if (fingerprint === undefined) {
    const socket = connectTcp({ host, port, noDelay: true, ...reading });
    return socket.once("connect", onReady);
  }
  // The certificate is the server's own: no authority vouches for it, and its name does not matter.
  const socket = connectTls({ host, port, rejectUnauthorized: false, ...reading });
  socket.setNoDelay(true);
  return socket.once("secureConnect", () => {
    if (socket.getPeerCertificate().fingerprint256 === fingerprint) onReady();
    else socket.destroy(new Error("the target shows another certificate than the one that was made for it"));
  });
}
