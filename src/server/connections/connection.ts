// One socket: frames in, answers out in the order of the requests, deadlines. Knows no chat.
import type { Socket } from "node:net";
import { internalError } from "../../log/error-reference.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { errorResponse } from "../../protocol/envelope.ts";
import { encodeFrame, FrameDecoder, modeOf, type Framing } from "../../protocol/frame.ts";
import { MAX_REQUEST_BYTES } from "../../protocol/limits.ts";
import { packPayloads } from "../../threads/packing.ts";
import type { Effect } from "../../domain/effects.ts";
import type { Continuation, PasswordVerdict } from "../../actions/again.ts";
import type { RequestTask, RequestTaskResult } from "../../threads/task.ts";
import { Allowance } from "./allowance.ts";
import { AnswerRoom } from "./answer-room.ts";
import { faultResponse } from "./fault-response.ts";
import type { ConnectionHost, HttpConnection } from "./connection-host.ts";
import { Outbox } from "../delivery/outbox.ts";
import { RefusalCounter } from "./refusal-counter.ts";
import { RequestQueue } from "./request-queue.ts";
import type { Session } from "../delivery/session.ts";

/** How long a closed connection may take to send what is queued and to see the peer's end, in milliseconds. */
const LINGER_MS = 2_000;

/** Progress of the first request of the queue. */
interface Begun {
  readonly verdict?: PasswordVerdict;
  readonly continuation?: Continuation;
}

/** A connection's way from the first byte to its end. */
export class Connection {
  readonly id: number;
  /** Where the peer comes from. */
  readonly address: string;
  /** The session; the host alone sets it. */
  session: Session | undefined;
  /** On the host's clock. */
  readonly openedMs: number;
  /** Called when a request has arrived. */
  onNextRequest: (() => void) | undefined;
  /** Messages stored for this connection. */
  messageCount = 0;
  readonly #host: ConnectionHost<Connection>;
  readonly #allowance: Allowance;
  readonly #queue: RequestQueue;
  readonly #room: AnswerRoom;
  readonly #refusals: RefusalCounter;
  #socket: Socket;
  #decoder: FrameDecoder | undefined;
  #outbox: Outbox | undefined;
  #isRunning = false;
  /** So many requests go one by one, since a task with them was lost: only the one that is to blame is not served. */
  #suspectCount = 0;
  #isPaused = false;
  #isSecure = false;
  /** The peer sends no more, or we read no more. */
  #hasEnded = false;
  /** Why the connection closes when everything is answered; undefined when it is because the peer has ended. */
  #finishReason: string | undefined;
  /** When the connection was closed; undefined while it is in use. */
  #closedMs: number | undefined;
  #anonymousSinceMs: number;
  #frameSinceMs = 0;
  #activeMs: number;
  /** Answers to the present task so far; undefined while nobody looks at the traffic. */
  #shownReplies: Uint8Array[] | undefined;

  /** `shared` is what all connections of this address may ask together; undefined without limit. */
  constructor(id: number, socket: Socket, address: string, host: ConnectionHost<Connection>, shared?: Allowance) {
    this.id = id;
    this.address = address;
    this.#host = host;
    this.#socket = socket;
    this.#allowance = new Allowance(host.settings, host.clock, shared);
    this.#queue = new RequestQueue(this.#allowance);
    this.#room = new AnswerRoom(this.#allowance, () => this.#proceed());
    this.#refusals = new RefusalCounter(host.settings.maxRefusals, host.clock);
    this.openedMs = this.#anonymousSinceMs = this.#activeMs = host.clock.now();
    // Kept for good, also under TLS: what happens to the TCP socket happens to the connection.
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy()); // the peer's reset and the like; "close" follows
    socket.on("close", () => this.#gone());
    this.#listen();
  }

  get framing(): Framing {
    return this.#decoder?.framing ?? "lines";
  }

  /** "unknown" until the peer has sent its first byte. */
  get mode(): Framing | "unknown" {
    return this.#decoder?.framing ?? "unknown";
  }

  /** When the peer last sent something, on the host's clock. */
  get activeMs(): number {
    return this.#activeMs;
  }

