// Delivery of events: each is encoded once, and given to every session of its audience.
import { encodeFrame } from "../../protocol/frame.ts";
import type { ChatId } from "../../protocol/ids.ts";
import type { Audience, GroupChange, GroupReset } from "../../domain/effects.ts";
import type { CommitResult, Compression, EventChunk } from "../../threads/task.ts";
import type { Metrics } from "../metrics.ts";
import { DELIVERY_SLICE, type Slice } from "../pacing.ts";
import { ChatFeed, DeliveryLog, type FeedEntry } from "./chat-feed.ts";
import type { ChatDirectory } from "./chat-directory.ts";
import type { Outbox } from "./outbox.ts";
import type { Presence } from "./presence.ts";
import type { Registry } from "./registry.ts";
import type { Session } from "./session.ts";
import { EventFrames } from "./shared-frames.ts";
import { Sweep } from "./sweep.ts";

/** A chat with so many sessions online is one of many; see Sweep and ChatFeed. */
const MANY_SESSIONS = 64;
/** Chats of many that are remembered; the one that was silent for longest is forgotten. */
const MAX_FEEDS = 64;
/**
 * Compressing takes the storage thread some 30 us a call and 2 us a message, whoever receives it, and makes a quarter of
 * the bytes of three events or more. One receiver is worth that; a lone event's some 200 bytes are when many save them.
 */
const MIN_COMPRESSED_BYTES = 1024;

const NO_CHATS: ReadonlySet<ChatId> = new Set();

export interface FanoutParts {
  readonly registry: Registry;
  readonly directory: ChatDirectory;
  readonly presence: Presence;
  readonly metrics: Metrics;
  readonly slice?: Slice;
}

export class Fanout {
  /** Of everything that sessions are given. */
  readonly log = new DeliveryLog();
  readonly #parts: FanoutParts;
  readonly #sweep: Sweep;
  /** The one that was silent for longest first. */
  readonly #feeds = new Map<ChatId, ChatFeed>();

  constructor(parts: FanoutParts) {
    this.#parts = parts;
    this.#sweep = new Sweep(parts.slice ?? DELIVERY_SLICE);
  }

  /** Gives the events of a batch to every session that may see their chats, in the order of the commits. */
  deliver(events: CommitResult["chunks"]): void {
    for (const one of events) {
      if (one.event === "group") this.#change(one);
      else if (one.event === "reset") this.#reset(one);
      else this.#give(one);
    }
    this.#sweep.start();
  }

  /** Resolves when all that was delivered so far has been given to every session that has room; undefined when it has. */
  settled(): Promise<void> | undefined {
    return this.#sweep.settled();
  }

  /** Which events of the next batch are compressed as well; undefined when no session takes them so. */
  get compression(): Compression | undefined {
    const { compressedCount } = this.#parts.registry;
    if (compressedCount === 0) return undefined;
    const chatsOfMany = compressedCount < MANY_SESSIONS ? NO_CHATS : new Set(this.#feeds.keys());
    return { fromBytes: MIN_COMPRESSED_BYTES, chatsOfMany };
  }

  #give(chunk: EventChunk): void {
    const { directory, metrics } = this.#parts;
    const audience = directory.sessionsIn(chunk.chatId);
    const sessionCount = audience.reduce((sum, { size }) => sum + size, 0);
    if (sessionCount === 0) return;
    metrics.deliveries += (chunk.to - chunk.from + 1) * sessionCount;
    const isOfFew = sessionCount < MANY_SESSIONS;
    const entry = isOfFew ? this.log.lone(chunk) : this.#feedOf(chunk.chatId).append(chunk);
    const firstSeqs = directory.firstSeqsIn(chunk.chatId, chunk.event === "message" ? chunk.from : 1);
    for (const sessions of audience) {
      if (firstSeqs !== undefined) this.#pushVisible(entry, sessions, firstSeqs, isOfFew);
      else for (const { outbox } of sessions) this.#push(entry, outbox, isOfFew);
    }
  }

  #push(entry: FeedEntry, outbox: Outbox, isOfFew: boolean): void {
    outbox.push(entry);
    this.#sweep.add(outbox, isOfFew);
  }

  /** Gives each session the messages that it may see, or the changes of such. */
  #pushVisible(
    entry: FeedEntry,
    sessions: Iterable<Session>,
    firstSeqs: ReadonlyMap<Session, number>,
    isOfFew: boolean,
  ): void {
    const parts = new Map<number, FeedEntry | undefined>();
    for (const session of sessions) {
      const firstSeq = firstSeqs.get(session) ?? 1;
      if (!parts.has(firstSeq)) parts.set(firstSeq, this.#visiblePart(entry, firstSeq));
      const part = parts.get(firstSeq);
      if (part !== undefined) this.#push(part, session.outbox, isOfFew);
    }
  }

  #visiblePart(entry: FeedEntry, firstSeq: number): FeedEntry | undefined {
    const chunk = entry.frames.visibleFrom(firstSeq);
    return chunk === entry.frames.chunk ? entry : chunk && this.log.lone(chunk);
  }

  /** Changes who is in a group, and tells those concerned. */
  #change({ chatId, views, left, notices }: GroupChange): void {
    const { registry, directory } = this.#parts;
    for (const userId of left) directory.leave(userId, chatId);
    for (const { userId, firstSeq } of views) directory.join(userId, { chatId, firstSeq });
    for (const { text, users } of notices) {
      const entry = this.log.lone({ chatId, event: "notice", from: 0, to: 0, bytes: encodeFrame(text, "prefixed") });
      const audience = users?.map((userId) => registry.sessionsOf(userId)) ?? directory.sessionsIn(chatId);
      for (const sessions of audience) {
        for (const { features, outbox } of sessions) if (features.has("groups")) this.#push(entry, outbox, true);
      }
    }
  }

  /** A change that was not told in time cannot be told any more: everybody concerned asks for it when they are back. */
  #reset({ chatId, memberIds }: GroupReset): void {
    const { registry, directory } = this.#parts;
    const members = memberIds.flatMap((userId) => [...registry.sessionsOf(userId)]);
    const mayBeDeleted = chatId === undefined;
    const concerned = new Set(members.filter(({ features }) => mayBeDeleted || features.has("groups")));
    for (const id of mayBeDeleted ? directory.groupsOf(memberIds) : [chatId]) {
      for (const session of directory.clear(id)) concerned.add(session);
    }
    for (const session of concerned) {
      session.close("something was changed and nobody was told; log in and ask for your chats anew");
    }
  }

  #feedOf(chatId: ChatId): ChatFeed {
    const feed = this.#feeds.get(chatId) ?? new ChatFeed(this.log);
    this.#feeds.delete(chatId); // to the end
    this.#feeds.set(chatId, feed);
    const [oldest] = this.#feeds.keys();
    if (this.#feeds.size > MAX_FEEDS && oldest !== undefined) this.#feeds.delete(oldest);
    return feed;
  }

  /** Gives another event to its audience; `causeId` is the connection whose session `to.others` leaves out. */
  emit(text: string, to: Audience, causeId: number | undefined): void {
    const frames = new EventFrames(text);
    const exceptId = to.others ? causeId : undefined;
    for (const userId of to.users) {
      for (const session of this.#parts.registry.sessionsOf(userId)) {
        const hears = to.group === undefined || session.groups.has(to.group);
        if (hears && session.id !== exceptId) session.outbox.event(frames);
      }
    }
    if (to.watchersOf !== undefined) this.#parts.presence.spread(to.watchersOf, frames, exceptId);
  }
}
