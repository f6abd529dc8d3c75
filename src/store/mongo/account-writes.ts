// The writes that concern users: accounts, profiles, tokens, contacts. Each is one step that may run again.
import type { Profile } from "../../protocol/entities.ts";
import { COMMON_CHAT } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { ChangeKind, GroupKind } from "../../domain/writes/table.ts";
import type { Write, WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { TokenTimes } from "../token-times.ts";
import { isStillPassword, writerRefusal } from "../may.ts";
import { readIsBlocked } from "./account-reads.ts";
import { AccountStates } from "./account-states.ts";
import type { ChatWrite, WriterState } from "./chat-batch.ts";
import { pairId } from "./documents.ts";
import type { Collections, UserDocument } from "./documents.ts";
import type { GroupWrites } from "./groups.ts";
import { isDuplicate } from "./errors.ts";
import { TokenWrites } from "./tokens.ts";
import { CONFLICT, DONE, NOT_FOUND, STALE_PASSWORD } from "../write-outcomes.ts";

/** The time of the batch, and those of tokens. */
export interface AccountTimes {
  readonly nowMs: number;
  readonly tokens: TokenTimes;
}

export type AccountWrite = Exclude<Write, ChatWrite | WriteOf<ChangeKind | GroupKind>>;

/** Accounts without a state are older than states, and active. */
const NOT_DELETED = { state: { $ne: "deleted" } } as const;

export class AccountWrites {
  readonly #state: WriterState;
  readonly #collections: Collections;
  readonly #states: AccountStates;
  readonly #tokens: TokenWrites;

  constructor(state: WriterState, groups: GroupWrites) {
    this.#states = new AccountStates(state, groups);
    this.#tokens = new TokenWrites(state.collections);
    this.#state = state;
    this.#collections = state.collections;
  }

  /** Carries out one write. */
  carryOut(write: AccountWrite, { nowMs, tokens }: AccountTimes): Promise<WriteOutcome> {
    switch (write.kind) {
      case "createUser":
        return this.#createUser(write, nowMs);
      case "putToken":
        return this.#tokens.put(write, nowMs, tokens);
      case "confirmToken":
        return this.#tokens.confirm(write);
      case "deleteToken":
        return this.#tokens.delete(write);
      case "dropTokens":
        return this.#dropTokens(write);
      case "addContact":
        return this.#addContact(write);
      case "deleteContact":
        return this.#deleteContact(write);
      case "updateProfile":
        return this.#updateProfile(write);
      case "setPassword":
        return this.#setPassword(write);
      case "setAccountState":
        return this.#states.set(write);
      case "deleteAccount":
        return this.#states.delete(write, nowMs);
      case "block":
        return this.#states.block(write);
      case "unblock":
        return this.#states.unblock(write);
    }
  }

  async #createUser(write: WriteOf<"createUser">, nowMs: number): Promise<WriteOutcome<"createUser">> {
    const { userId, username, usernameKey, passwordHash, mustChangePassword = false } = write;
    const { users, lastSeqs } = this.#state;
    const holders = await this.#collections.users
      .find({ $or: [{ _id: userId }, { username_key: usernameKey }] })
      .toArray();
    const same = holders.find((holder) => holder._id === userId && holder.username_key === usernameKey);
    if (same !== undefined) return { done: true, result: { profile: profileOf(same) } };
    if (holders.length > 0) return CONFLICT;
    await lastSeqs.load([COMMON_CHAT]);
    // First the mark: a user that a crash left without one would find everything unread.
    await this.#startMark(userId, COMMON_CHAT, lastSeqs.of(COMMON_CHAT));
    const user: UserDocument = {
      _id: userId,
      username,
      username_key: usernameKey,
      password_hash: passwordHash,
      first_name: "",
      second_name: "",
      bio: "",
      file_name: null,
      state: "active",
      must_change_password: mustChangePassword ? 1 : 0,
      created_ms: nowMs,
    };
    try {
      await this.#collections.users.insertOne(user);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return this.#createUser(write, nowMs); // another server was quicker: it is there now
    }
    await users.load([userId]);
    return { done: true, result: { profile: profileOf(user) } };
  }

  async #startMark(userId: UserId, chatId: ChatId, seq: number): Promise<void> {
    const update = { $setOnInsert: { user_id: userId, chat_id: chatId, seq } };
    await this.#collections.members.updateOne({ _id: pairId(userId, chatId) }, update, { upsert: true });
  }

  async #updateProfile({ userId, changes }: WriteOf<"updateProfile">): Promise<WriteOutcome<"updateProfile">> {
    await this.#state.users.load([userId]);
    const refused = this.#state.users.refusalOf(userId);
    if (refused !== undefined) return refused;
    const { first_name, second_name, bio, file_name } = changes;
    const given = Object.entries({ first_name, second_name, bio }).filter(([, value]) => value != null);
    const $set = { ...Object.fromEntries(given), ...(file_name === undefined ? {} : { file_name }) };
    const { users } = this.#collections;
    const user =
      Object.keys($set).length === 0
        ? await users.findOne({ _id: userId, ...NOT_DELETED })
        : await users.findOneAndUpdate({ _id: userId, ...NOT_DELETED }, { $set }, { returnDocument: "after" });
    return user === null ? NOT_FOUND : { done: true, result: { profile: profileOf(user) } };
  }

  /** The tokens first: what a crash leaves is then safe, and the same command mends it. */
  async #setPassword(write: WriteOf<"setPassword">): Promise<WriteOutcome<"setPassword">> {
    const { userId, passwordHash, keepTokenHash, mustChangePassword = false, verifiedHash } = write;
    const user = await this.#collections.users.findOne({ _id: userId, ...NOT_DELETED });
    if (user === null) return NOT_FOUND;
    const refusal = verifiedHash === undefined ? undefined : writerRefusal(user.state ?? "active");
    if (refusal !== undefined) return { done: false, refusal };
    if (!isStillPassword(user.password_hash, verifiedHash, passwordHash)) return STALE_PASSWORD;
    await this.#tokens.dropBut(userId, keepTokenHash);
    const update = { $set: { password_hash: passwordHash, must_change_password: mustChangePassword ? 1 : 0 } } as const;
    const { matchedCount } = await this.#collections.users.updateOne({ _id: userId, ...NOT_DELETED }, update);
    return matchedCount > 0 ? DONE : NOT_FOUND;
  }

  async #dropTokens({ userId, keepTokenHash }: WriteOf<"dropTokens">): Promise<WriteOutcome<"dropTokens">> {
    if (!(await this.#isPresent(userId))) return NOT_FOUND;
    await this.#tokens.dropBut(userId, keepTokenHash);
    return DONE;
  }

  async #addContact(write: WriteOf<"addContact">): Promise<WriteOutcome<"addContact">> {
    const { userId: user_id, contactId: contact_id } = write;
    const { users, collections } = this.#state;
    await users.load([user_id, contact_id]);
    const refused = users.refusalOf(user_id);
    if (refused !== undefined) return refused;
    if (!users.isPresent(contact_id)) return NOT_FOUND;
    const done = { done: true, result: { isBlocked: await readIsBlocked(collections, user_id, contact_id) } } as const;
    try {
      const name_key = users.keyOf(contact_id);
      await this.#collections.contacts.insertOne({ _id: pairId(user_id, contact_id), user_id, contact_id, name_key });
      return done;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return CONFLICT;
    }
  }

  async #deleteContact(write: WriteOf<"deleteContact">): Promise<WriteOutcome<"deleteContact">> {
    const { deletedCount } = await this.#collections.contacts.deleteOne({ _id: pairId(write.userId, write.contactId) });
    return deletedCount > 0 ? DONE : NOT_FOUND;
  }

  async #isPresent(userId: UserId): Promise<boolean> {
    await this.#state.users.load([userId]);
    return this.#state.users.isPresent(userId);
  }
}

export function profileOf({ _id, username, first_name, second_name, bio, file_name }: UserDocument): Profile {
  return { user_id: _id, username, first_name, second_name, bio, file_name };
}