  /** Bytes that wait to be sent, and gaps told so far. */
  get outboxState(): { readonly queuedBytes: number; readonly gapCount: number } {
    return { queuedBytes: this.#outbox?.pendingBytes ?? 0, gapCount: this.#outbox?.gapCount ?? 0 };
  }

  get isSecure(): boolean {
    return this.#isSecure;
  }

  get isClosed(): boolean {
    return this.#closedMs !== undefined;
  }

  /** True while requests that were received are not yet answered. */
  get isBusy(): boolean {
    return this.#isRunning || !this.#queue.isEmpty;
  }

  /** The send queue; there is one from the first byte on. */
  get outbox(): Outbox {
    if (this.#outbox === undefined) throw new Error("a connection without its first byte has no outbox");
    return this.#outbox;
  }

  readonly #onData = (chunk: Buffer): void => this.#receive(chunk);
  readonly #onDrain = (): void => this.#proceed();
  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    this.#decoder?.end(this.#queue.arrivals);
    this.#queue.received(0);
    this.#proceed();
  };

  #listen(): void {
    this.#socket.on("data", this.#onData);
    this.#socket.on("drain", this.#onDrain);
    this.#socket.on("end", this.#onEnd);
  }

  #receive(chunk: Buffer): void {
    if (this.isClosed) return; // read and dropped, so that the last answer is not cut off by a reset
    this.#activeMs = this.#host.clock.now();
    if (this.#decoder === undefined) this.#begin(chunk);
    if (this.#decoder === undefined) return;
    const heldBytes = this.#decoder.pendingBytes;
    const arrivals = this.#queue.arrivals.length;
    this.#decoder.push(chunk, this.#queue.arrivals);
    if (this.#queue.arrivals.length > arrivals) this.onNextRequest?.();
    const mayGoOn = this.#queue.received(heldBytes + chunk.length - this.#decoder.pendingBytes);
    if (!mayGoOn) return this.#closeForAbuse("too many blank frames");
    // When all that is held of a frame came with this chunk, then the frame began in it.
    if (this.#decoder.pendingBytes <= chunk.length) this.#frameSinceMs = this.#activeMs;
    this.#proceed();
  }

  /** Fixes the mode by the first byte. */
  #begin(chunk: Buffer): void {
    const mode = modeOf(chunk[0] ?? 0);
    const isTls = mode === "tls" && !this.#isSecure;
    if (isTls && this.#startTls(chunk)) return;
    if (isTls) return this.#refuseMode("TLS is not configured on this server");
    const lacksTls = !this.#isSecure && !this.#host.mayBePlain(this.address);
    const { takeHttp } = this.#host;
    if (mode === "http" && takeHttp !== undefined) this.#handOver(chunk, lacksTls, takeHttp);
    else if (lacksTls) this.#refuseMode("this server asks for TLS");
    else if (mode === "prefixed" || mode === "lines") {
      this.#decoder = new FrameDecoder(mode, MAX_REQUEST_BYTES);
      this.#outbox = new Outbox(this.#socket, mode, this.#host.settings.outboxBytes, this.#host.clock);
    } else this.#refuseMode("the first byte fits no mode of the protocol");
  }

  /** Gives the socket away; here it ends with that. */
  #handOver(chunk: Buffer, lacksTls: boolean, take: (connection: HttpConnection) => void): void {
    const socket = this.#socket.off("data", this.#onData).off("drain", this.#onDrain).off("end", this.#onEnd);
    this.#gone();
    socket.unshift(chunk);
    take({ socket, address: this.address, allowance: this.#allowance, lacksTls });
  }

  #refuseMode(reason: string): void {
    this.#outbox = new Outbox(this.#socket, "lines", this.#host.settings.outboxBytes, this.#host.clock);
    this.#refuse(new ProtocolError("bad_request", `frame: ${reason}`));
  }

  /**
   * Hands the socket to TLS when its turn has come, beginning with `chunk`, and listens to what comes out of it; false
   * without a certificate.
   */
  #startTls(chunk: Buffer): boolean {
    const plain = this.#socket;
    plain.pause(); // what comes meanwhile is TLS's
    return this.#host.startTls(this, (wrap) => {
      plain.off("data", this.#onData).off("drain", this.#onDrain).off("end", this.#onEnd);
      plain.unshift(chunk); // TLS begins with what it finds read already
      const secure = wrap(plain).on("error", () => plain.destroy());
      this.#isSecure = true;
      this.#socket = secure;
      this.#listen();
    });
  }

  /** Goes on with whatever can go on now: gaps, the next task, reading, the end. */
  #proceed(): void {
    if (this.isClosed) return;
    if (this.#outbox === undefined) {
      if (this.#hasEnded) this.#close();
      return;
    }
    this.#outbox.flush();
    const hasRoom = this.#room.bytesIn(this.#outbox) > 0;
    this.#setPaused(!hasRoom || this.#queue.isFull);
    if (this.#isRunning || !hasRoom) return;
    if (!this.#queue.isEmpty) void this.#run();
    else if (this.#decoder?.failed) {
      this.#refuse(new ProtocolError("too_large", `frame: over ${MAX_REQUEST_BYTES} bytes`));
    } else if (this.#finishReason !== undefined) this.close(this.#finishReason);
    else if (this.#hasEnded) this.#close();
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#isPaused) return;
    this.#isPaused = paused;
    // The time for which we did not read is not the peer's.
    this.#frameSinceMs = this.#host.clock.now();
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Carries out one task after the other until the queue is empty or the peer leaves too much unread. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    let begun: Begun | undefined;
    try {
      do {
        const receivedMs = this.#activeMs;
        await this.#host.turn(this.#queue);
        begun = await this.#carryOut(begun, receivedMs);
      } while (begun !== undefined || this.#mayGoOn());
    } catch (error) {
      this.close(internalError(this.#host.report(error, this)).message);
    }
    this.#isRunning = false;
    this.#proceed();
  }

  #mayGoOn(): boolean {
    return !this.isClosed && !this.#queue.isEmpty && this.#room.bytesIn(this.outbox) > 0;
  }

  /** Carries out the head of the queue; resolves to what the next task needs if this one stopped within a request. */
  async #carryOut(begun: Begun | undefined, receivedMs: number): Promise<Begun | undefined> {
    const { payloads, limited, retryAfter } = this.#queue.head(this.#suspectCount > 0 ? 1 : undefined);
    if (payloads.length === 0) return undefined; // it was closed meanwhile
    const task: RequestTask = {
      framing: this.framing,
      identity: this.session?.identity,
      payloads: packPayloads(payloads),
      limited,
      retryAfter,
      loginRetryAfter: this.#host.loginRetryAfter(this),
      verdict: begun?.verdict,
      continuation: begun?.continuation,
      maxReplyBytes: this.#room.bytesIn(this.outbox),
    };
    this.#shownReplies = this.#host.traffic && [];
    let result: RequestTaskResult;
    try {
      result = await this.#host.request(task, this);
    } catch (error) {
      if (payloads.length > 1) this.#suspectCount = payloads.length;
      else this.#answerFault(payloads[0], error);
      return undefined;
    }
    this.#remove(result.consumed);
    await this.#answer(result.replies, result.effects);
    if (result.writes !== undefined) {
      const written = await this.#host.commit({ framing: this.framing, writes: result.writes }, receivedMs);
      this.messageCount += written.messageCount;
      await this.#answer(written.replies, written.effects);
    }
    this.#showTraffic(payloads.slice(0, result.consumed));
    const { refused } = result;
    if (refused !== undefined && this.#refusals.add(refused.count, refused.retryAfter, receivedMs)) {
      this.#closeForAbuse("too many requests, sent on although they were refused");
    }
    if (this.isClosed) return undefined;
    const { passwordRequest, continuation } = result;
    if (passwordRequest === undefined) return continuation && { continuation };
    return { verdict: await this.#host.admit(passwordRequest, this) };
  }

  #closeForAbuse(reason: string): void {
    if (!this.isClosed) this.#host.onAbuse(this, reason);
    this.close(reason);
  }

  #answer(replies: Uint8Array, effects: readonly Effect[]): Promise<void> | undefined {
    this.reply(replies);
    return effects.length > 0 ? this.#host.apply(effects, this) : undefined;
  }

  /** Queues finished frames that answer requests of the present task, in their order. */
  reply(frames: Uint8Array): void {
    if (this.isClosed) return;
    this.#shownReplies?.push(frames);
    this.#room.spend(frames.length);
    this.outbox.reply(frames);
  }

  #showTraffic(payloads: readonly Buffer[]): void {
    if (this.#shownReplies !== undefined) this.#host.traffic?.(this, payloads, this.#shownReplies);
  }

  #remove(count: number): void {
    this.#queue.remove(count);
    this.#suspectCount = Math.max(0, this.#suspectCount - count);
  }

  /** The threads could not answer a request: it is answered here, and the connection goes on with the next. */
  #answerFault(payload: Buffer | undefined, fault: unknown): void {
    const reference = this.#host.report(fault, this);
    if (payload === undefined || this.isClosed) return;
    this.#remove(1);
    this.reply(encodeFrame(faultResponse(payload, fault, reference), this.framing));
    this.#showTraffic([payload]);
  }

  /** Answers what cannot be understood any more, and closes. */
  #refuse(error: ProtocolError): void {
    this.outbox.reply(encodeFrame(errorResponse({ action: null, id: undefined }, error, Date.now()), this.framing));
    this.#close();
  }

  /** Begins the wait for a login again: the session has ended and the connection stays. */
  awaitLogin(): void {
    this.#anonymousSinceMs = this.#host.clock.now();
  }

  /** Closes what has outlived its time. To be called about every second. */
  checkDeadlines(): void {
    const nowMs = this.#host.clock.now();
    const { handshakeTimeoutMs, frameTimeoutMs, idleTimeoutMs, drainTimeoutMs } = this.#host.settings;
    if (this.#closedMs !== undefined) {
      if (nowMs - this.#closedMs >= LINGER_MS) this.destroy();
      return;
    }
    this.#proceed();
    const { fullSinceMs = nowMs } = this.#outbox ?? {};
    if (nowMs - fullSinceMs >= drainTimeoutMs) return this.close("too slow: events were not read");
    if (this.#room.isStuck(this.#outbox, nowMs, drainTimeoutMs)) return this.close("too slow: answers were not read");
    if (this.#isRunning) return;
    const isAnonymous = this.session === undefined;
    if (isAnonymous && nowMs - this.#anonymousSinceMs >= handshakeTimeoutMs) return this.close("no login in time");
    const isCut = (this.#decoder?.pendingBytes ?? 0) > 0 && !this.#isPaused;
    if (isCut && nowMs - this.#frameSinceMs >= frameTimeoutMs) return this.close("a frame took too long");
    if (idleTimeoutMs > 0 && nowMs - this.#activeMs >= idleTimeoutMs) this.close("idle for too long");
  }

  /** Reads no more: what has been received is still answered, then the connection ends. */
  finish(reason: string): void {
    this.#socket.off("data", this.#onData).pause();
    this.#hasEnded = true;
    this.#finishReason = reason;
    if (!this.isBusy) this.close(reason);
    else this.#proceed();
  }

  /** Ends the connection: a session is told why, what is queued is still sent, and the socket is gone in 2 s at most. */
  close(reason: string): void {
    if (this.isClosed) return;
    if (this.session !== undefined) this.outbox.closing(reason);
    this.#close();
  }

  #close(): void {
    if (this.isClosed) return;
    this.#closedMs = this.#host.clock.now();
    this.#queue.clear();
    this.#room.close();
    this.#isPaused = false;
    this.#outbox?.end(); // after the end nothing may be written
    this.#socket.resume(); // whoever had paused it: the peer's end must be seen
    this.#socket.end();
    this.#host.onClosed(this);
  }

  /** Ends the connection at once, for when there is no more time. */
  destroy(): void {
    this.#socket.destroy();
  }

  #gone(): void {
    if (!this.isClosed) {
      this.#closedMs = this.#host.clock.now();
      this.#queue.clear();
      this.#room.close();
      this.#host.onClosed(this);
    }
    this.#host.onGone(this);
  }
}
