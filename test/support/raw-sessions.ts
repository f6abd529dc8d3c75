// Sessions of one person without a client of ours: one asks for changes, one is of version 1; what they are told is checked.
import assert from "node:assert/strict";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { range } from "./lists.ts";
import type { Person } from "./person.ts";
import type { TestServer } from "./server.ts";
import type { Reply, WireClient, WireEvent } from "./wire-client.ts";

/** How many gaps there were. */
interface Gaps {
  readonly messages: number;
  readonly changes: number;
}

export class RawSessions {
  /** The texts that were written, also the first ones of edited messages. */
  readonly written = new Set<string>();
  readonly #server: TestServer;
  readonly #person: Person;
  #sender: WireClient;
  #old: WireClient;
  #new: WireClient;
  #lastFlood: number[] = [];

  static async open(server: TestServer, person: Person): Promise<RawSessions> {
    const clients = await logInAll(server, person);
    return new RawSessions(server, person, clients);
  }

  private constructor(server: TestServer, person: Person, [sender, old, changes]: Clients) {
    this.#server = server;
    this.#person = person;
    this.#sender = sender;
    this.#old = old;
    this.#new = changes;
  }

  /** After the server was started again. */
  async reopen(): Promise<void> {
    [this.#sender, this.#old, this.#new] = await logInAll(this.#server, this.#person);
  }

  /** Stops reading, and sends until what waits for the sessions that do not read is more than is kept for them. */
  async stuff(newText: () => string): Promise<void> {
    await this.flood(range(1, 10).map(newText)); // small ones, to be changed while nobody reads
    const small = this.#lastFlood;
    for (const { socket } of [this.#old, this.#new]) socket.pause();
    const { registry } = this.#server.running;
    const isFull = (): boolean =>
      [...registry.sessionsOf(this.#person.userId)].filter(({ outbox }) => outbox.fullSinceMs !== undefined).length >=
      2;
    for (let turn = 0; turn < 100 && !isFull(); turn += 1) {
      await this.flood(range(1, 10).map(() => newText() + BIG));
    }
    assert.ok(isFull(), "the operating system cannot buffer that much");
    await this.flood(range(1, MORE).map(() => newText() + BIG));
    this.#lastFlood = small;
  }

  /** Sends these texts into the common chat without waiting for the answers. */
  async flood(texts: readonly string[]): Promise<void> {
    for (const text of texts) this.written.add(text);
    const data = texts.map((message) => ({ chat_id: COMMON_CHAT, message }));
    this.#lastFlood = (await this.#ask("add_message", data)).map((answer) => Number(answer["seq"]));
  }

  /** Edits all of the last flood, and deletes every third, in the same way. */
  async changeAll(newText: () => string): Promise<void> {
    const edits = this.#lastFlood.map((seq) => ({ chat_id: COMMON_CHAT, seq, message: newText() }));
    for (const { message } of edits) this.written.add(message);
    await this.#ask("edit_message", edits);
    const left = this.#lastFlood.filter((_, index) => index % 3 === 0);
    await this.#ask(
      "delete_message",
      left.map((seq) => ({ chat_id: COMMON_CHAT, seq })),
    );
    this.#lastFlood = this.#lastFlood.filter((seq) => !left.includes(seq));
  }

  /** Each message and each change was told once and in order, or stands in a gap, up to these ends. */
  async compare(lastSeq: number, lastRev: number): Promise<Gaps> {
    for (const client of [this.#old, this.#new]) {
      client.socket.resume();
      await client.barrier();
    }
    const old = this.#old.takeAllEvents();
    assert.deepEqual(
      old.filter(({ event }) => event !== "message" && event !== "gap" && event !== "read"),
      [],
      "a session without features is told what version 1 tells",
    );
    assert.ok(old.every(({ data }) => data["from_rev"] === undefined && data["to_rev"] === undefined));
    const changes = this.#new.takeAllEvents();
    for (const events of [old, changes]) assertWhole(covered(events, "message", "seq"), lastSeq);
    assertWhole(covered(changes, "changed", "rev"), lastRev);
    const gaps = [...old, ...changes].filter(({ event }) => event === "gap");
    const ofChanges = gaps.filter(({ data }) => data["from_rev"] !== undefined).length;
    return { messages: gaps.length - ofChanges, changes: ofChanges };
  }

  async #ask(action: string, data: readonly object[]): Promise<Reply[]> {
    const client = this.#sender;
    client.raw(Buffer.concat(data.map((one, index) => client.frame({ action, id: FIRST_ID + index, data: one }))));
    const answers: Reply[] = [];
    for (const _ of data) answers.push(await client.replies.next());
    for (const { code, info } of answers) assert.equal(code, 200, info);
    return answers;
  }
}

/** Ids of pipelined requests, beyond those that the client gives. */
const FIRST_ID = 100_000;

/** 28 KiB, so that few are enough to fill what the operating system buffers. */
const BIG = "😀".repeat(7000);
/** More of them than the server keeps for sessions that are behind. */
const MORE = 200;

/** The one that sends, the one of version 1, and the one that asks for changes. */
type Clients = readonly [WireClient, WireClient, WireClient];

async function logInAll(server: TestServer, person: Person): Promise<Clients> {
  const [sender, old] = [await logIn(server, person, undefined), await logIn(server, person, undefined)];
  return [sender, old, await logIn(server, person, ["changes"])];
}

async function logIn(
  server: TestServer,
  { username, password }: Person,
  features: string[] | undefined,
): Promise<WireClient> {
  const client = await server.connect();
  await client.ok("login", { username, password, ...(features && { features }) });
  return client;
}

/** The numbers that events and gaps stand for, in the order in which they came. */
function covered(events: readonly WireEvent[], name: string, field: "seq" | "rev"): number[] {
  return events.flatMap(({ event, data }) => {
    if (event === name) return [Number(data[field])];
    const [from, to] = [data[`from_${field}`], data[`to_${field}`]];
    return event === "gap" && from !== undefined ? range(Number(from), Number(to)) : [];
  });
}

function assertWhole(numbers: readonly number[], last: number): void {
  assert.deepEqual(numbers, range(last - numbers.length + 1, last), "each once, in order");
}
