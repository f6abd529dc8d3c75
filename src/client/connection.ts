// One connection to a server: frames in and out, answers matched to requests, events, heartbeats.
import type { Socket } from "node:net";
import type { DataOf, ResultOf } from "../protocol/actions.ts";
import { Code } from "../protocol/codes.ts";
import type { EventName, Events } from "../protocol/events.ts";
import { encodeFrame, FrameDecoder } from "../protocol/frame.ts";
import { LENGTH_PREFIX_BYTES, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES } from "../protocol/limits.ts";
import { Emitter } from "../util/emitter.ts";
import { errorOf, parseFrame } from "./answers.ts";
import { describe, dial, type DialOptions } from "./dial.ts";
import { DisconnectedError, RequestError } from "./errors.ts";
import { readOpening } from "./opening.ts";
import { PendingRequests } from "./pending-requests.ts";
import { isEventName, isEventOf, isResult, type ClientAction } from "./shapes.ts";

export interface ConnectionOptions {
  /** Deadline of a request that names none. */
  readonly requestTimeoutMs?: number | undefined;
  /** How often the connection is looked after: a keep-alive when we are silent, a ping when the server is. */
  readonly heartbeatMs?: number | undefined;
  /** How long a ping may take before the server counts as gone. */
  readonly pingTimeoutMs?: number | undefined;
}

const DEFAULTS = { requestTimeoutMs: 30_000, heartbeatMs: 15_000, pingTimeoutMs: 10_000 };

/** Requests that wait for an answer; one more is refused, so that what waits in memory is bounded. */
const MAX_IN_FLIGHT = 256;
/** Events kept between the login and the moment in which somebody listens. */
const MAX_HELD_EVENTS = 20_000;
/** How long a closed socket may take to send what was written before. */
const CLOSE_GRACE_MS = 1000;
const KEEP_ALIVE = Buffer.alloc(LENGTH_PREFIX_BYTES);

export interface ConnectionEvents extends Events {
  /** Once: its message is for people. No event and no answer comes after it. */
  closed: DisconnectedError;
}

/** Length-prefixed frames over one socket. Made by `Connection.open`; ends by `close`, whoever causes it. */
export class Connection {
  readonly events = new Emitter<ConnectionEvents>();
  readonly #socket: Socket;
  readonly #options: Required<{ [K in keyof ConnectionOptions]: number }>;
  readonly #decoder = new FrameDecoder("prefixed", MAX_RESPONSE_BYTES, true);
  readonly #pending = new PendingRequests();
  readonly #heartbeat: NodeJS.Timeout;
  /** Bytes received so far, until they are known to be frames. */
  #opening: Buffer | undefined = Buffer.alloc(0);
  #heard = true;
  #spoke = true;
  #pinging = false;
  /** The server's word about the connection as a whole before it closes it. */
  #refusal: RequestError | undefined;
  #held: (() => void)[] | undefined = [];
  #closedBecause: string | undefined;

  /** Dials; rejects with DisconnectedError or UntrustedServerError. `signal` gives the attempt up. */
  static async open(options: DialOptions & ConnectionOptions, signal?: AbortSignal): Promise<Connection> {
    return new Connection(await dial(options, signal), options);
  }

