// Changes of accounts: disabled, deleted, blocked by others. Each is one step that may run again.
import { isStillPassword } from "../may.ts";
import type { UserId } from "../../protocol/ids.ts";
import { HOLDERS_TOLD } from "../../domain/writes/delete-account.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { WriterState } from "./chat-batch.ts";
import type { GroupWrites } from "./groups.ts";
import { pairId } from "./documents.ts";
import { isDuplicate } from "./errors.ts";
import { CONFLICT, DONE, NOT_FOUND, STALE_PASSWORD } from "../write-outcomes.ts";

export class AccountStates {
  readonly #state: WriterState;
  readonly #groups: GroupWrites;
  /** Of deletions that are under way. */
  readonly #holdersOf = new Map<UserId, readonly UserId[]>();

  constructor(state: WriterState, groups: GroupWrites) {
    this.#state = state;
    this.#groups = groups;
  }

  /** The tokens go last: before that the state keeps their holder out already. */
  async set({ userId, state }: WriteOf<"setAccountState">): Promise<WriteOutcome<"setAccountState">> {
    const { users, tokens } = this.#state.collections;
    const { matchedCount } = await users.updateOne({ _id: userId, state: { $ne: "deleted" } }, { $set: { state } });
    this.#state.users.forget(); // the old state
    if (matchedCount === 0) return NOT_FOUND;
    if (state === "disabled") await tokens.deleteMany({ user_id: userId });
    return DONE;
  }

  /** The name goes last: a repeat of a deletion that was broken off finds the rest to remove by the id alone. */
  async delete(write: WriteOf<"deleteAccount">, nowMs: number): Promise<WriteOutcome<"deleteAccount">> {
    const { userId, verifiedHash, username, usernameKey } = write;
    const { users, tokens, contacts, blocks, reactions } = this.#state.collections;
    const user = await users.findOne({ _id: userId });
    if (user === null) return NOT_FOUND;
    if (user.state !== "deleted" && !isStillPassword(user.password_hash, verifiedHash)) return STALE_PASSWORD;
    const empty = { password_hash: "", first_name: "", second_name: "", bio: "", file_name: null };
    const holders = await this.#holders(userId);
    const groups = await this.#groups.leaveAll(userId, nowMs);
    await tokens.deleteMany({ user_id: userId });
    await contacts.deleteMany({ $or: [{ user_id: userId }, { contact_id: userId }] });
    await blocks.deleteMany({ $or: [{ user_id: userId }, { blocked_id: userId }] });
    await reactions.updateMany({ user_id: userId }, { $set: { name_key: username } });
    const update = { $set: { ...empty, state: "deleted" as const, username, username_key: usernameKey } };
    const { matchedCount } = await users.updateOne({ _id: userId }, update);
    this.#state.users.forget(); // the old name
    this.#holdersOf.delete(userId);
    return matchedCount > 0 ? { done: true, result: { formerName: user.username, holders, groups } } : NOT_FOUND;
  }

  /** Users with the user as a contact; as it was before a deletion that was broken off. */
  async #holders(userId: UserId): Promise<readonly UserId[]> {
    const known = this.#holdersOf.get(userId);
    if (known !== undefined) return known;
    const found = this.#state.collections.contacts.find({ contact_id: userId }, { projection: { user_id: 1 } });
    const holders = (await found.limit(HOLDERS_TOLD).toArray()).map(({ user_id }) => user_id);
    this.#holdersOf.set(userId, holders);
    return holders;
  }

  async block(write: WriteOf<"block">): Promise<WriteOutcome<"block">> {
    const { userId: user_id, blockedId: blocked_id } = write;
    const { users, collections } = this.#state;
    await users.load([user_id, blocked_id]);
    const refused = users.refusalOf(user_id);
    if (refused !== undefined) return refused;
    if (!users.isPresent(blocked_id)) return NOT_FOUND;
    try {
      const name_key = users.keyOf(blocked_id);
      await collections.blocks.insertOne({ _id: pairId(user_id, blocked_id), user_id, blocked_id, name_key });
      return DONE;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return CONFLICT;
    }
  }

  async unblock(write: WriteOf<"unblock">): Promise<WriteOutcome<"unblock">> {
    const id = pairId(write.userId, write.blockedId);
    const { deletedCount } = await this.#state.collections.blocks.deleteOne({ _id: id });
    return deletedCount > 0 ? DONE : NOT_FOUND;
  }
}
