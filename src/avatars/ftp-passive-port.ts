// A port that waits for one data connection from one address.
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { plainAddress } from "../util/address.ts";

/** Ports for passive data connections, both ends included. */
export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** Why there is no data connection; the message may be shown to the client. */
export class DataConnectionError extends Error {
  override readonly name = "DataConnectionError";
}

/** The port waits so long for its client, and the client's connection for its command. */
const DEADLINE_MS = 20_000;

/** Once a connection has come, or `close` was called, or the time is over, the port is free again. */
export class PassivePort {
  readonly number: number;
  readonly #server: Server;
  readonly #arriving: Promise<Socket>;
  readonly #timer: NodeJS.Timeout;
  #fail: (reason: DataConnectionError) => void = () => undefined;
  #waiting: Socket | undefined;

  private constructor(server: Server, clientAddress: string) {
    const address = server.address();
    this.number = typeof address === "object" && address !== null ? address.port : 0;
    this.#server = server;
    this.#arriving = new Promise((resolve, reject) => {
      this.#fail = reject;
      server.on("connection", (socket) => {
        socket.on("error", () => undefined); // the transfer will fail by itself
        // Whoever else finds the port is sent away, and the client's own connection may still come.
        const isClient = plainAddress(socket.remoteAddress ?? "") === clientAddress;
        if (!isClient || this.#waiting !== undefined) return void socket.destroy();
        this.#waiting = socket;
        server.close();
        resolve(socket);
      });
    });
    this.#arriving.catch(() => undefined); // `take` tells of it; it may never be called
    server.on("error", () => this.close());
    this.#timer = setTimeout(() => this.close(), DEADLINE_MS);
  }

  /** Rejects with DataConnectionError when no port of the range is free. */
  static async open(address: string, clientAddress: string, range: PortRange | undefined): Promise<PassivePort> {
    const { min, max } = range ?? { min: 0, max: 0 };
    const count = max - min + 1;
    const first = randomInt(count); // ports in order would tell others where to wait for the next client
    for (let tried = 0; tried < count; tried++) {
      const server = createServer({ pauseOnConnect: true });
      try {
        server.listen({ host: address, port: min + ((first + tried) % count), backlog: 8 });
        await once(server, "listening");
        return new PassivePort(server, clientAddress);
      } catch {
        server.close();
      }
    }
    throw new DataConnectionError("no data port is free, try again");
  }

  /** The client's connection, paused; from then on it is the caller's. Rejects with DataConnectionError. */
  async take(): Promise<Socket> {
    const socket = await this.#arriving;
    if (socket.destroyed) throw new DataConnectionError("the data connection is closed");
    clearTimeout(this.#timer);
    this.#waiting = undefined;
    return socket;
  }

  /** Gives up waiting, and the connection if nobody took it. Any number of times. */
  close(): void {
    clearTimeout(this.#timer);
    this.#server.close();
    this.#waiting?.destroy();
    this.#fail(new DataConnectionError("no data connection came in time"));
  }
}
