// A connection to the admin channel of a server on this machine, for `messenger admin` and the control panel.
import { connect, type Socket } from "node:net";
import type { AdminActionName, AdminActions, AdminEvents } from "../protocol/admin.ts";
import { Code, type ErrorCode } from "../protocol/codes.ts";
import { encodeFrame, FrameDecoder } from "../protocol/frame.ts";
import { adminSocketPath } from "../util/admin-socket.ts";
import { Emitter } from "../util/emitter.ts";
import { DisconnectedError, RequestError } from "./errors.ts";

/** Largest answer that is taken: the list of 20,000 sessions. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** A backup may take long; everything else answers at once. */
const REQUEST_TIMEOUT_MS = 600_000;

export interface AdminLinkEvents extends AdminEvents {
  /** Once; the message is for people. */
  closed: DisconnectedError;
}

interface Waiting {
  settle(answer: Readonly<Record<string, unknown>>): void;
  fail(error: Error): void;
}

export class AdminLink {
  readonly events = new Emitter<AdminLinkEvents>();
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder("prefixed", MAX_ANSWER_BYTES);
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
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
  request<A extends AdminActionName>(action: A, data: AdminActions[A]["data"]): Promise<AdminActions[A]["result"]> {
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new DisconnectedError("the connection to the server has ended"));
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      const timer = setTimeout(() => fail(new DisconnectedError(`no answer to ${action} in time`)), REQUEST_TIMEOUT_MS);
      const settle = (answer: Readonly<Record<string, unknown>>): void => {
        end();
        if (answer["code"] === Code.Ok) resolve(answer as AdminActions[A]["result"]);
        else reject(new RequestError(Number(answer["code"]) as ErrorCode, String(answer["info"])));
      };
      this.#waiting.set(id, { settle, fail });
      this.#socket.write(encodeFrame(JSON.stringify({ action, id, data }), "prefixed"));
    });
  }

  close(reason = "closed"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroySoon();
    const error = new DisconnectedError(reason);
    for (const waiting of [...this.#waiting.values()]) waiting.fail(error);
    this.events.emit("closed", error);
  }

  #receive(chunk: Buffer): void {
    const payloads: Buffer[] = [];
    this.#decoder.push(chunk, payloads);
    for (const payload of payloads) this.#take(JSON.parse(payload.toString("utf8")) as Record<string, unknown>);
    if (this.#decoder.failed) this.close("the server sent more than this program takes");
  }

  #take(message: Readonly<Record<string, unknown>>): void {
    const { event, data, id } = message;
    if (typeof event !== "string") return this.#waiting.get(Number(id))?.settle(message);
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
