// The data connection of one FTP control connection: opened by either side, to and from the client's own address only.
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { TLSSocket, type SecureContext } from "node:tls";
import { plainAddress } from "../util/address.ts";
import { DataConnectionError, PassivePort, type PortRange } from "./ftp-passive-port.ts";

export interface DataChannelOptions {
  /** The control connection's two addresses; data connections use no others. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** In each such time `MIN_PROGRESS_BYTES` must move. */
  readonly progressMs: number;
  /** Without it the system chooses. */
  readonly passivePorts: PortRange | undefined;
}

/** How long a connection to the client's port may take. */
const CONNECT_MS = 20_000;
/** How long a handshake on it may take. */
const HANDSHAKE_MS = 20_000;
/** A data connection on which less moves within `progressMs` is given up: it would hold a place for ever. */
const MIN_PROGRESS_BYTES = 16 * 1024;
/** After the last byte the client has so long to close. */
const LINGER_MS = 2_000;
/** Below are the ports of other services: nobody is to make us talk to them. */
const MIN_ACTIVE_PORT = 1024;

/** At most one connection is being opened or open at a time; a new wish ends the one before. */
export class DataChannel {
  readonly #options: DataChannelOptions;
  #passive: PassivePort | undefined;
  #target: { readonly host: string; readonly port: number } | undefined;
  /** The connection to the client's port. */
  #plain: Socket | undefined;
  #socket: Socket | undefined;
  #closed = false;

  constructor(options: DataChannelOptions) {
    this.#options = options;
  }

  /** Waits on a port for the client; resolves with its number. Rejects with DataConnectionError when none is free. */
  async listen(): Promise<number> {
    this.end();
    const { localAddress, remoteAddress, passivePorts } = this.#options;
    const port = await PassivePort.open(plainAddress(localAddress), plainAddress(remoteAddress), passivePorts);
    if (this.#closed) port.close();
    else this.#passive = port;
    return port.number;
  }

  /** Notes where the client waits; the connection is made by `take`. Throws DataConnectionError for another's address. */
  dial(address: string, port: number): void {
    this.end();
    const host = plainAddress(address);
    if (isIP(host) === 0 || host !== plainAddress(this.#options.remoteAddress)) {
      throw new DataConnectionError("data connections go to your own address only");
    }
    if (!Number.isInteger(port) || port < MIN_ACTIVE_PORT || port > 65_535) {
      throw new DataConnectionError(`the port must be from ${MIN_ACTIVE_PORT} to 65535`);
    }
    this.#target = { host, port };
  }

  /** True when the client has said how the data shall travel. */
  get isPrepared(): boolean {
    return this.#passive !== undefined || this.#target !== undefined;
  }

  /** Resolves when a connection is there, of the client or of who shares its address. Rejects with DataConnectionError. */
  async arrived(): Promise<void> {
    const target = this.#target;
    this.#target = undefined;
    if (target !== undefined) this.#plain = await this.#connect(target);
    else if (this.#passive === undefined) throw new DataConnectionError("use PASV or EPSV first");
    else await this.#passive.arrived;
  }

  /**
   * The client's own connection. With `secureContext` it is TLS and must resume the session of the control connection,
   * the only proof of whose it is; clients differ in whether the handshake comes before or after the reply that the
   * transfer begins. Without, it is the only one that came. Rejects with DataConnectionError.
   */
  async take(secureContext: SecureContext | undefined): Promise<Socket> {
    const socket = await this.#take(secureContext);
    socket.on("error", ignore); // an error that comes between two listeners must not end the process
    this.#watchProgress(socket);
    this.#socket = socket;
    if (this.#closed) this.abort();
    return socket;
  }

  #watchProgress(socket: Socket): void {
    const moved = (): number => socket.bytesRead + socket.bytesWritten - socket.writableLength;
    let before = moved();
    const timer = setInterval(() => {
      const now = moved();
      if (now - before < MIN_PROGRESS_BYTES) socket.destroy(new DataConnectionError("too slow"));
      before = now;
    }, this.#options.progressMs);
    socket.once("close", () => clearInterval(timer));
  }

  async #take(secureContext: SecureContext | undefined): Promise<Socket> {
    const plain = this.#plain;
    if (plain !== undefined) return secureContext === undefined ? plain : resumed(plain, secureContext);
    if (this.#passive === undefined) throw new DataConnectionError("the data connection is closed");
    if (secureContext === undefined) return this.#passive.takeOnly();
    return this.#passive.takeProven((socket) => resumed(socket, secureContext));
  }

  /** Lets what was written arrive, then closes; whatever was being opened is abandoned. Any number of times. */
  end(): void {
    const socket = this.#socket;
    const plain = this.#plain;
    this.#passive?.close(socket);
    this.#passive = undefined;
    this.#target = undefined;
    this.#socket = undefined;
    this.#plain = undefined;
    if (socket === undefined) plain?.destroy();
    if (socket === undefined || socket.destroyed) return;
    socket.end();
    socket.resume(); // otherwise the client's end would never be seen
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => clearTimeout(timer));
  }

  /** Closes at once; a transfer under way fails. */
  abort(): void {
    this.#socket?.destroy(new DataConnectionError("aborted"));
    this.end();
  }

  /** The control connection is gone: nothing can be opened any more. */
  close(): void {
    this.#closed = true;
    this.abort();
  }

  async #connect({ host, port }: { host: string; port: number }): Promise<Socket> {
    const socket = connect({ host, port, localAddress: plainAddress(this.#options.localAddress) });
    socket.on("error", ignore);
    this.#plain = socket;
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
      return socket;
    } catch {
      socket.destroy();
      throw new DataConnectionError("cannot connect to your port");
    }
  }
}

function ignore(): void {
  // The error reaches whoever reads or writes the stream.
}

/** The server's side of TLS on a data connection whose client has the session of its control connection. */
function resumed(plain: Socket, secureContext: SecureContext): Promise<TLSSocket> {
  const socket = new TLSSocket(plain, { isServer: true, secureContext });
  socket.on("error", ignore);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      plain.destroy();
      reject(new DataConnectionError("the TLS handshake of the data connection failed"));
    });
    socket.once("secure", () => {
      clearTimeout(timer);
      if (socket.isSessionReused()) return resolve(socket);
      socket.destroy();
      reject(new DataConnectionError("the data connection must resume the TLS session of this connection", 522));
    });
  });
}
