// A port that waits for the data connection of one client.
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
  readonly code: 425 | 522;

  /** 522: it is not the client's own (RFC 4217). */
  constructor(message: string, code: 425 | 522 = 425) {
    super(message);
    this.code = code;
  }
}

/** The port waits so long for its client, and the client's connection for its command. */
const DEADLINE_MS = 20_000;
/** Connections from the client's address that are kept until it is clear whose they are; more are sent away. */
const MAX_CANDIDATES = 8;

/** Listens until `close`: who shares the client's address can connect too, and that must be seen. */
export class PassivePort {
  readonly number: number;
  /** Resolves when a connection from the client's address is there; rejects with DataConnectionError. */
  readonly arrived: Promise<void>;
  readonly #server: Server;
  readonly #timer: NodeJS.Timeout;
  readonly #candidates: Socket[] = [];
  #resolve: () => void = () => undefined;
  #reject: (reason: DataConnectionError) => void = () => undefined;
  #onCandidate: ((socket: Socket) => void) | undefined;

  private constructor(server: Server, clientAddress: string) {
    const address = server.address();
    this.number = typeof address === "object" && address !== null ? address.port : 0;
    this.#server = server;
    this.arrived = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.arrived.catch(() => undefined); // whoever waits is told; maybe nobody does
    server.on("connection", (socket) => {
      socket.on("error", () => undefined); // the transfer will fail by itself
      const isClient = plainAddress(socket.remoteAddress ?? "") === clientAddress;
      if (!isClient || this.#candidates.length >= MAX_CANDIDATES) return void socket.destroy();
      this.#candidates.push(socket);
      this.#resolve();
      this.#onCandidate?.(socket);
    });
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

  /**
   * The only connection that has come, paused. Of two nobody can tell which is the client's: throws
   * DataConnectionError then, and breaks the connection with one when another comes later.
   */
  takeOnly(): Socket {
    const [socket, other] = this.#candidates;
    if (socket === undefined || socket.destroyed) throw new DataConnectionError("the data connection is closed");
    if (other !== undefined) throw contested();
    clearTimeout(this.#timer);
    this.#onCandidate = (another) => {
      another.destroy();
      socket.destroy(contested());
    };
    return socket;
  }

  /**
   * The first connection that `prove` resolves with, which is told of each one; the others are closed. Rejects with the
   * last refusal when none is left, or with DataConnectionError when the time is over.
   */
  takeProven<T>(prove: (socket: Socket) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let underWay = 0;
      let winner: Socket | undefined;
      const examine = (socket: Socket): void => {
        if (winner !== undefined) return void socket.destroy();
        underWay++;
        prove(socket).then(
          (proven) => {
            if (winner !== undefined) return void socket.destroy();
            winner = socket;
            clearTimeout(this.#timer);
            for (const other of this.#candidates) if (other !== socket) other.destroy();
            resolve(proven);
          },
          (error: unknown) => {
            if (--underWay === 0) reject(error as Error);
          },
        );
      };
      this.#onCandidate = examine;
      for (const socket of this.#candidates) examine(socket);
    });
  }

  /** Waits no longer, and closes all connections but `kept`. Any number of times. */
  close(kept?: Socket): void {
    clearTimeout(this.#timer);
    this.#server.close();
    for (const socket of this.#candidates) if (socket !== kept) socket.destroy();
    this.#reject(new DataConnectionError("no data connection came in time"));
  }
}

function contested(): DataConnectionError {
  return new DataConnectionError("more than one connection came to the data port: nothing is sent or taken");
}
