// People who talk all the time while servers are killed, and remember what they were told: for the fault rounds.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { COMMON_CHAT, directChatId } from "../../src/protocol/ids.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import type { StoreReader } from "../../src/store/store.ts";
import { Person } from "./person.ts";
import { wholeChat } from "./store-check.ts";
import { WireClient } from "./wire-client.ts";

/** Before a refused or lost message is sent again. */
const AGAIN_MS = 50;
/** How long one answer may take, also on a machine under load. */
const ANSWER_MS = 30_000;
const PASSWORD = "talks all the time";

/** What happened to one request. */
export interface Answered {
  readonly atMs: number;
  readonly tookMs: number;
  /** 0 when the connection was lost instead. */
  readonly code: number;
}

export interface Findings {
  readonly acknowledged: number;
  readonly lost: number;
  readonly misplaced: number;
  readonly doubled: number;
  readonly events: number;
  /** Events of messages that are not stored so, or that came twice or out of order in one session. */
  readonly wrongEvents: number;
}

/** One sender: each message goes out until it is acknowledged, over as many connections as that takes. */
class Sender {
  readonly name: string;
  readonly acknowledged = new Map<string, number>();
  /** Sequence numbers of the events of each session, in the order of arrival, by chat. */
  readonly sessions: Map<ChatId, number[]>[] = [];
  readonly #load: FaultLoad;
  #person: Person | undefined;
  #count = 0;

  constructor(load: FaultLoad, name: string) {
    this.#load = load;
    this.name = name;
  }

