// The admin channel: a local socket that only the server's owner can open, with the wire protocol's framing and envelope.
import { chmod, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { internalError, newErrorReference } from "../../log/error-reference.ts";
import type { Logger } from "../../log/logger.ts";
import type { AdminEvents, Topic } from "../../protocol/admin.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { errorResponse, okResponse, parseRequest, type Fields, type ReplyTo } from "../../protocol/envelope.ts";
import { encodeFrame, FrameDecoder, modeOf, type Framing } from "../../protocol/frame.ts";
import { MAX_REQUEST_BYTES } from "../../protocol/limits.ts";
import { MAX_SOCKET_PATH_BYTES } from "../../util/admin-socket.ts";
import { StartError } from "../start-error.ts";

/** Panels and commands at once. */
const MAX_CLIENTS = 32;
/** Bytes that may wait for a client that does not read before it misses events. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/** How long a client may take at a stop to read what is queued for it, in milliseconds; then it is cut. */
const LINGER_MS = 500;

/** Subscription of a client. */
export interface Subscription {
  topics: ReadonlySet<Topic>;
  unmaskTexts: boolean;
}

/** The administrator's connection as actions see it. */
export interface AdminAsker {
  readonly subscription: Subscription;
  /** Aborted when the connection is gone: nobody waits for an answer any more. */
  readonly gone: AbortSignal;
}

/** Carries out an action; throws ProtocolError for what the administrator did wrong. */
export type AdminHandler = (action: string, data: Fields, asker: AdminAsker) => Promise<Fields>;

export class AdminServer {
  readonly #path: string;
  readonly #handle: AdminHandler;
  readonly #onSubscriptions: () => void;
  readonly #log: Logger;
  readonly #server: Server;
  readonly #clients = new Set<AdminPeer>();

  /** `onSubscriptions` is called whenever somebody's subscription has changed. */
  constructor(path: string, handle: AdminHandler, onSubscriptions: () => void, log: Logger) {
    this.#path = path;
    this.#handle = handle;
    this.#onSubscriptions = onSubscriptions;
    this.#log = log;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** @throws StartError when the socket cannot be made, or another server listens on it. */
  async listen(): Promise<void> {
    const isPipe = process.platform === "win32";
    if (!isPipe && Buffer.byteLength(this.#path) > MAX_SOCKET_PATH_BYTES) {
      const surplus = Buffer.byteLength(this.#path) - MAX_SOCKET_PATH_BYTES;
      const advice = "choose a shorter one with --data, or a short symbolic link to it";
      throw new StartError(`data: the folder's path is ${surplus} bytes too long for its admin socket; ${advice}`);
    }
    if (await isInUse(this.#path)) throw new StartError(`data: another server works in this folder (${this.#path})`);
    if (!isPipe) await unlink(this.#path).catch(() => undefined); // left behind by a server that was killed
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) => reject(new StartError(`admin socket ${this.#path}: ${error.message}`)));
      this.#server.listen(this.#path, resolve);
    });
    // The data folder keeps others out already, where it was made by us.
    if (!isPipe) await chmod(this.#path, 0o600);
  }

  /** True while somebody wants to be told this. */
  wants(topic: Topic): boolean {
    return [...this.#clients].some((client) => client.subscription.topics.has(topic));
  }

  /** True while somebody wants the traffic with its texts. */
  get wantsTexts(): boolean {
    return [...this.#clients].some(({ subscription: { topics, unmaskTexts } }) => unmaskTexts && topics.has("traffic"));
  }

  tell<T extends Topic>(topic: T, data: AdminEvents[T]): void {
    for (const client of this.#clients) if (client.subscription.topics.has(topic)) client.tell(topic, data);
  }

  /** Ends all clients and removes the socket. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    if (this.#clients.size >= MAX_CLIENTS) return void socket.destroy();
    const client = new AdminPeer(socket, this.#handle, this.#onSubscriptions, this.#log);
    this.#clients.add(client);
    socket.once("close", () => {
      this.#clients.delete(client);
      this.#onSubscriptions();
    });
  }
}

/** One connection of a panel or a command; its requests are carried out one after the other. */
class AdminPeer implements AdminAsker {
  readonly subscription: Subscription = { topics: new Set(), unmaskTexts: false };
  readonly #socket: Socket;
  readonly #handle: AdminHandler;
  readonly #onSubscriptions: () => void;
  readonly #log: Logger;
  readonly #gone = new AbortController();
  #decoder: FrameDecoder | undefined;
  #framing: Framing = "lines";
  #last: Promise<void> = Promise.resolve();

  constructor(socket: Socket, handle: AdminHandler, onSubscriptions: () => void, log: Logger) {
    this.#socket = socket;
    this.#handle = handle;
    this.#onSubscriptions = onSubscriptions;
    this.#log = log;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.once("close", () => this.#gone.abort());
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  tell(event: string, data: object): void {
    if (this.#socket.writableLength > MAX_QUEUED_BYTES) return;
    this.#send(JSON.stringify({ event, time: Date.now() / 1000, data }));
  }

  close(): void {
    this.#socket.destroySoon();
    const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  #receive(chunk: Buffer): void {
    if (this.#decoder === undefined) {
      this.#framing = modeOf(chunk[0] ?? 0) === "prefixed" ? "prefixed" : "lines";
      this.#decoder = new FrameDecoder(this.#framing, MAX_REQUEST_BYTES);
    }
    const payloads: Buffer[] = [];
    this.#decoder.push(chunk, payloads);
    for (const payload of payloads)
      this.#last = this.#last.then(() => this.#carryOut(payload)).catch((error: unknown) => this.#fail(error));
    if (this.#decoder.failed) this.close();
  }

  async #carryOut(payload: Buffer): Promise<void> {
    const request = parseRequest(payload);
    if ("error" in request) return this.#send(errorResponse(request.replyTo, request.error, Date.now()));
    const replyTo: ReplyTo = { action: request.action, id: request.id };
    try {
      const fields = await this.#handle(request.action, request.data, this);
      this.#send(okResponse(replyTo, "done", fields, Date.now()));
      if (request.action === "subscribe") this.#onSubscriptions();
    } catch (error) {
      if (this.gone.aborted && error === this.gone.reason) return; // broken off
      this.#send(errorResponse(replyTo, this.#explain(error, request.action), Date.now()));
    }
  }

  /** Not even an error could be answered. */
  #fail(error: unknown): void {
    this.#log.error("an administrator's connection failed", { error });
    this.#socket.destroy();
  }

  #explain(error: unknown, action: string): ProtocolError {
    if (error instanceof ProtocolError) return error;
    if (error instanceof StartError) return new ProtocolError("cannot_listen", error.message);
    const reference = newErrorReference();
    this.#log.error("an admin action failed", { action, reference, error });
    return internalError(reference);
  }

  #send(text: string): void {
    if (this.#socket.writable) this.#socket.write(encodeFrame(text, this.#framing));
  }
}

/** Error codes of a socket that nobody listens on any more, or that is none. */
const NOBODY_LISTENS = new Set(["ECONNREFUSED", "ENOENT", "ENOTSOCK"]);

/** Whether a server listens on the path; also one that stands still and takes no more connections. */
function isInUse(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(!("code" in error && NOBODY_LISTENS.has(String(error.code)))));
  });
}
