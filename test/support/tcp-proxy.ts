// A TCP proxy for tests: lets traffic through until it is told to hold it up, to lose answers, or to cut connections.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export class TcpProxy {
  readonly #server: Server;
  /** Where new connections lead. */
  targetPort: number;
  readonly #sockets = new Set<Socket>();
  readonly #servers = new Set<Socket>();
  /** Bytes that have come from the server, over all connections. */
  receivedBytes = 0;
  #isHolding = false;
  #losesAnswers: ((request: Buffer) => boolean) | undefined;
  #onLost: () => void = () => {};

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Forwards connections to a port of this machine. To be ended with `close`. */
  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * From now on a connection whose bytes to the server fulfil `condition` gets no answer any more, and is cut when the
   * server has sent one. Resolves when that has happened first.
   */
  loseAnswers(condition: (request: Buffer) => boolean): Promise<void> {
    this.#losesAnswers = condition;
    return new Promise((resolve) => (this.#onLost = resolve));
  }

  /** Lets everything through again. */
  heal(): void {
    this.#losesAnswers = undefined;
  }

  /** Lets nothing come from the server until `release`: its client reads slowly. */
  hold(): void {
    this.#isHolding = true;
    for (const server of this.#servers) server.pause();
  }

  release(): void {
    this.#isHolding = false;
    for (const server of this.#servers) server.resume();
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket): void {
    const server = connect(this.targetPort, "127.0.0.1");
    let isLosing = false;
    this.#servers.add(server);
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.#servers.delete(server);
        end();
      });
    }
    client.on("data", (bytes) => {
      isLosing ||= this.#losesAnswers?.(bytes) === true;
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      this.receivedBytes += bytes.length;
      if (!isLosing) return void client.write(bytes);
      this.#onLost();
      end();
    });
    if (this.#isHolding) server.pause();
  }
}
