// The writes that concern groups. Each is decided by the group as it is, and claimed in its document: one change after the
// other, whatever number of servers write.
import type { Role } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { actorRefusal, addRefusal, isSame, removalRefusal, roleRefusal } from "../../domain/groups.ts";
import type { Actor, GroupChanged, GroupLeft, GroupLimits, NamedMember } from "../../domain/groups.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { GroupKind, WriteOf, WriteOutcome, WriteResults } from "../../domain/writes/table.ts";
import { readIsBlocked } from "./account-reads.ts";
import type { WriterState } from "./chat-batch.ts";
import { pairId } from "./documents.ts";
import type { ChatDocument, MemberChange } from "./documents.ts";
import { isDuplicate } from "./errors.ts";
import { GroupChanges, type Claim } from "./group-changes.ts";
import {
  IN_GROUP,
  readFormerIds,
  readGroup,
  readGroupMembers,
  readMemberIds,
  readRole,
  settingsOf,
} from "./group-reads.ts";
import { readLastSeqs } from "./last-seqs.ts";

/** Outcome of a write by the group as it is: refused, done already, or a change of it. */
type Decision<K extends GroupKind> =
  | { readonly refusal: Refusal }
  | { readonly result: WriteResults[K] }
  | { readonly claim: Claim; readonly tell: (group: ChatDocument) => Promise<WriteResults[K]> };

/** A group as a write finds it. */
interface Found {
  readonly group: ChatDocument;
  /** It was changed last by the first try of this batch: what is so already was done then, and told to nobody. */
  readonly isOwnTry: boolean;
}

export class GroupWrites {
  readonly #state: WriterState;
  readonly #changes: GroupChanges;
  /** Groups that the batch under way has changed. */
  readonly #changed = new Set<ChatId>();

  constructor(state: WriterState) {
    this.#state = state;
    this.#changes = new GroupChanges(state.collections);
  }

  /** To be called when a batch begins. */
  begin(): void {
    this.#changed.clear();
    this.#changes.begun.clear();
  }

  /** Groups of which the batch under way has begun a change, whatever came of it. */
  get begun(): ReadonlySet<ChatId> {
    return this.#changes.begun;
  }

  /** Finishes what servers before this one have begun. */
  finishAll(): Promise<void> {
    return this.#changes.finishAll();
  }

  /**
   * Carries out one write. `isRepeat` says that it was begun before and nobody knows how that ended: what is so already
   * is then its own doing.
   */
  async carryOut(write: WriteOf<GroupKind>, nowMs: number, isRepeat: boolean): Promise<WriteOutcome> {
    const { users } = this.#state;
    if (write.userId !== undefined) {
      await users.load([write.userId]);
      const refused = users.refusalOf(write.userId);
      if (refused !== undefined) return refused;
    }
    return this.#decided(write, nowMs, isRepeat);
  }

