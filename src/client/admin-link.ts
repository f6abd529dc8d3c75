// A connection to the admin channel of a server on this machine, for `messenger admin` and the control panel.
import { connect, type Socket } from "node:net";
import type { AdminActionName, AdminActions, AdminEvents } from "../protocol/admin.ts";
import { Code, type ErrorCode } from "../protocol/codes.ts";
import { encodeFrame, FrameDecoder } from "../protocol/frame.ts";
import { adminSocketPath } from "../util/admin-socket.ts";
import { Emitter } from "../util/emitter.ts";
import { DisconnectedError, RequestError } from "./errors.ts";
import { PendingRequests, type Answer } from "./pending-requests.ts";

/** Largest answer that is taken: the list of 20,000 sessions. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** A backup may take long; everything else answers at once. */
const REQUEST_TIMEOUT_MS = 600_000;

export interface AdminLinkEvents extends AdminEvents {
  /** Once; the message is for people. */
  closed: DisconnectedError;
}

export class AdminLink {
  readonly events = new Emitter<AdminLinkEvents>();
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder("prefixed", MAX_ANSWER_BYTES);
  readonly #pending = new PendingRequests();
  #isClosed = false;

  /** Rejects with DisconnectedError when no server runs in this data folder, or it is another user's. */
  static open(dataDir: string): Promise<AdminLink> {
    const path = adminSocketPath(dataDir);
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("connect", () => resolve(new AdminLink(socket)));
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
    if (answer["code"] === Code.Ok) return answer as AdminActions[A]["result"];
    throw new RequestError(Number(answer["code"]) as ErrorCode, String(answer["info"]));
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
    for (const payload of payloads) this.#take(JSON.parse(payload.toString("utf8")) as Answer);
    if (this.#decoder.failed) this.close("the server sent more than this program takes");
  }

  #take(message: Answer): void {
    const { event, data, id } = message;
    if (typeof event !== "string") return this.#pending.settle(Number(id), message);
    // The server is of our own checkout and user, so its events have the form that the table says.
    this.events.emit(event as keyof AdminEvents, data as never);
  }
}

function explain(error: Error & { code?: string }, dataDir: string): string {
  if (error.code === "EACCES") return `data folder ${dataDir}: only the user who runs the server may administer it`;
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") {
    return `no server runs in the data folder ${dataDir}; start it, or name its folder with --data`;
  }
  return `data folder ${dataDir}: ${error.message}`;
}
