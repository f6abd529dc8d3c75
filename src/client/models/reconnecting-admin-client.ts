// A connection to the admin channel that stays: it opens again when the server was away, and asks again for its topics.
import type { AdminActionName, AdminActions, AdminEvents, Topic } from "../../protocol/admin.ts";
import { toDisposable, type Disposable } from "../../util/disposable.ts";
import { Emitter } from "../../util/emitter.ts";
import { AdminClient } from "../admin-client.ts";
import { DisconnectedError } from "../errors.ts";

export type AdminState =
  | { readonly kind: "connecting" }
  | { readonly kind: "online" }
  /** `problem` is for people. `retryAtMs` is Unix milliseconds. */
  | { readonly kind: "offline"; readonly problem: string; readonly retryAtMs: number };

export interface ReconnectingAdminClientEvents extends AdminEvents {
  state: AdminState;
}

/** A look at a local socket costs nothing, so it is taken often. */
const RETRY_MS = 1_000;

export class ReconnectingAdminClient {
  readonly events = new Emitter<ReconnectingAdminClientEvents>();
  readonly #dataDir: string;
  readonly #retryMs: number;
  readonly #watchCounts = new Map<Topic, number>();
  #state: AdminState = { kind: "connecting" };
  #client: AdminClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unmasksTexts = false;
  #isClosed = false;

  constructor(dataDir: string, retryMs = RETRY_MS) {
    this.#dataDir = dataDir;
    this.#retryMs = retryMs;
  }

  get state(): AdminState {
    return this.#state;
  }

  /** Begins; resolves after the first attempt, whatever came of it. */
  start(): Promise<void> {
    return this.#open();
  }

  /** Tries at once if it is offline. */
  retryNow(): void {
    if (this.#state.kind === "offline") void this.#open();
  }

  /** Rejects with RequestError when the server refuses, with DisconnectedError when there is none. */
  request<A extends AdminActionName>(action: A, data: AdminActions[A]["data"]): Promise<AdminActions[A]["result"]> {
    if (this.#client) return this.#client.request(action, data);
    return Promise.reject(new DisconnectedError("there is no connection to the server"));
  }

  /** Asks for a topic's events until the result is disposed of, over all connections that there will be. */
  watch(topic: Topic): Disposable {
    this.#count(topic, 1);
    return toDisposable(() => this.#count(topic, -1));
  }

  /** Whether traffic comes with what people write; the server notes it in its log. */
  set unmasksTexts(value: boolean) {
    if (value === this.#unmasksTexts) return;
    this.#unmasksTexts = value;
    this.#subscribe();
  }

  get unmasksTexts(): boolean {
    return this.#unmasksTexts;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#client?.close();
    this.#client = undefined;
  }

  async #open(): Promise<void> {
    clearTimeout(this.#timer);
    this.#setState({ kind: "connecting" });
    try {
      const client = await AdminClient.open(this.#dataDir);
      if (this.#isClosed) return client.close();
      this.#use(client);
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error;
      this.#goOffline(error.message);
    }
  }

  #use(client: AdminClient): void {
    this.#client = client;
    client.events.on("sample", (sample) => this.events.emit("sample", sample));
    client.events.on("log", (record) => this.events.emit("log", record));
    client.events.on("traffic", (entry) => this.events.emit("traffic", entry));
    client.events.on("backup", (progress) => this.events.emit("backup", progress));
    client.events.on("closed", ({ message }) => {
      this.#client = undefined;
      this.#goOffline(message);
    });
    this.#subscribe();
    this.#setState({ kind: "online" });
  }

  #goOffline(problem: string): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(), this.#retryMs);
    this.#setState({ kind: "offline", problem, retryAtMs: Date.now() + this.#retryMs });
  }

  #setState(state: AdminState): void {
    this.#state = state;
    this.events.emit("state", state);
  }

  #count(topic: Topic, change: number): void {
    const before = this.#watchCounts.get(topic) ?? 0;
    this.#watchCounts.set(topic, before + change);
    if (before === 0 || before + change === 0) this.#subscribe();
  }

  #subscribe(): void {
    const topics = [...this.#watchCounts].filter(([, count]) => count > 0).map(([topic]) => topic);
    const unmask_texts = this.#unmasksTexts && topics.includes("traffic");
    // A connection that is lost meanwhile is opened again, and then asks for the same.
    this.#client?.request("subscribe", { topics, unmask_texts }).catch(() => undefined);
  }
}
