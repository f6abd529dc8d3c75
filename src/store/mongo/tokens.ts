// The writes that concern tokens: made, replaced, confirmed, made void. Each is one step that may run again.
import type { UserId } from "../../protocol/ids.ts";
import { isStillPassword, writerRefusal } from "../may.ts";
import { TOKENS_PER_USER } from "../../domain/writes/put-token.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { TokenTimes } from "../token-times.ts";
import { DONE, NOT_FOUND } from "../write-outcomes.ts";
import type { Collections, TokenDocument } from "./documents.ts";

const NO_PREVIOUS = { $set: { previous_hash: null, previous_ms: null } } as const;

export class TokenWrites {
  readonly #collections: Collections;

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  async put(write: WriteOf<"putToken">, nowMs: number, times: TokenTimes): Promise<WriteOutcome<"putToken">> {
    const { userId, passwordHash, oldTokenHash, newTokenHash } = write;
    const { tokens, users } = this.#collections;
    const user = await users.findOne({ _id: userId });
    if (user === null || !isStillPassword(user.password_hash, passwordHash)) return NOT_FOUND;
    const refusal = writerRefusal(user.state ?? "active");
    if (refusal !== undefined) return { done: false, refusal };
    const present = await tokens.findOne({ hash: newTokenHash });
    if (present?.user_id === userId) return DONE;
    await users.updateOne({ _id: userId }, { $set: { last_login_ms: nowMs } });
    if (oldTokenHash !== undefined) return this.#replace(write, oldTokenHash, times);
    await tokens.insertOne({ hash: newTokenHash, user_id: userId, created_ms: times.storedMs });
    await this.#dropSurplus(userId);
    return DONE;
  }

  async #replace(
    { userId, newTokenHash }: WriteOf<"putToken">,
    oldHash: string,
    { storedMs, expiredMs }: TokenTimes,
  ): Promise<WriteOutcome<"putToken">> {
    const { tokens } = this.#collections;
    const fresh = { hash: newTokenHash, created_ms: storedMs };
    const current = await tokens.findOne({ hash: oldHash, user_id: userId, created_ms: { $gte: expiredMs } });
    if (current !== null) {
      const change = { ...fresh, previous_hash: oldHash, previous_ms: current.created_ms };
      const { matchedCount } = await tokens.updateOne({ hash: oldHash }, { $set: change });
      return matchedCount > 0 ? DONE : NOT_FOUND;
    }
    const successor = await this.#unusedSuccessor(userId, oldHash, expiredMs);
    if (successor === null) return NOT_FOUND;
    const replacedHash = successor.hash;
    const { matchedCount } = await tokens.updateOne({ hash: replacedHash, previous_hash: oldHash }, { $set: fresh });
    return matchedCount > 0 ? { done: true, result: { replacedHash } } : NOT_FOUND;
  }

  #unusedSuccessor(userId: UserId, oldHash: string, expiredMs: number): Promise<TokenDocument | null> {
    const { tokens } = this.#collections;
    return tokens.findOne({ previous_hash: oldHash, user_id: userId, previous_ms: { $gte: expiredMs } });
  }

  async #dropSurplus(userId: UserId): Promise<void> {
    const { tokens } = this.#collections;
    const newestFirst = tokens.find({ user_id: userId }, { projection: { hash: 1 } }).sort({ created_ms: -1, _id: -1 });
    const surplus = await newestFirst.skip(TOKENS_PER_USER).toArray();
    if (surplus.length > 0) await tokens.deleteMany({ hash: { $in: surplus.map((token) => token.hash) } });
  }

  async confirm({ tokenHash }: WriteOf<"confirmToken">): Promise<WriteOutcome<"confirmToken">> {
    const { matchedCount } = await this.#collections.tokens.updateOne({ hash: tokenHash }, NO_PREVIOUS);
    return matchedCount > 0 ? DONE : NOT_FOUND;
  }

  async delete({ tokenHash }: WriteOf<"deleteToken">): Promise<WriteOutcome<"deleteToken">> {
    const { tokens } = this.#collections;
    const { deletedCount } = await tokens.deleteOne({ hash: tokenHash });
    if (deletedCount === 0) await tokens.updateOne({ previous_hash: tokenHash }, NO_PREVIOUS);
    return DONE;
  }

  /** Makes all tokens of a user void but one. */
  async dropBut(userId: UserId, keptHash = ""): Promise<void> {
    const { tokens } = this.#collections;
    await tokens.deleteMany({ user_id: userId, hash: { $ne: keptHash } });
    await tokens.updateOne({ hash: keptHash }, NO_PREVIOUS);
  }
}
