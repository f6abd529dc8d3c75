// Changes of groups, one after the other. A change is claimed in the group's document, by its version, together with what it
// makes of the members; then it is carried out there. A write that finds an unfinished one finishes it first, and doing
// it twice has no further effect, so a server may end at any moment.
import type { ChatId } from "../../protocol/ids.ts";
import { StoreUnavailableError } from "../store.ts";
import { pairId } from "./documents.ts";
import type { ChatDocument, Collections, GroupFields, MemberChange, PendingChange } from "./documents.ts";
import { isDuplicate, isOnlyDuplicates } from "./errors.ts";

/** Others that change the same group at the same moment are given way to so often. */
const MAX_TRIES = 50;

/** Effect of a change on a group; `all`: everybody is out of it. */
export interface Claim {
  readonly set: Partial<GroupFields>;
  readonly members: readonly MemberChange[] | "all";
}

export class GroupChanges {
  readonly #collections: Collections;
  /** Groups of which a change was begun, whatever came of it; its owner empties it. */
  readonly begun = new Set<ChatId>();

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  /**
   * Changes a group as `decide` says, which is asked again when somebody else was quicker; undefined for no change.
   * Resolves with the group as it is then. A group that is not there is not decided upon.
   */
  async run(
    chatId: ChatId,
    nowMs: number,
    decide: (group: ChatDocument) => Promise<{ readonly claim: Claim } | undefined>,
  ): Promise<ChatDocument> {
    const { chats } = this.#collections;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const group = await chats.findOne({ _id: chatId, kind: { $in: ["group", "gone"] } });
      if (group === null) return NO_GROUP;
      if (group.pending !== undefined) {
        await this.finish(chatId, group.pending);
        continue;
      }
      const decision = await decide(group);
      if (decision === undefined) return group;
      const { set, members } = decision.claim;
      const version = (group.version ?? 0) + 1;
      const pending = { version, time_ms: nowMs, members };
      this.begun.add(chatId);
      const $set = { ...set, version, changed_ms: nowMs, pending };
      const { matchedCount } = await chats.updateOne({ _id: chatId, version: version - 1 }, { $set });
      if (matchedCount === 1) return this.finish(chatId, pending);
    }
    throw new StoreUnavailableError("store: too many others change the same group");
  }

  /** Carries out what was claimed; resolves with the group as it is then. */
  async finish(chatId: ChatId, { version, time_ms, members: changes }: PendingChange): Promise<ChatDocument> {
    const { chats, members } = this.#collections;
    const made = { version, ...(time_ms !== undefined && { changed_ms: time_ms }) };
    if (changes === "all") {
      // Later changes have a greater version: a group that is gone has no later change.
      await members.updateMany({ chat_id: chatId, role: { $ne: null } }, { $set: { role: null, ...made } });
    } else if (changes.length > 0) {
      const operations = changes.map(({ user_id, ...change }) => {
        const _id = pairId(user_id, chatId);
        const update = { $set: { user_id, chat_id: chatId, ...change, ...made } };
        return { updateOne: { filter: { _id, version: { $lt: version } }, update, upsert: true } };
      });
      await members.bulkWrite(operations, { ordered: false }).catch((error: unknown) => {
        // One that has this version, or a later one, already.
        if (!isDuplicate(error) && !isOnlyDuplicates(error)) throw error;
      });
    }
    await chats.updateOne({ _id: chatId, "pending.version": version }, { $unset: { pending: "" } });
    return (await chats.findOne({ _id: chatId })) ?? NO_GROUP;
  }

  async finishAll(): Promise<void> {
    const open = this.#collections.chats.find({ kind: { $in: ["group", "gone"] }, pending: { $exists: true } });
    for (const { _id, pending } of await open.toArray()) if (pending !== undefined) await this.finish(_id, pending);
  }
}

const NO_GROUP: ChatDocument = { _id: "", first_id: null, second_id: null, seq_hint: 0, last_ms: 0 };
