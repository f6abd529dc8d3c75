// A TCP proxy between the selftest's people and their server that cuts connections: at once, or within a frame.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { SeededRandom } from "./random.ts";

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Let so many more bytes through, then cut; undefined while everything goes through. */
  tearAfterBytes: number | undefined;
}

/** At most so many bytes of what a connection carries next before it is torn: less than a few frames. */
const TEAR_WITHIN_BYTES = 400;

export class CuttingProxy {
  readonly #server: Server;
  readonly #targetPort: () => number;
  readonly #pairs = new Set<Pair>();

  private constructor(targetPort: () => number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Forwards connections to a port of this machine. */
  static async start(targetPort: () => number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Cuts about that share of the connections, at least one if there is any; returns how many. */
  cut(share: number, random: SeededRandom): number {
    const chosen = this.#choose(share, random);
    for (const pair of chosen) end(pair);
    return chosen.length;
  }

  /** As `cut`, but each connection carries a few more bytes first: frames are torn, answers lost. */
  tear(share: number, random: SeededRandom): number {
    const chosen = this.#choose(share, random);
    for (const pair of chosen) pair.tearAfterBytes ??= Math.floor(random.between(1, TEAR_WITHIN_BYTES));
    return chosen.length;
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) end(pair);
    this.#server.close();
    await once(this.#server, "close");
  }

  #choose(share: number, random: SeededRandom): Pair[] {
    const pairs = [...this.#pairs];
    const start = Math.floor(random.next() * pairs.length);
    const count = Math.max(1, Math.round(share * pairs.length));
    return [...pairs.slice(start), ...pairs.slice(0, start)].slice(0, count);
  }

  #join(client: Socket): void {
    const server = connect(this.#targetPort(), "127.0.0.1");
    const pair: Pair = { client, server, tearAfterBytes: undefined };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      from.on("data", (bytes: Buffer) => forward(pair, bytes, from, to));
      to.on("drain", () => from.resume());
      from.on("end", () => to.end());
      from.on("error", () => end(pair));
      from.on("close", () => {
        this.#pairs.delete(pair);
        end(pair);
      });
    }
  }
}

function forward(pair: Pair, bytes: Buffer, from: Socket, to: Socket): void {
  const rest = pair.tearAfterBytes;
  if (rest === undefined) {
    if (!to.write(bytes)) from.pause();
    return;
  }
  pair.tearAfterBytes = rest - bytes.length;
  if (bytes.length < rest) return void to.write(bytes);
  to.write(bytes.subarray(0, rest), () => end(pair));
  from.pause();
}

function end({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}
