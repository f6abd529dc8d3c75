// A client for tests that speaks HTTP/1.1 as it is written: any bytes out, every response in, over a real socket.
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Mailbox } from "./mailbox.ts";

export interface RawResponse {
  readonly status: number;
  /** By name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class RawHttp {
  readonly socket: Socket;
  readonly responses = new Mailbox<RawResponse>("a response");
  readonly #closed: Promise<void>;
  /** Methods of the requests that are not yet answered. */
  readonly #methods: string[] = [];
  #rest = "";
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk.toString("latin1")));
    socket.on("error", () => socket.destroy());
    this.#closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.isClosed = true;
        this.responses.end();
        resolve();
      });
    });
  }

  /** Connects to this machine, `from` one of its addresses; `ca`, a certificate (PEM), makes it TLS that trusts this one alone. */
  static async connect(port: number, { ca, from }: { ca?: string; from?: string } = {}): Promise<RawHttp> {
    const to = { host: "127.0.0.1", port, ...(from !== undefined && { localAddress: from }) };
    const socket = ca === undefined ? connectTcp(to) : connectTls({ ...to, ca, servername: "localhost" });
    await new Promise((resolve, reject) => {
      socket.once(ca === undefined ? "connect" : "secureConnect", resolve).once("error", reject);
    });
    return new RawHttp(socket);
  }

  /** Asks, on a connection of its own. */
  static async get(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawResponse> {
    const client = await RawHttp.connect(port);
    const response = await client.ask("GET", path, headers);
    client.socket.destroy();
    return response;
  }

  /** Sends any bytes, a character each. */
  raw(bytes: string): void {
    this.socket.write(bytes, "latin1");
  }

  /** Sends the head of a request and waits for its response. */
  ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawResponse> {
    this.#methods.push(method);
    const lines = Object.entries({ Host: "x", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.raw(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    return this.responses.next();
  }

  closed(): Promise<void> {
    return this.#closed;
  }

  #receive(text: string): void {
    this.#rest += text;
    for (;;) {
      const end = this.#rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [first = "", ...lines] = this.#rest.slice(0, end).split("\r\n");
      const headers = Object.fromEntries(lines.map(headerOf));
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
      const isBare = status < 200 || this.#methods[0] === "HEAD";
      const length = isBare ? 0 : Number(headers["content-length"] ?? 0);
      if (this.#rest.length < end + 4 + length) return;
      const body = this.#rest.slice(end + 4, end + 4 + length);
      this.#rest = this.#rest.slice(end + 4 + length);
      this.#methods.shift();
      this.responses.put({ status, headers, body });
    }
  }
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
