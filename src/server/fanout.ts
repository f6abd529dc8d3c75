// Sends one event to many sessions: the bytes are encoded once and shared, so nobody may change them.
import { COMMON_CHAT, directChatUsers } from "../protocol/ids.ts";
import { eventText } from "../protocol/events.ts";
import type { Audience, EventChunk, Identity } from "../workers/task.ts";
import { ChunkFrames, EventFrames } from "./outbox.ts";
import type { Metrics } from "./metrics.ts";
import type { Registry } from "./registry.ts";
import type { Session } from "./session.ts";

export class Fanout {
  readonly #registry: Registry;
  readonly #metrics: Metrics;

  constructor(registry: Registry, metrics: Metrics) {
    this.#registry = registry;
    this.#metrics = metrics;
  }

  /** Gives stored messages to every session that may see their chat: one write per session, whatever their number. */
  deliver(chunk: EventChunk): void {
    const frames = new ChunkFrames(chunk);
    const messageCount = chunk.toSeq - chunk.fromSeq + 1;
    if (chunk.chatId === COMMON_CHAT) {
      const { sessions } = this.#registry;
      for (const session of sessions) session.outbox.messages(frames);
      this.#metrics.deliveries += messageCount * sessions.length;
      return;
    }
    for (const userId of directChatUsers(chunk.chatId) ?? []) {
      const sessions = this.#registry.sessionsOf(userId);
      for (const session of sessions) session.outbox.messages(frames);
      this.#metrics.deliveries += messageCount * sessions.size;
    }
  }

  /** Gives another event to its audience; `cause` is the session that `to.others` leaves out. */
  emit(text: string, to: Audience, cause: Session | undefined): void {
    const frames = new EventFrames(text);
    const left = to.others ? cause : undefined;
    for (const userId of to.users) sendAll(this.#registry.sessionsOf(userId), frames, left);
    if (to.watchersOf !== undefined) sendAll(this.#registry.watchersOf(to.watchersOf), frames, left);
  }

  /** Tells those who have this session's user as a contact that the user came or went. */
  presence({ identity: { userId, username } }: Session, online: boolean): void {
    const watchers = this.#registry.watchersOf(userId);
    if (watchers.size === 0) return;
    const text = eventText("presence", { user_id: userId, username, online }, Date.now());
    sendAll(watchers, new EventFrames(text), undefined);
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
