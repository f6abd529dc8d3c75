// A client for tests that speaks the wire protocol as it is written: any bytes out, every frame in, over a real socket.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { inflateRawSync } from "node:zlib";
import type { ActionName, DataOf, ResultOf } from "../../src/protocol/actions.ts";
import { REASONS, type ErrorCode, type Reason } from "../../src/protocol/codes.ts";
import type { EventName, Events } from "../../src/protocol/events.ts";
import type { Framing } from "../../src/protocol/frame.ts";
import { Mailbox } from "./mailbox.ts";

/** The bit of a frame's length that says that its payload is compressed. */
const COMPRESSED_BIT = 2 ** 31;
const DICTIONARY_FILE = "docs/dictionary-1.txt";

export interface WireOptions {
  readonly framing?: Framing;
  readonly address?: string;
  /** The address of this machine from which it connects. */
  readonly from?: string;
  /** Speaks TLS, trusting this certificate (PEM) only. */
  readonly ca?: string;
}

/** A response as it arrived. */
export interface Reply {
  readonly action: string | null;
  readonly code: number;
  readonly info: string;
  readonly time: number;
  readonly id?: number | string;
  readonly retry_after?: number;
  readonly reason?: Reason;
  readonly field?: string;
  readonly [field: string]: unknown;
}

/** A response with code 200, with its action's fields. */
export type Answer<A extends ActionName> = ResultOf<A> extends Record<string, never> ? Reply : Reply & ResultOf<A>;

/** An event as it arrived. */
export interface WireEvent {
  readonly event: EventName;
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One JSON text as a frame, made independently of the code under test. */
export function frameOf(json: string | Buffer, framing: Framing): Buffer {
  const payload = Buffer.from(json);
  if (framing === "lines") return Buffer.concat([payload, Buffer.from("\n")]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

export class WireClient {
  readonly framing: Framing;
  readonly socket: Socket;
  /** Responses that nobody has waited for yet, in order. */
  readonly replies = new Mailbox<Reply>("a response");
  readonly #events = new Mailbox<WireEvent>("an event");
  readonly #closed: Promise<void>;
  /** What arrived of a frame that is not yet complete. */
  #rest: Buffer = Buffer.alloc(0);
  #lastId = 0;
  /** Bytes received so far. */
  receivedBytes = 0;
  compressedFrames = 0;

  private constructor(socket: Socket, framing: Framing) {
    this.socket = socket;
    this.framing = framing;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => socket.end());
    socket.on("error", () => socket.destroy()); // a reset by the server is one way to be closed
    this.#closed = new Promise((resolve) => {
      const close = (): void => {
        this.replies.end();
        this.#events.end();
        resolve();
      };
      socket.on("end", close).on("close", close);
    });
  }