  /** Takes an account that is deleted out of its groups; one that lost its last owner has another, or ends. */
  async leaveAll(userId: UserId, nowMs: number): Promise<GroupLeft[]> {
    const { members } = this.#state.collections;
    // Also out of those that it has left by the first try of this batch, which was told to nobody.
    const found = members.find({ user_id: userId, $or: [IN_GROUP, { changed_ms: nowMs }] });
    const left: GroupLeft[] = [];
    for (const { chat_id: chatId } of await found.toArray()) {
      await this.#changes.run(chatId, nowMs, async (group) => {
        if ((await readRole(this.#state.collections, chatId, userId)) === undefined) return undefined;
        const heirId = await this.#heir(group, userId);
        const heir: MemberChange[] = heirId === undefined ? [] : [{ user_id: heirId, role: "owner" }];
        return { claim: leaving(group, userId, heir) };
      });
      this.#changed.add(chatId);
      const heir = await members.findOne({ chat_id: chatId, role: "owner", changed_ms: nowMs });
      left.push({ chatId, successor: heir === null ? undefined : await this.#named(heir.user_id, "owner") });
    }
    return left;
  }

  #decided(write: WriteOf<GroupKind>, nowMs: number, isRepeat: boolean): Promise<WriteOutcome> {
    const run = <K extends GroupKind>(decide: (found: Found) => Promise<Decision<K>>): Promise<WriteOutcome<K>> =>
      this.#run(write.chatId, nowMs, isRepeat, decide);
    switch (write.kind) {
      case "createGroup":
        return this.#create(write, nowMs, isRepeat);
      case "updateGroup":
        return run<"updateGroup">((found) => this.#update(write, found));
      case "addMember":
        return this.#add(write, nowMs, isRepeat);
      case "removeMember":
        return run<"removeMember">((found) => this.#remove(write, found));
      case "setRole":
        return run<"setRole">((found) => this.#setRole(write, found));
      case "deleteGroup":
        return run<"deleteGroup">((found) => this.#delete(write, found));
    }
  }

  async #run<K extends GroupKind>(
    chatId: ChatId,
    nowMs: number,
    isRepeat: boolean,
    decide: (found: Found) => Promise<Decision<K>>,
  ): Promise<WriteOutcome<K>> {
    const made: { decision: Decision<K> } = { decision: { refusal: Refusal.NoChat } };
    const group = await this.#changes.run(chatId, nowMs, async (found) => {
      const isOwnTry = found.changed_ms === nowMs && (isRepeat || !this.#changed.has(chatId));
      const isThere = found.kind === "group" || isOwnTry;
      made.decision = isThere ? await decide({ group: found, isOwnTry }) : { refusal: Refusal.NoChat };
      return "claim" in made.decision ? { claim: made.decision.claim } : undefined;
    });
    const { decision } = made;
    if ("refusal" in decision) return { done: false, refusal: decision.refusal };
    if ("result" in decision) return { done: true, result: decision.result };
    const result = await decision.tell(group);
    this.#changed.add(chatId);
    return { done: true, result };
  }

  async #create(write: WriteOf<"createGroup">, nowMs: number, isRepeat: boolean): Promise<WriteOutcome<"createGroup">> {
    const { chatId, userId, title, topic, memberIds, limits } = write;
    const { chats } = this.#state.collections;
    const known = await chats.findOne({ _id: chatId });
    if (known !== null) return this.#again(write, nowMs, isRepeat);
    const refusal = await this.#membersRefusal(userId, memberIds, limits);
    if (refusal !== undefined) return { done: false, refusal };
    const members = memberIds.map((user_id) => ({ user_id, role: "member" as const, since_seq: 1, seq: 0 }));
    const all: MemberChange[] = [{ user_id: userId, role: "owner", since_seq: 1, seq: 0 }, ...members];
    const fields = { kind: "group", title, topic, posting: "all", history_rule: "all", creator_id: userId } as const;
    const place = { first_id: null, second_id: null, seq_hint: 0, last_ms: nowMs, changed_ms: nowMs };
    const pending = { version: 1, time_ms: nowMs, members: all };
    this.#changes.begun.add(chatId);
    try {
      await chats.insertOne({ _id: chatId, ...fields, ...place, member_count: all.length, version: 1, pending });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return this.#again(write, nowMs, isRepeat); // another server was quicker, or the try before
    }
    const group = await this.#changes.finish(chatId, pending);
    if (await this.#areOver([userId, ...memberIds], limits)) {
      await this.#changes.run(chatId, nowMs, async () => ({ claim: END }));
      return { done: false, refusal: Refusal.Quota };
    }
    const result = await this.#told(group, true);
    this.#changed.add(chatId);
    return { done: true, result };
  }

  /** The group is there, or was. */
  async #again(write: WriteOf<"createGroup">, nowMs: number, isRepeat: boolean): Promise<WriteOutcome<"createGroup">> {
    const { chatId, userId } = write;
    const outcome = await this.#run<"createGroup">(chatId, nowMs, isRepeat, async ({ group, isOwnTry }) => {
      const role = await readRole(this.#state.collections, chatId, userId);
      const isOwn = group.kind === "group" && group.creator_id === userId && role !== undefined;
      return isOwn ? { result: await this.#told(group, isOwnTry) } : { refusal: Refusal.Conflict };
    });
    return outcome.done ? outcome : { done: false, refusal: Refusal.Conflict };
  }

  async #update({ chatId, userId, changes }: WriteOf<"updateGroup">, { group, isOwnTry }: Found) {
    const before = settingsOf(group);
    const next = { ...before, ...changes };
    const isThere = isSame(before, next);
    // By the first try of this batch, which may have taken away the role as well; so below.
    if (isThere && isOwnTry) return { result: await this.#told(group, true) };
    const refusal = actorRefusal(await this.#actor(chatId, userId), "moderator");
    if (refusal !== undefined) return { refusal };
    if (isThere) return { result: await this.#told(group, false) };
    const { history: history_rule, archived, ...rest } = next;
    const set = { ...rest, history_rule, archived: archived ? 1 : 0 } as const;
    return { claim: { set, members: [] }, tell: (now: ChatDocument) => this.#told(now, true) };
  }

  async #add(write: WriteOf<"addMember">, nowMs: number, isRepeat: boolean): Promise<WriteOutcome<"addMember">> {
    const { chatId, userId, memberId, role, limits } = write;
    let isNew = false;
    const outcome = await this.#run<"addMember">(chatId, nowMs, isRepeat, async ({ group, isOwnTry }) => {
      const tell = (now: ChatDocument) => this.#added(now, memberId);
      const before = await readRole(this.#state.collections, chatId, memberId);
      if (before === role && isOwnTry) return { result: await tell(group) };
      const refusal = addRefusal(await this.#actor(chatId, userId), role);
      if (refusal !== undefined) return { refusal };
      await this.#state.users.load([memberId]);
      if (!this.#state.users.isPresent(memberId)) return { refusal: Refusal.NotFound };
      if (before !== undefined) return { refusal: Refusal.Conflict };
      const { collections } = this.#state;
      if (userId !== undefined && (await readIsBlocked(collections, userId, memberId)))
        return { refusal: Refusal.Blocked };
      const { member_count = 0 } = group;
      if (member_count >= limits.members || (await this.#areFull([memberId], limits)))
        return { refusal: Refusal.Quota };
      isNew = true;
      const seq = (await readLastSeqs(collections, [group])).get(chatId) ?? 0;
      const members = [{ user_id: memberId, role, since_seq: seq + 1, seq }];
      return { claim: { set: { member_count: member_count + 1 }, members }, tell };
    });
    if (!isNew || !outcome.done || !(await this.#areOver([memberId], limits))) return outcome;
    await this.#changes.run(chatId, nowMs, async (group) => ({ claim: leaving(group, memberId) }));
    return { done: false, refusal: Refusal.Quota };
  }

  async #remove({ chatId, userId, memberId }: WriteOf<"removeMember">, { group, isOwnTry }: Found) {
    const role = await readRole(this.#state.collections, chatId, memberId);
    const { username } = await this.#named(memberId, "member");
    if (role === undefined && isOwnTry) return { result: { username } };
    const refusal = removalRefusal({
      actor: await this.#actor(chatId, userId),
      role,
      isSelf: userId === memberId,
      ownerCount: await this.#ownerCount(chatId),
      memberCount: group.member_count ?? 0,
    });
    if (refusal !== undefined) return { refusal };
    return { claim: leaving(group, memberId), tell: async () => ({ username }) };
  }

  async #setRole({ chatId, userId, memberId, role }: WriteOf<"setRole">, { isOwnTry }: Found) {
    const before = await readRole(this.#state.collections, chatId, memberId);
    const actor = await this.#actor(chatId, userId);
    const member = await this.#named(memberId, role);
    if (before === role && isOwnTry) return { result: { isChanged: true, member } };
    const refusal = roleRefusal({ actor, role: before, ownerCount: await this.#ownerCount(chatId) }, role);
    if (refusal !== undefined) return { refusal };
    if (before === role) return { result: { isChanged: false, member } };
    const members = [{ user_id: memberId, role }];
    return { claim: { set: {}, members }, tell: async () => ({ isChanged: true, member }) };
  }

  async #delete({ chatId, userId }: WriteOf<"deleteGroup">, { group }: Found) {
    if (group.kind === "gone") {
      // By the first try of this batch.
      return { result: { memberIds: await readFormerIds(this.#state.collections, chatId, group.version) } };
    }
    const refusal = actorRefusal(await this.#actor(chatId, userId), "owner");
    if (refusal !== undefined) return { refusal };
    const memberIds = await readMemberIds(this.#state.collections, chatId);
    return { claim: END, tell: async () => ({ memberIds }) };
  }

  async #told(group: ChatDocument, isChanged: boolean): Promise<GroupChanged> {
    const { collections } = this.#state;
    const [seen, members] = await Promise.all([
      readGroup(collections, group),
      readGroupMembers(collections, group._id),
    ]);
    return { isChanged, group: seen, members };
  }

  async #added(document: ChatDocument, memberId: UserId): Promise<WriteResults["addMember"]> {
    const { group, members } = await this.#told(document, true);
    const member = members.find(({ userId }) => userId === memberId);
    if (member === undefined) throw new Error(`store: a new member is not there (${document._id})`);
    const otherIds = members.filter((other) => other !== member).map(({ userId }) => userId);
    return { group, member: { ...member, ...(await this.#named(memberId, member.role)) }, otherIds };
  }

  async #named(userId: UserId, role: Role): Promise<NamedMember> {
    await this.#state.users.load([userId]);
    return { userId, username: this.#state.users.nameOf(userId) ?? "", role };
  }

  async #actor(chatId: ChatId, userId: UserId | undefined): Promise<Actor> {
    return userId === undefined ? "administrator" : readRole(this.#state.collections, chatId, userId);
  }

  async #ownerCount(chatId: ChatId): Promise<number> {
    const { members } = this.#state.collections;
    return (await members.find({ chat_id: chatId, role: "owner" }, { projection: { _id: 1 } }).toArray()).length;
  }

  /** The next owner of a group that this user leaves, where it would have none: a moderator first, then who came first. */
  async #heir({ _id: chatId }: ChatDocument, userId: UserId): Promise<UserId | undefined> {
    const all = await readGroupMembers(this.#state.collections, chatId);
    const others = all.filter((member) => member.userId !== userId);
    if (others.some(({ role }) => role === "owner")) return undefined;
    const moderators = others.filter(({ role }) => role === "moderator");
    const [first] = (moderators.length > 0 ? moderators : others).toSorted(
      (one, other) => one.sinceSeq - other.sinceSeq || (one.userId < other.userId ? -1 : 1),
    );
    return first?.userId;
  }

  async #membersRefusal(userId: UserId, memberIds: readonly UserId[], limits: GroupLimits) {
    const { users, collections } = this.#state;
    await users.load(memberIds);
    if (memberIds.some((id) => !users.isPresent(id))) return Refusal.NotFound;
    const pairs = memberIds.flatMap((id) => [pairId(userId, id), pairId(id, userId)]);
    if (pairs.length > 0 && (await collections.blocks.findOne({ _id: { $in: pairs } })) !== null)
      return Refusal.Blocked;
    const isTooMany = memberIds.length + 1 > limits.members;
    return isTooMany || (await this.#areFull([userId, ...memberIds], limits)) ? Refusal.Quota : undefined;
  }

  /** Whether one of the users is in as many groups as allowed. */
  #areFull(userIds: readonly UserId[], { groups }: GroupLimits): Promise<boolean> {
    return this.#areIn(userIds, groups);
  }

  /** Whether one of the users is in more: of two servers that add at the same moment each takes its own back. */
  #areOver(userIds: readonly UserId[], { groups }: GroupLimits): Promise<boolean> {
    return this.#areIn(userIds, groups + 1);
  }

  async #areIn(userIds: readonly UserId[], groupCount: number): Promise<boolean> {
    const { members } = this.#state.collections;
    for (const userId of userIds) {
      const found = members.find({ user_id: userId, ...IN_GROUP }, { projection: { _id: 1 } }).limit(groupCount);
      if ((await found.toArray()).length >= groupCount) return true;
    }
    return false;
  }
}

/** The end of a group: nobody is in it any more. */
const END: Claim = { set: { kind: "gone", title: "", topic: "", archived: 0, member_count: 0 }, members: "all" };

/** Somebody leaves; the last one ends the group. */
function leaving(group: ChatDocument, userId: UserId, others: readonly MemberChange[] = []): Claim {
  const { member_count = 0 } = group;
  if (member_count <= 1) return END;
  return { set: { member_count: member_count - 1 }, members: [{ user_id: userId, role: null }, ...others] };
}
