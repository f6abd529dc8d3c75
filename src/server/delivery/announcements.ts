// News of one user for all who have the user as a contact: in slices, however many they are, and only the newest.
import type { UserId } from "../../protocol/ids.ts";
import type { Clock } from "../../util/clock.ts";
import { AnswerBudget } from "../../util/answer-budget.ts";
import { ANNOUNCEMENT_PACING, type AnnouncementPacing } from "../pacing.ts";
import type { EventFrames } from "./shared-frames.ts";

/** Somebody who is told. */
export interface Watcher {
  readonly id: number;
  readonly outbox: { event(frames: EventFrames): void };
}

/** Something about a user; of the same kind only the newest counts. */
export interface News {
  readonly kind: "presence" | "profile";
  readonly frames: EventFrames;
  /** News with the same state as what everybody has been told last need not be told. */
  readonly state?: string;
  /** The session that is left out. */
  readonly exceptId?: number | undefined;
}

/** Users that are remembered although there is nothing to tell; beyond it the oldest that can be are forgotten. */
const MAX_REMEMBERED = 10_000;
/** The longest wait in one go, in milliseconds: the clock may be another than the timer's. */
const MAX_WAIT_MS = 1_000;

interface Topic {
  readonly userId: UserId;
  readonly budget: AnswerBudget;
  news: News | undefined;
  /** Watchers not yet told; undefined before it begins. Lives with the set: who joins it is told, who leaves it is not. */
  rest: Iterator<Watcher> | undefined;
  /** The last news that all have been told; undefined when some may have been told something else. */
  toldState: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class Announcements {
  readonly #watchersOf: (userId: UserId) => ReadonlySet<Watcher>;
  readonly #clock: Clock;
  readonly #pacing: AnnouncementPacing;
  readonly #topics = new Map<string, Topic>();
  /** Being told. */
  readonly #going = new Set<Topic>();
  #isGoing = false;

  /** The clock should never jump. */
  constructor(watchersOf: (userId: UserId) => ReadonlySet<Watcher>, clock: Clock, pacing = ANNOUNCEMENT_PACING) {
    this.#watchersOf = watchersOf;
    this.#clock = clock;
    this.#pacing = pacing;
  }

  /** Tells it, at once where it is for few; what is not yet told of older news of this kind is not told any more. */
  tell(userId: UserId, news: News): void {
    const topic = this.#topicOf(`${news.kind} ${userId}`, userId);
    const wasCut = this.#going.delete(topic);
    if (wasCut) topic.toldState = undefined;
    topic.news = news;
    topic.rest = undefined;
    if (topic.timer === undefined) this.#begin(topic);
  }

  #begin(topic: Topic): void {
    topic.timer = undefined;
    const { news, budget } = topic;
    const isKnown = news?.state !== undefined && news.state === topic.toldState;
    if (news === undefined || isKnown) return void (topic.news = undefined);
    const { waitMs } = budget;
    if (waitMs > 0) {
      topic.timer = setTimeout(() => this.#begin(topic), Math.min(waitMs, MAX_WAIT_MS)).unref();
      return;
    }
    const watchers = this.#watchersOf(topic.userId);
    budget.spend(watchers.size);
    topic.rest = watchers.values();
    topic.toldState = undefined;
    this.#going.add(topic);
    if (!this.#isGoing) this.#goOn();
  }

  /** Goes on where it stopped until everybody is told or its time is over; then it is the next topic's turn. */
  readonly #goOn = (): void => {
    const endMs = performance.now() + this.#pacing.ms;
    this.#isGoing = true;
    for (const topic of this.#going) {
      this.#going.delete(topic);
      if (this.#tellRest(topic, endMs)) continue;
      this.#going.add(topic);
      break;
    }
    this.#isGoing = this.#going.size > 0;
    if (this.#isGoing) setImmediate(this.#goOn);
  };

  /** Returns false when the time is over before all are told. */
  #tellRest(topic: Topic, endMs: number): boolean {
    const { news, rest } = topic;
    if (news === undefined || rest === undefined) return true;
    for (let count = 1, next = rest.next(); next.done !== true; count += 1, next = rest.next()) {
      if (next.value.id !== news.exceptId) next.value.outbox.event(news.frames);
      if (count % this.#pacing.visitsPerLook === 0 && performance.now() >= endMs) return false;
    }
    topic.toldState = news.state;
    topic.news = topic.rest = undefined;
    return true;
  }

  #topicOf(key: string, userId: UserId): Topic {
    const { eventsPerSec, burstCount } = this.#pacing;
    const topic: Topic = this.#topics.get(key) ?? {
      userId,
      budget: new AnswerBudget(eventsPerSec, burstCount, this.#clock),
      news: undefined,
      rest: undefined,
      toldState: undefined,
      timer: undefined,
    };
    this.#topics.delete(key); // to the end
    this.#topics.set(key, topic);
    if (this.#topics.size > MAX_REMEMBERED) this.#forget();
    return topic;
  }

  /** Full ones are dropped and made again when needed; looks at the oldest only. */
  #forget(): void {
    for (const [key, { news, budget }] of this.#topics) {
      if (this.#topics.size <= MAX_REMEMBERED || news !== undefined || !budget.isFull()) return;
      this.#topics.delete(key);
    }
  }
}