  async register(): Promise<Person> {
    const client = await WireClient.connect(this.#load.port);
    await client.ok("register", { username: this.name, password: PASSWORD });
    this.#person = await Person.login(client, this.name, PASSWORD);
    this.sessions.push(new Map());
    return this.#person;
  }

  async run(chats: readonly ChatId[]): Promise<void> {
    while (!this.#load.isOver) {
      const chatId = chats[this.#count % chats.length] ?? COMMON_CHAT;
      const messageId = `${this.name}-${(this.#count += 1)}`;
      while (!(await this.#send(chatId, messageId))) await pause(AGAIN_MS);
      this.takeEvents();
    }
    this.#person?.client.destroy();
  }

  takeEvents(): void {
    const session = this.sessions.at(-1);
    for (const message of this.#person?.client.takeEvents("message") ?? []) {
      const seqs = session?.get(message.chat_id) ?? [];
      seqs.push(message.seq);
      session?.set(message.chat_id, seqs);
    }
  }

  async #send(chatId: ChatId, messageId: string): Promise<boolean> {
    const startMs = performance.now();
    try {
      const client = (await this.#connected()).client;
      const id = client.send("add_message", { chat_id: chatId, message: messageId, message_id: messageId });
      const reply = await client.replies.first((candidate) => candidate.id === id, ANSWER_MS);
      this.#load.note(startMs, reply.code);
      if (reply.code !== 200) return false;
      this.acknowledged.set(`${chatId} ${messageId}`, Number(reply["seq"]));
      return true;
    } catch {
      this.#load.note(startMs, 0);
      this.takeEvents();
      this.#person?.client.destroy();
      this.#person = undefined;
      return false;
    }
  }

  async #connected(): Promise<Person> {
    if (this.#person !== undefined) return this.#person;
    const client = await WireClient.connect(this.#load.port);
    try {
      this.#person = await Person.login(client, this.name, PASSWORD);
    } catch (error) {
      client.destroy();
      throw error;
    }
    this.sessions.push(new Map());
    return this.#person;
  }
}

export class FaultLoad {
  readonly port: number;
  readonly answers: Answered[] = [];
  isOver = false;
  readonly #senders: Sender[];
  #running: Promise<void[]> = Promise.resolve([]);
  #chats: ChatId[] = [];

  private constructor(port: number, senderCount: number) {
    this.port = port;
    this.#senders = Array.from({ length: senderCount }, (_, index) => new Sender(this, `sender${index}`));
  }

  /** Registers the senders on the server at `port` and lets them begin. Names are free on an empty store only. */
  static async start(port: number, senderCount: number): Promise<FaultLoad> {
    const load = new FaultLoad(port, senderCount);
    const people: Person[] = [];
    for (const sender of load.#senders) people.push(await sender.register());
    const chatsOf = ({ userId }: Person, index: number): ChatId[] => {
      const next = people[(index + 1) % people.length];
      return next === undefined || next.userId === userId
        ? [COMMON_CHAT]
        : [COMMON_CHAT, COMMON_CHAT, directChatId(userId, next.userId)];
    };
    load.#chats = [...new Set(people.flatMap(chatsOf))];
    load.#running = Promise.all(
      load.#senders.map((sender, index) => sender.run(chatsOf(people[index] as Person, index))),
    );
    return load;
  }

  note(startMs: number, code: number): void {
    const atMs = performance.now();
    this.answers.push({ atMs, tookMs: atMs - startMs, code });
  }

  /** Resolves when a message that was sent after `sinceMs` has been acknowledged; with how long after. */
  async served(sinceMs: number, timeoutMs = 60_000): Promise<number> {
    for (let index = 0; performance.now() < sinceMs + timeoutMs;) {
      for (; index < this.answers.length; index++) {
        const { atMs, tookMs, code } = this.answers[index] ?? { atMs: 0, tookMs: 0, code: 0 };
        if (code === 200 && atMs - tookMs > sinceMs) return atMs - sinceMs;
      }
      await pause(5);
    }
    const codes = this.answers.filter(({ atMs }) => atMs > sinceMs).map(({ code }) => code);
    const counts = [...new Set(codes)].map((code) => `${code}: ${codes.filter((other) => other === code).length}`);
    throw new Error(`no message was acknowledged within ${timeoutMs} ms; answers by code: ${counts.join(", ")}`);
  }

  /** Lets everybody end; resolves when the last message of each is acknowledged. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.#running;
  }

  /** Compares what the people were told with what the store holds; fails at a hole or a message stored twice. */
  async check(reader: StoreReader): Promise<Findings> {
    const stored = new Map<string, number>();
    const ends = new Map<ChatId, number>();
    for (const chatId of this.#chats) {
      const messages = await wholeChat(reader, chatId);
      ends.set(chatId, messages.length);
      for (const { message_id, seq } of messages) stored.set(`${chatId} ${message_id}`, seq);
    }
    const acknowledged = this.#senders.flatMap((sender) => [...sender.acknowledged]);
    const lost = acknowledged.filter(([message]) => !stored.has(message));
    const misplaced = acknowledged.filter(([message, seq]) => (stored.get(message) ?? seq) !== seq);
    const places = new Set(acknowledged.map(([message, seq]) => `${message.split(" ")[0]} ${seq}`));
    let [events, wrongEvents] = [0, 0];
    for (const session of this.#senders.flatMap((sender) => sender.sessions)) {
      for (const [chatId, seqs] of session) {
        events += seqs.length;
        wrongEvents += seqs.filter(
          (seq, index) => seq <= (seqs[index - 1] ?? 0) || seq > (ends.get(chatId) ?? 0),
        ).length;
      }
    }
    const doubled = acknowledged.length - places.size;
    return {
      acknowledged: acknowledged.length,
      lost: lost.length,
      misplaced: misplaced.length,
      doubled,
      events,
      wrongEvents,
    };
  }

  /** Events that sessions which were never cut have not got; fails when a session was cut. */
  missedEvents(): number {
    let missed = 0;
    for (const { sessions, name } of this.#senders) {
      assert.equal(sessions.length, 1, `${name} was cut`);
      const seqs = sessions[0]?.get(COMMON_CHAT) ?? [];
      missed += (seqs.at(-1) ?? 0) - (seqs[0] ?? 1) + 1 - seqs.length;
    }
    return missed;
  }
}
