// A peer for client tests that says exactly what a test tells it to say, over a real TCP socket.
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { FrameDecoder, encodeFrame } from "../../src/protocol/frame.ts";
import { MAX_REQUEST_BYTES } from "../../src/protocol/limits.ts";

export interface ScriptedRequest {
  readonly action: string;
  readonly id: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly peer: ScriptedPeer;
}

/** One client's connection, seen from the server. */
export class ScriptedPeer {
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  send(object: object): void {
    this.socket.write(encodeFrame(JSON.stringify(object), "prefixed"));
  }

  answer(request: ScriptedRequest, fields: object = {}, code = 200, info = "done"): void {
    this.send({ action: request.action, id: request.id, time: 1, code, info, ...fields });
  }

  event(event: string, data: object): void {
    this.send({ event, time: 1, data });
  }
}

/** Answers each request as `onRequest` does; a request that it leaves alone stays without answer. */
export class ScriptedServer {
  readonly requests: ScriptedRequest[] = [];
  readonly peers: ScriptedPeer[] = [];
  onRequest: (request: ScriptedRequest) => void = () => {};
  onConnection: (peer: ScriptedPeer) => void = () => {};
  readonly #server: Server;

  static async start(port = 0): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    scripted.#server.listen(port, "127.0.0.1");
    await once(scripted.#server, "listening");
    return scripted;
  }

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): { host: string; port: number } {
    return { host: "127.0.0.1", port: this.port };
  }

  /** The actions asked for so far, in order. */
  get actions(): string[] {
    return this.requests.map((request) => request.action);
  }

  /** Cuts every connection. */
  cut(): void {
    for (const peer of this.peers) peer.socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(socket: Socket): void {
    const peer = new ScriptedPeer(socket);
    const decoder = new FrameDecoder("prefixed", MAX_REQUEST_BYTES);
    this.peers.push(peer);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      const payloads: Buffer[] = [];
      decoder.push(chunk, payloads);
      for (const payload of payloads) {
        const request: ScriptedRequest = { ...JSON.parse(payload.toString()), peer };
        this.requests.push(request);
        this.onRequest(request);
      }
    });
    this.onConnection(peer);
  }
}

/** The result of a login of one user without contacts; `chats` as given. */
export function loginResult(token: string, chats: object[] = []): object {
  return {
    username: "Alice",
    user_id: ALICE,
    contacts: {},
    online: [],
    token,
    user_data: { user_id: ALICE, username: "Alice", first_name: "", second_name: "", bio: "", file_name: null },
    chats,
  };
}

export const ALICE = "a".repeat(24);
export const BOB = "b".repeat(24);