  static async connect(port: number, options: WireOptions = {}): Promise<WireClient> {
    const { framing = "prefixed", address = "127.0.0.1", from, ca } = options;
    const to = {
      host: address,
      port,
      noDelay: true,
      allowHalfOpen: true,
      ...(from !== undefined && { localAddress: from }),
    };
    const socket = ca === undefined ? connectTcp(to) : connectTls({ ...to, ca, servername: "localhost" });
    const client = new WireClient(socket, framing);
    await new Promise<void>((resolve, reject) => {
      socket.once(ca === undefined ? "connect" : "secureConnect", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  /** Sends bytes as they are. */
  raw(bytes: Buffer | string): void {
    this.socket.write(bytes);
  }

  /** The request as a frame of this connection. */
  frame(request: object): Buffer {
    return frameOf(JSON.stringify(request), this.framing);
  }

  /** Sends a request without waiting; returns the id that it was given. */
  send(action: string, data: object = {}): number {
    this.#lastId += 1;
    this.raw(this.frame({ action, id: this.#lastId, data }));
    return this.#lastId;
  }

  /** Sends one payload as it is, and takes the next response. Only while no other response is on its way. */
  async exchange(payload: string | object): Promise<Reply> {
    this.raw(frameOf(typeof payload === "string" ? payload : JSON.stringify(payload), this.framing));
    return this.replies.next();
  }

  /** Sends a request and takes its response. */
  async request(action: string, data: object = {}): Promise<Reply> {
    const id = this.send(action, data);
    return this.replies.first((reply) => reply.id === id);
  }

  /** Asks for something that must succeed. */
  async ok<A extends ActionName>(action: A, data: DataOf<A>): Promise<Answer<A>> {
    const reply = await this.request(action, data);
    assert.equal(reply.code, 200, `${action}: ${reply.code} ${reply.info}`);
    assert.equal(reply.action, action);
    return reply as unknown as Answer<A>; // the tests of each action look at its fields
  }

  /** Asks for something that must be refused with this code. */
  async fails(action: string, data: object, code: ErrorCode, info = /./): Promise<Reply> {
    const reply = await this.request(action, data);
    assert.equal(reply.code, code, `${action}: ${reply.code} ${reply.info}`);
    assert.equal(reply.action, action);
    assert.match(reply.info, info);
    assert.ok(reply.reason !== undefined && REASONS[reply.reason] === code, `${action}: ${code} ${reply.reason}`);
    // Where one of several users is at fault, the field that names them is said too.
    const isNamed = reply.reason === "bad_field" || reply.field === "members";
    assert.equal(reply.field !== undefined, isNamed, `${action}: ${reply.reason} ${reply.field}`);
    return reply;
  }

  /** When it resolves, all that the server had sent this connection before has arrived. */
  async barrier(): Promise<void> {
    await this.ok("ping", {});
  }

  /** Takes the events of one name that have arrived, in order. */
  takeEvents<E extends EventName>(name: E): Events[E][] {
    return this.#events.take((event) => event.event === name).map((event) => event.data as unknown as Events[E]);
  }

  takeAllEvents(): WireEvent[] {
    return this.#events.take(() => true);
  }

  /** Takes the next event of one name, waiting for it. */
  async nextEvent<E extends EventName>(name: E, timeoutMs?: number): Promise<Events[E]> {
    const event = await this.#events.first((candidate) => candidate.event === name, timeoutMs);
    return event.data as unknown as Events[E];
  }

  /** Ends the sending half; what the server sends still arrives. */
  endSending(): void {
    this.socket.end();
  }

  /** Resolves when the server has ended the connection. */
  async closed(timeoutMs = 30_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`not closed within ${timeoutMs} ms`)), timeoutMs);
    });
    await Promise.race([this.#closed, late]).finally(() => clearTimeout(timer));
  }

  get isClosed(): boolean {
    return this.socket.readableEnded || this.socket.destroyed;
  }

  /** Bytes that arrived and are no whole frame. */
  get unfinishedBytes(): number {
    return this.#rest.length;
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Cuts the connection so that the server notices at once: it takes no more answers either. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #receive(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let payload = this.#cut(); payload !== undefined; payload = this.#cut()) this.#sort(payload);
  }

  /** The next complete payload. */
  #cut(): Buffer | undefined {
    const [start, end, next] = this.framing === "lines" ? this.#lineBounds() : this.#prefixedBounds();
    if (end === -1 || end > this.#rest.length) return undefined;
    const payload = this.#rest.subarray(start, end);
    this.#rest = this.#rest.subarray(next);
    return payload;
  }

  #lineBounds(): [start: number, end: number, next: number] {
    const newline = this.#rest.indexOf("\n");
    return [0, newline, newline + 1];
  }

  #prefixedBounds(): [start: number, end: number, next: number] {
    if (this.#rest.length < 4) return [0, -1, 0];
    const head = this.#rest.readUInt32BE(0);
    const end = 4 + (head % COMPRESSED_BIT);
    if (head < COMPRESSED_BIT || end > this.#rest.length) return [4, end, end];
    this.compressedFrames += 1;
    const frames = inflateRawSync(this.#rest.subarray(4, end), { dictionary: readFileSync(DICTIONARY_FILE) });
    this.#rest = Buffer.concat([frames, this.#rest.subarray(end)]);
    return this.#prefixedBounds();
  }

  #sort(payload: Buffer): void {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    assert.ok(typeof value === "object" && value !== null, "a frame of the server is an object");
    if ("event" in value) this.#events.put(value as WireEvent);
    else {
      assert.ok("code" in value && "info" in value && "time" in value && "action" in value, payload.toString());
      this.replies.put(value as Reply);
    }
  }
}