  private constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = {
      requestTimeoutMs: options.requestTimeoutMs ?? DEFAULTS.requestTimeoutMs,
      heartbeatMs: options.heartbeatMs ?? DEFAULTS.heartbeatMs,
      pingTimeoutMs: options.pingTimeoutMs ?? DEFAULTS.pingTimeoutMs,
    };
    this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatMs);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => this.close(describe(error)));
    socket.on("close", () => {
      this.#open(true);
      this.close(this.#refusal?.message ?? "the server closed the connection");
    });
  }

  /** Why the connection ended; undefined while it is open. */
  get closedBecause(): string | undefined {
    return this.#closedBecause;
  }

  /**
   * Asks the server. Requests are carried out and answered in the order of the calls. Rejects with RequestError when the
   * server refuses, with DisconnectedError when no answer comes (after a passed deadline a late answer is dropped).
   */
  async request<A extends ClientAction>(
    action: A,
    data: DataOf<A>,
    timeoutMs = this.#options.requestTimeoutMs,
  ): Promise<ResultOf<A>> {
    const id = this.#pending.newId();
    const frame = encodeFrame(JSON.stringify({ action, time: Date.now() / 1000, id, data }), "prefixed");
    if (this.#closedBecause !== undefined) throw new DisconnectedError(this.#closedBecause);
    if (frame.length - LENGTH_PREFIX_BYTES > MAX_REQUEST_BYTES) {
      throw new RequestError(Code.FrameTooLarge, "the request is too large");
    }
    if (this.#pending.count >= MAX_IN_FLIGHT) {
      throw new RequestError(Code.TooManyRequests, "too many requests under way");
    }
    this.#write(frame);
    const answer = await this.#pending.answerTo(id, action, timeoutMs);
    const error = errorOf(answer);
    if (error) throw error;
    if (isResult(action, answer)) return answer;
    throw new RequestError(Code.Internal, `the server's answer to ${action} is not understood`);
  }

  /** Lets events through, at first those that came before. To be called when whoever logged in has its listeners. */
  releaseEvents(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const emit of held) emit();
  }

  /** Ends the connection; every request without answer rejects with this reason. The first call counts. */
  close(reason: string): void {
    if (this.#closedBecause !== undefined) return;
    this.#closedBecause = reason;
    clearInterval(this.#heartbeat);
    this.#socket.destroySoon();
    // A peer that takes nothing any more must not keep the socket open.
    setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS).unref();
    const error = new DisconnectedError(reason, { cause: this.#refusal, retryAfterMs: this.#refusal?.retryAfterMs });
    this.#pending.failAll(error);
    this.events.emit("closed", error);
  }

  #write(frame: Buffer): void {
    this.#spoke = true;
    this.#socket.write(frame); // at most MAX_IN_FLIGHT requests can be waiting in the socket
  }

  #receive(chunk: Buffer): void {
    this.#heard = true;
    if (this.#opening === undefined) return this.#decode(chunk);
    this.#opening = Buffer.concat([this.#opening, chunk]);
    this.#open(false);
  }

  /** Lets the bytes pass once they are frames; ends the connection with the reason when they are none. */
  #open(isAll: boolean): void {
    const bytes = this.#opening;
    if (bytes === undefined) return;
    const said = readOpening(bytes, isAll);
    if (said === "more") return;
    this.#opening = undefined;
    if (said === "frames") return this.#decode(bytes);
    this.#refusal = said;
    this.close(said.message);
  }

  #decode(chunk: Buffer): void {
    const payloads: Buffer[] = [];
    this.#decoder.push(chunk, payloads);
    for (const payload of payloads) {
      if (this.#closedBecause !== undefined) return;
      this.#dispatch(payload);
    }
    if (this.#decoder.failed) this.close("the server sent a frame that is too large or broken");
  }

  #dispatch(payload: Buffer): void {
    const frame = parseFrame(payload);
    if (frame === undefined) return this.close("the server does not speak this protocol");
    const { event, id } = frame;
    if (isEventName(event)) {
      this.#announce(event, frame["data"]);
      return;
    }
    if (typeof id === "number") this.#pending.settle(id, frame);
    else this.#refusal = errorOf(frame) ?? this.#refusal;
  }

  #announce(event: EventName, value: unknown): void {
    if (!isEventOf(event, value)) return;
    if (event === "closing" && isEventOf(event, value)) {
      this.#refusal ??= new RequestError(Code.Unavailable, value.reason);
    }
    if (this.#held === undefined) return this.events.emit(event, value);
    if (this.#held.push(() => this.events.emit(event, value)) > MAX_HELD_EVENTS) this.close("too many events at once");
  }

  /** A server that was heard since the last beat is there; a silent one is asked, and has to answer. */
  #beat(): void {
    if (!this.#heard && !this.#pinging) this.#ping();
    else if (!this.#spoke) this.#write(KEEP_ALIVE);
    this.#heard = false;
    this.#spoke = false;
  }

  #ping(): void {
    this.#pinging = true;
    this.request("ping", {}, this.#options.pingTimeoutMs).then(
      () => (this.#pinging = false),
      (error: unknown) => {
        this.#pinging = false;
        // Any answer, also a refusal, shows that somebody is there; so does anything else that arrived meanwhile.
        if (error instanceof DisconnectedError && !this.#heard) this.close("the server does not answer");
      },
    );
  }
}
