// One who sends all the time, and sends again under the same id whatever was not acknowledged.
import type { Connection } from "../client/connection.ts";
import { DisconnectedError, RequestError } from "../client/errors.ts";
import { changeOf, chatOf, editedTextOf, messageIdOf, REACTION, textOf, type Cast } from "./cast.ts";
import { watchOrder, type EventFaults } from "./session-order.ts";
import { PersistentSession, type SessionHandler } from "./persistent-session.ts";

/** Messages of one talker that may wait for their answers at a time. */
const WINDOW = 32;
/** How often it is looked whether more may be sent, in milliseconds. */
const PUMP_MS = 10;

export interface TalkerSettings {
  readonly port: number;
  readonly cast: Cast;
  /** Place in the cast. */
  readonly index: number;
  readonly ratePerSec: number;
  readonly faults: EventFaults;
  readonly onAcknowledged: () => void;
}

export class Talker implements SessionHandler {
  readonly #settings: TalkerSettings;
  /** The seq that was acknowledged for each message; 0 while there was none. Message 0 does not exist. */
  readonly acknowledged: number[] = [0];
  /** Messages that the server refused at first: only these may be stored later than their successors. */
  readonly refused = new Set<number>();
  /** How often each code other than 200 was answered. */
  readonly refusals = new Map<number, number>();
  resentCount = 0;
  /** Messages whose change was asked for, in the order in which it was. */
  readonly changesSent = new Set<number>();
  /** The revision that was acknowledged for the change of a message. */
  readonly changed = new Map<number, number>();
  /** As `refused`, of changes. */
  readonly refusedChanges = new Set<number>();
  changesResentCount = 0;
  /** Of those that are to be changed the ones whose change was not acknowledged yet. */
  readonly #unchanged = new Set<number>();
  /** Messages whose second answer named another seq than the first. */
  contradictedCount = 0;
  /** In the order in which they were first sent. */
  readonly #pending = new Set<number>();
  readonly #session: PersistentSession;
  readonly #pump: NodeJS.Timeout;
  #connection: Connection | undefined;
  #startMs = performance.now();
  #isOver = false;

  constructor(settings: TalkerSettings) {
    this.#settings = settings;
    this.#session = new PersistentSession(settings.port, this.#member().username, this);
    this.#pump = setInterval(() => this.#sendMore(), PUMP_MS);
  }

  get sentCount(): number {
    return this.acknowledged.length - 1;
  }

  get acknowledgedCount(): number {
    return this.sentCount - this.#pending.size;
  }

  get sessionCount(): number {
    return this.#session.sessionCount;
  }

  /** Sends nothing new from now on; true when everything is acknowledged. */
  finish(): boolean {
    this.#isOver = true;
    return this.#pending.size === 0 && this.#unchanged.size === 0;
  }

  async end(): Promise<void> {
    clearInterval(this.#pump);
    await this.#session.end();
  }

  begin(connection: Connection): void {
    const ignore = (): void => {};
    watchOrder(connection, this.#settings.faults, ignore, ignore);
  }

  async loggedIn(connection: Connection): Promise<void> {
    this.#connection = connection;
    connection.events.on("closed", () => (this.#connection = undefined));
    for (const number of this.#pending) {
      this.resentCount += 1;
      this.#send(connection, number);
    }
    for (const number of this.#unchanged) this.#change(connection, number);
  }

  #member() {
    const member = this.#settings.cast.talkers[this.#settings.index];
    if (member === undefined) throw new Error("a talker that is not in the cast");
    return member;
  }

  /** As many as the rate and the window allow. After an outage the rate does not make up for what was not sent. */
  #sendMore(): void {
    const connection = this.#connection;
    const nowMs = performance.now();
    const { ratePerSec } = this.#settings;
    if (connection === undefined || this.#isOver) {
      this.#startMs = nowMs - (this.sentCount * 1000) / ratePerSec;
      return;
    }
    const due = Math.floor(((nowMs - this.#startMs) * ratePerSec) / 1000);
    while (this.#pending.size < WINDOW && this.sentCount < due) {
      const number = this.acknowledged.push(0) - 1;
      this.#pending.add(number);
      this.#send(connection, number);
    }
  }

  #send(connection: Connection, number: number): void {
    const { cast, index } = this.#settings;
    const message_id = messageIdOf(index, number);
    const data = { chat_id: chatOf(cast, index, number), message: textOf(index, number), message_id };
    connection.request("add_message", data).then(
      ({ seq }) => this.#acknowledge(number, seq),
      (error: unknown) => this.#refuse(connection, number, error),
    );
  }

  #acknowledge(number: number, seq: number): void {
    const before = this.acknowledged[number] ?? 0;
    if (before !== 0 && before !== seq) this.contradictedCount += 1;
    this.acknowledged[number] = seq;
    this.#pending.delete(number);
    this.#settings.onAcknowledged();
    if (before !== 0 || changeOf(number) === undefined) return;
    this.#unchanged.add(number);
    if (this.#connection !== undefined) this.#change(this.#connection, number);
  }

  #change(connection: Connection, number: number): void {
    if (this.changesSent.has(number)) this.changesResentCount += 1;
    this.changesSent.add(number);
    this.#askToChange(connection, number).then(
      (rev) => {
        this.#unchanged.delete(number);
        this.changed.set(number, rev);
      },
      (error: unknown) => {
        if (error instanceof RequestError) this.refusedChanges.add(number);
        const again = (): void => void (this.#unchanged.has(number) && this.#change(connection, number));
        this.#tryAgain(connection, error, again);
      },
    );
  }

  /** Resolves with the revision that the change has made. */
  async #askToChange(connection: Connection, number: number): Promise<number> {
    const { cast, index } = this.#settings;
    const place = { chat_id: chatOf(cast, index, number), seq: this.acknowledged[number] ?? 0 };
    switch (changeOf(number)) {
      case "edited":
        return (await connection.request("edit_message", { ...place, message: editedTextOf(index, number) })).rev;
      case "deleted":
        return (await connection.request("delete_message", place)).rev;
      case "reacted":
        return (await connection.request("react", { ...place, reaction: REACTION, on: true })).rev;
      case undefined:
        return 0;
    }
  }

  #refuse(connection: Connection, number: number, error: unknown): void {
    if (error instanceof RequestError) this.refused.add(number);
    this.#tryAgain(connection, error, () => {
      if (this.#pending.has(number)) this.#send(connection, number);
    });
  }

  #tryAgain(connection: Connection, error: unknown, again: () => void): void {
    // Without an answer nothing is known: the next session sends it again.
    if (error instanceof DisconnectedError) return connection.close(error.message);
    if (!(error instanceof RequestError)) throw error;
    this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1);
    setTimeout(() => {
      if (connection.closedBecause === undefined) again();
    }, error.retryAfterMs ?? 50);
  }
}
