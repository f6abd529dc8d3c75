// Groups of failed batches: whoever is told of their messages must be in them as the store has it.
import type { ChatId } from "../../protocol/ids.ts";
import type { LateGroup } from "../store.ts";
import type { Collections } from "./documents.ts";
import { GroupChanges } from "./group-changes.ts";
import { readMemberIds } from "./group-reads.ts";

/** A server has carried out or dropped what a broken connection left behind long before. */
const MAX_AGE_MS = 60_000;
/** No batch has this time: a change that only takes a version is nobody's. */
const NO_TIME_MS = 0;

interface Unsure {
  /** Of the batch, Unix milliseconds. */
  readonly timeMs: number;
  readonly sinceMs: number;
  /** It was found to be so. */
  isChanged: boolean;
}

/** A batch that fails was told to nobody, yet its changes of groups may be stored: the next batch looks before it begins. */
export class LateGroups {
  readonly #collections: Collections;
  readonly #changes: GroupChanges;
  readonly #unsure = new Map<ChatId, Unsure>();
  #changed: LateGroup[] = [];

  constructor(collections: Collections) {
    this.#collections = collections;
    this.#changes = new GroupChanges(collections);
  }

  /** Whether there are any, or some were found changed and not taken yet. */
  get isOpen(): boolean {
    return this.#unsure.size > 0 || this.#changed.length > 0;
  }

  /** Groups of which a batch that failed has begun a change. */
  add(chatIds: Iterable<ChatId>, timeMs: number): void {
    const sinceMs = performance.now();
    for (const chatId of chatIds) this.#unsure.set(chatId, { timeMs, sinceMs, isChanged: false });
  }

  /**
   * Finds out which were changed. Each takes a version more, so that a command that is still on its way comes to nothing
   * afterwards; may run again after it has failed. Those that the batch with this time has changed, which begins again,
   * stay as they are: by their time it knows its own changes. The next batch finds them.
   */
  async resolve(batchMs: number): Promise<void> {
    for (const [chatId, unsure] of this.#unsure) {
      let isThere = false;
      let isOfBatch = false;
      await this.#changes.run(chatId, NO_TIME_MS, async (group) => {
        isThere = true;
        const isOurs = group.changed_ms === unsure.timeMs;
        unsure.isChanged ||= isOurs;
        isOfBatch = isOurs && unsure.timeMs === batchMs;
        return isOfBatch ? undefined : { claim: { set: {}, members: [] } };
      });
      if (isOfBatch) continue;
      // One that was about to be made may still come.
      if (!isThere && performance.now() - unsure.sinceMs < MAX_AGE_MS) continue;
      if (unsure.isChanged) this.#changed.push({ chatId, memberIds: await readMemberIds(this.#collections, chatId) });
      this.#unsure.delete(chatId);
    }
  }

  /** Those that were found changed since the last call, as they are now. */
  take(): LateGroup[] {
    const changed = this.#changed;
    this.#changed = [];
    return changed;
  }
}
