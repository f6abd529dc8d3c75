// A connection to the admin channel of a server on this machine, for `messenger admin` and the control panel.
import { connect, type Socket } from "node:net";
import type { AdminActionName, AdminActions, AdminEvents, Topic } from "../protocol/admin.ts";
import type { LogRecord, Sample, TrafficEntry } from "../protocol/admin.ts";
import { encodeFrame, FrameDecoder } from "../protocol/frame.ts";
import { LOG_LEVELS, type LogLevel } from "../protocol/log-levels.ts";
import { adminSocketPath } from "../util/admin-socket.ts";
import { Emitter } from "../util/emitter.ts";
import { errorOf, parseFrame } from "./answers.ts";
import { DisconnectedError } from "./errors.ts";
import { PendingRequests, type Answer } from "./pending-requests.ts";
import { isCount, isRecord, isText, isTextOrNull, isTime, objectOf, type Shape } from "./shapes.ts";

/** Largest answer that is taken: the list of 20,000 sessions. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** A backup may take long; everything else answers at once. */
const REQUEST_TIMEOUT_MS = 600_000;

export interface AdminClientEvents extends AdminEvents {
  /** Once; the message is for people. */
  closed: DisconnectedError;
}

export class AdminClient {
  readonly events = new Emitter<AdminClientEvents>();
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder("prefixed", MAX_ANSWER_BYTES);
  readonly #pending = new PendingRequests();
  #isClosed = false;

  /** Rejects with DisconnectedError when no server runs in this data folder, or it is another user's. */
  static open(dataDir: string): Promise<AdminClient> {
    const path = adminSocketPath(dataDir);
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("connect", () => resolve(new AdminClient(socket)));
      socket.once("error", (error) => reject(new DisconnectedError(explain(error, dataDir), { cause: error })));
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.close("the server has ended"));
  }

  /** Rejects with RequestError when the server refuses, with DisconnectedError when no answer comes. */
  async request<A extends AdminActionName>(
    action: A,
    data: AdminActions[A]["data"],
  ): Promise<AdminActions[A]["result"]> {
    if (this.#isClosed) throw new DisconnectedError("the connection to the server has ended");
    const id = this.#pending.newId();
    this.#socket.write(encodeFrame(JSON.stringify({ action, id, data }), "prefixed"));
    const answer = await this.#pending.answerTo(id, action, REQUEST_TIMEOUT_MS);
    const refusal = errorOf(answer);
    if (refusal) throw refusal;
    // The server is of this checkout and user, so a result has the form that the table of actions says.
    return answer as AdminActions[A]["result"];
  }

  close(reason = "closed"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroySoon();
    const error = new DisconnectedError(reason);
    this.#pending.failAll(error);
    this.events.emit("closed", error);
  }

  #receive(chunk: Buffer): void {
    const payloads: Buffer[] = [];
    this.#decoder.push(chunk, payloads);
    for (const payload of payloads) this.#take(parseFrame(payload));
    if (this.#decoder.failed) this.close("the server sent more than this program takes");
  }

  #take(message: Answer | undefined): void {
    if (this.#isClosed) return;
    if (message === undefined) return this.close("the server does not speak the language of this program");
    const { event, data, id } = message;
    if (isNumber(id)) this.#pending.settle(id, message);
    if (event === "sample") this.#announce(event, isSample, data);
    if (event === "traffic") this.#announce(event, isTrafficEntry, data);
    if (event === "log") this.#announce(event, isLogRecord, data);
    if (event === "backup") this.#announce(event, isProgress, data);
  }

  #announce<T extends Topic>(topic: T, isOfTopic: Shape<AdminClientEvents[T]>, data: unknown): void {
    if (isOfTopic(data)) this.events.emit(topic, data);
  }
}

const isLogLevel = (value: unknown): value is LogLevel => LOG_LEVELS.some((level) => level === value);
const isNumber = (value: unknown): value is number => typeof value === "number";

const isSample = (value: unknown): value is Sample =>
  isRecord(value) && Object.values(value).every((figure) => figure === null || isTime(figure));
const isTrafficEntry = objectOf<TrafficEntry>({
  time_ms: isTime,
  connection: isCount,
  username: isTextOrNull,
  request: isText,
  response: isText,
});
const isLogRecord = objectOf<LogRecord>({ time_ms: isTime, level: isLogLevel, text: isText, fields: isRecord });
const isProgress = objectOf<AdminEvents["backup"]>({ percent: isTime });

function explain(error: Error & { code?: string }, dataDir: string): string {
  if (error.code === "EACCES") return `data folder ${dataDir}: only the user who runs the server may administer it`;
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") {
    return `no server runs in the data folder ${dataDir}; start it, or name its folder with --data`;
  }
  return `data folder ${dataDir}: ${error.message}`;
}
