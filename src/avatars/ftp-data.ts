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
  /** Without it the system chooses. */
  readonly passivePorts: PortRange | undefined;
}

/** How long a connection to the client's port may take. */
const CONNECT_MS = 20_000;
/** A data connection on which nothing moves is given up. */
const IDLE_MS = 60_000;
/** After the last byte the client has so long to close. */
const LINGER_MS = 2_000;
/** Below are the ports of other services: nobody is to make us talk to them. */
const MIN_ACTIVE_PORT = 1024;

/** At most one connection is being opened or open at a time; a new wish ends the one before. */
export class DataChannel {
  readonly #options: DataChannelOptions;
  #passive: PassivePort | undefined;
  #target: { readonly host: string; readonly port: number } | undefined;
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

  /**
   * The connection, once. With `secureContext` it is TLS; its handshake may come after the reply that the transfer
   * begins, as clients differ in this. Rejects with DataConnectionError.
   */
  async take(secureContext: SecureContext | undefined): Promise<Socket> {
    const plain = await this.#open();
    this.#socket = plain; // ours to close, whatever comes
    const socket = secureContext === undefined ? plain : new TLSSocket(plain, { isServer: true, secureContext });
    socket.on("error", ignore); // an error that comes between two listeners must not end the process
    socket.once("close", () => plain.destroy());
    socket.setTimeout(IDLE_MS, () => socket.destroy(new DataConnectionError("nothing moved for too long")));
    this.#socket = socket;
    if (this.#closed) this.abort();
    return socket;
  }

  /** Lets what was written arrive, then closes; whatever was being opened is abandoned. Any number of times. */
  end(): void {
    this.#passive?.close();
    this.#passive = undefined;
    this.#target = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
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

  async #open(): Promise<Socket> {
    const target = this.#target;
    this.#target = undefined;
    if (target !== undefined) return this.#connect(target);
    if (this.#passive === undefined) throw new DataConnectionError("use PASV or EPSV first");
    try {
      return await this.#passive.take();
    } finally {
      this.#passive = undefined;
    }
  }

  async #connect({ host, port }: { host: string; port: number }): Promise<Socket> {
    const socket = connect({ host, port, localAddress: plainAddress(this.#options.localAddress) });
    socket.on("error", ignore);
    this.#socket = socket;
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
