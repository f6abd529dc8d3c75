// Sends one event to many sessions: the bytes are encoded once and shared, so nobody may change them.
//
// The common chat goes round: session after session is given all that was stored since its last turn, in one write (or
// a few, when it is much), as far as there is room for it.
// A message that is stored meanwhile joins the round where it is, so it is with everybody one round later, and never
// waits for the round to end. The event loop gets its turns in between.
import { COMMON_CHAT, directChatUsers } from "../../protocol/ids.ts";
import { eventText } from "../../protocol/events.ts";
import type { Audience, EventChunk, Identity } from "../../workers/task.ts";
import { monotonicClock } from "../../util/clock.ts";
import { Announcements } from "./announcements.ts";
import { CommonFeed } from "./common-feed.ts";
import type { Metrics } from "../metrics.ts";
import type { Registry } from "./registry.ts";
import type { Session } from "./session.ts";
import { ChunkFrames, EventFrames, ownBytes } from "./shared-frames.ts";

/**
 * How long the fan-out goes on before the event loop has its turn: long beside a turn, short beside a round. A message on
 * its way into the store comes back to the event loop several times, and waits for the end of a slice each time.
 */
export interface Slice {
  readonly ms: number;
  /** How often it looks at the clock. */
  readonly writesPerLook: number;
}

const SLICE: Slice = { ms: 2, writesPerLook: 16 };

/** Somebody who waits until a round is complete. */
interface Waiter {
  readonly visitCount: number;
  readonly resolve: () => void;
}

export class Fanout {
  /** What the sessions follow. */
  readonly feed = new CommonFeed();
  readonly #registry: Registry;
  readonly #announcements: Announcements;
  readonly #metrics: Metrics;
  readonly #slice: Slice;
  /** Whose turn it is, in the registry's list. */
  #nextIndex = 0;
  #visitCount = 0;
  /** Visits since which nothing was appended and nobody has changed places: so many sessions have all they have room for. */
  #currentCount = 0;
  #moveCount = 0;
  #isGoingRound = false;
  readonly #waiters: Waiter[] = [];

  constructor(registry: Registry, metrics: Metrics, slice = SLICE) {
    this.#registry = registry;
    this.#announcements = new Announcements((userId) => registry.watchersOf(userId), monotonicClock);
    this.#metrics = metrics;
    this.#slice = slice;
  }

  /** Gives stored messages and changes to every session that may see their chat: one write per session, whatever their number. */
  deliver(chunk: EventChunk): void {
    const eventCount = chunk.to - chunk.from + 1;
    if (chunk.chatId === COMMON_CHAT) {
      this.feed.append(chunk);
      this.#currentCount = 0;
      this.#metrics.deliveries += eventCount * this.#registry.sessions.length;
      if (!this.#isGoingRound) this.#goRound();
      return;
    }
    const frames = new ChunkFrames({ ...chunk, bytes: ownBytes(chunk.bytes) });
    for (const userId of directChatUsers(chunk.chatId) ?? []) {
      const sessions = this.#registry.sessionsOf(userId);
      for (const session of sessions) {
        session.outbox.catchUp(); // what was stored before it in the common chat goes before it, while there is room
        session.outbox.chunk(frames);
      }
      this.#metrics.deliveries += eventCount * sessions.size;
    }
  }

  /** Resolves when all that was delivered so far has been given to every session that has room; undefined when it has. */
  complete(): Promise<void> | undefined {
    if (!this.#isGoingRound) return undefined;
    const visitCount = this.#visitCount + this.#registry.sessions.length;
    return new Promise((resolve) => this.#waiters.push({ visitCount, resolve }));
  }

  /** Goes on where it stopped, until everybody is up to date or its time is over. */
  #goRound = (): void => {
    this.#isGoingRound = this.#visit(performance.now() + this.#slice.ms);
    const reached = this.#isGoingRound ? this.#visitCount : Infinity;
    for (let waiter = this.#waiters[0]; waiter !== undefined && waiter.visitCount <= reached;) {
      waiter.resolve();
      this.#waiters.shift();
      waiter = this.#waiters[0];
    }
    if (this.#isGoingRound) setImmediate(this.#goRound);
  };

  /** Returns whether somebody may be left. */
  #visit(deadlineMs: number): boolean {
    const { sessions, moveCount } = this.#registry;
    if (this.#moveCount !== moveCount) this.#currentCount = 0; // one may have moved from before us to behind us
    this.#moveCount = moveCount;
    for (let writeCount = 0; this.#currentCount < sessions.length;) {
      if (this.#nextIndex >= sessions.length) this.#nextIndex = 0;
      const outbox = sessions[this.#nextIndex]?.outbox;
      this.#nextIndex += 1;
      this.#visitCount += 1;
      this.#currentCount += 1;
      if (outbox === undefined || !outbox.isBehind) continue;
      outbox.catchUp();
      writeCount += 1;
      if (writeCount % this.#slice.writesPerLook === 0 && performance.now() >= deadlineMs) break;
    }
    return this.#currentCount < sessions.length;
  }

  /** Gives another event to its audience; `cause` is the session that `to.others` leaves out. */
  emit(text: string, to: Audience, cause: Session | undefined): void {
    const frames = new EventFrames(text);
    const left = to.others ? cause : undefined;
    for (const userId of to.users) sendAll(this.#registry.sessionsOf(userId), frames, left);
    if (to.watchersOf !== undefined) this.#announcements.tell(to.watchersOf, { kind: "profile", frames, cause: left });
  }

  /** Tells those who have this session's user as a contact that the user came or went. */
  presence({ identity: { userId, username } }: Session, online: boolean): void {
    if (this.#registry.watchersOf(userId).size === 0) return;
    const text = eventText("presence", { user_id: userId, username, online }, Date.now());
    this.#announcements.tell(userId, { kind: "presence", frames: new EventFrames(text), state: String(online) });
  }

  /** Tells one session alone. */
  tellPresence(session: Session, { userId, username }: Identity, online: boolean): void {
    const text = eventText("presence", { user_id: userId, username, online }, Date.now());
    session.outbox.event(new EventFrames(text));
  }
}

function sendAll(sessions: Iterable<Session>, frames: EventFrames, left: Session | undefined): void {
  for (const session of sessions) if (session !== left) session.outbox.event(frames);
}
