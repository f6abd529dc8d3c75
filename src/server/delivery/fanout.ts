// Delivery of events: each is encoded once, and given to every session of its audience.
import { eventText } from "../../protocol/events.ts";
import { chatForm, type ChatId } from "../../protocol/ids.ts";
import type { Audience, Identity } from "../../domain/effects.ts";
import type { EventChunk } from "../../workers/task.ts";
import { monotonicClock } from "../../util/clock.ts";
import type { Metrics } from "../metrics.ts";
import { DELIVERY_SLICE, type Slice } from "../pacing.ts";
import { Announcements } from "./announcements.ts";
import { ChatFeed, DeliveryLog, type FeedEntry } from "./chat-feed.ts";
import type { Registry } from "./registry.ts";
import type { Session } from "./session.ts";
import { EventFrames } from "./shared-frames.ts";
import { Sweep } from "./sweep.ts";

/** A chat with so many sessions online is one of many; see Sweep and ChatFeed. */
const MANY_SESSIONS = 64;
/** Chats of many that are remembered; the one that was silent for longest is forgotten. */
const MAX_FEEDS = 64;

export class Fanout {
  /** Of everything that sessions are given. */
  readonly log = new DeliveryLog();
  readonly #registry: Registry;
  readonly #announcements: Announcements;
  readonly #metrics: Metrics;
  readonly #sweep: Sweep;
  /** The one that was silent for longest first. */
  readonly #feeds = new Map<ChatId, ChatFeed>();

  constructor(registry: Registry, metrics: Metrics, slice: Slice = DELIVERY_SLICE) {
    this.#registry = registry;
    this.#announcements = new Announcements((userId) => registry.watchersOf(userId), monotonicClock);
    this.#metrics = metrics;
    this.#sweep = new Sweep(slice);
  }

  /** Gives the events of a batch to every session that may see their chats: one write per session, whatever their number. */
  deliver(chunks: readonly EventChunk[]): void {
    for (const chunk of chunks) {
      const audience = this.#sessionsOf(chunk.chatId);
      const sessionCount = audience.reduce((sum, { size }) => sum + size, 0);
      if (sessionCount === 0) continue;
      const isOfFew = sessionCount < MANY_SESSIONS;
      const entry = isOfFew ? this.log.lone(chunk) : this.#feedOf(chunk.chatId).append(chunk);
      for (const sessions of audience) this.#push(entry, sessions, isOfFew);
      this.#metrics.deliveries += (chunk.to - chunk.from + 1) * sessionCount;
    }
    this.#sweep.start();
  }

  #push(entry: FeedEntry, sessions: ReadonlySet<Session>, isOfFew: boolean): void {
    for (const { outbox } of sessions) {
      outbox.push(entry);
      this.#sweep.add(outbox, isOfFew);
    }
  }

  #sessionsOf(chatId: ChatId): readonly ReadonlySet<Session>[] {
    const form = chatForm(chatId);
    if (form?.kind === "everyone") return [this.#registry.sessions];
    return form?.kind === "direct" ? form.users.map((userId) => this.#registry.sessionsOf(userId)) : [];
  }

  #feedOf(chatId: ChatId): ChatFeed {
    const feed = this.#feeds.get(chatId) ?? new ChatFeed(this.log);
    this.#feeds.delete(chatId); // to the end
    this.#feeds.set(chatId, feed);
    const [oldest] = this.#feeds.keys();
    if (this.#feeds.size > MAX_FEEDS && oldest !== undefined) this.#feeds.delete(oldest);
    return feed;
  }

  /** Resolves when all that was delivered so far has been given to every session that has room; undefined when it has. */
  settled(): Promise<void> | undefined {
    return this.#sweep.settled();
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
