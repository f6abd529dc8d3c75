// A client that follows the protocol: logs in by token, catches up, asks, and knows which messages it has.
import type { Socket } from "node:net";
import { FrameDecoder } from "../../src/protocol/frame.ts";
import { MAX_RESPONSE_BYTES } from "../../src/protocol/limits.ts";
import { dial, type ServerAddress } from "../engine/dial.ts";
import { requestFrame } from "../targets/messenger.ts";
import { SeqSet } from "./seq-set.ts";

const SEQ_FIELD = Buffer.from('"seq":');
const MESSAGE_EVENT = Buffer.from('{"event":"message"');
const KIND_AT = 2;
const KIND_RESPONSE = 0x61;
const PAGE = 200;

/** A response's fields, as far as sessions look at them. */
export interface Response {
  readonly code: number;
  readonly token?: string;
  readonly messages?: readonly { readonly seq: number }[];
  readonly has_more?: boolean;
  readonly length?: number;
  readonly chats?: readonly { readonly chat_id: string; readonly last_seq: number }[];
}

/** Follows the common chat over any number of connections; keeps its token and which messages it has. */
export class Session {
  readonly seqs = new SeqSet();
  gapCount = 0;
  #token: string;
  #socket: Socket | undefined;
  #isFirst = true;
  #answers: ((response: Response | undefined) => void)[] = [];

  constructor(token: string) {
    this.#token = token;
  }

  /**
   * Connects, logs in by token and fetches what was missed since the last connection; the first one begins with what
   * comes now. Rejects when the server refuses or closes.
   */
  async open(server: ServerAddress): Promise<void> {
    const socket = await this.#dial(server);
    const decoder = new FrameDecoder("prefixed", MAX_RESPONSE_BYTES);
    socket.on("data", (chunk: Buffer) => {
      const payloads: Buffer[] = [];
      decoder.push(chunk, payloads);
      for (const payload of payloads) this.#take(payload);
    });
    const login = await this.#ask("login", { token: this.#token });
    if (login.token === undefined) throw new Error(`login by token: code ${login.code}`);
    this.#token = login.token;
    if (!this.#isFirst) return this.#catchUp();
    this.#isFirst = false;
    this.seqs.startAfter(login.chats?.find(({ chat_id }) => chat_id === "common")?.last_seq ?? 0);
  }

  /** Sends a request and resolves with its answer; rejects when the connection ends before. */
  async request(action: string, data: Record<string, unknown>): Promise<Response> {
    return this.#ask(action, data);
  }

  /** Cuts the connection without a word, as a lost network does. */
  cut(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #catchUp(): Promise<void> {
    for (let more = true; more;) {
      const page = await this.#ask("common_chat", { after: this.seqs.completeTo, limit: PAGE });
      for (const { seq } of page.messages ?? []) this.seqs.add(seq);
      more = page.has_more === true;
    }
  }

  #dial(server: ServerAddress): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = dial(server, { onReady: () => resolve(socket) });
      this.#socket = socket;
      socket.on("error", reject);
      socket.on("close", () => {
        reject(new Error("closed"));
        for (const answer of this.#answers.splice(0)) answer(undefined);
      });
    });
  }

  #ask(action: string, data: Record<string, unknown>): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (!this.#socket || this.#socket.destroyed) return reject(new Error("not connected"));
      this.#answers.push((response) => {
        if (response) resolve(response);
        else reject(new Error(`the connection ended before the answer to ${action}`));
      });
      this.#socket.write(requestFrame(action, data));
    });
  }

  /** Events are only looked at as far as needed: thousands of sessions share one process. */
  #take(payload: Buffer): void {
    if (payload[KIND_AT] === KIND_RESPONSE) {
      this.#answers.shift()?.(JSON.parse(payload.toString()) as Response); // our own server's answer
      return;
    }
    if (payload.subarray(0, MESSAGE_EVENT.length).equals(MESSAGE_EVENT)) this.seqs.add(seqOf(payload));
    else if (payload.includes('"event":"gap"')) this.gapCount += 1;
  }
}

function seqOf(payload: Buffer): number {
  let seq = 0;
  for (let at = payload.indexOf(SEQ_FIELD) + SEQ_FIELD.length; at < payload.length; at += 1) {
    const digit = (payload[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    seq = seq * 10 + digit;
  }
  return seq;
}
