// Roles of a batch's writers in the groups that they write in, as they are when the batch is planned.
import { postingRefusal, speakerIn, typingRefusal, type SpeakingRules } from "../../domain/groups.ts";
import { Refusal } from "../../domain/refusal.ts";
import { MAX_FAMILIAR_MEMBERS } from "../../protocol/limits.ts";
import type { HistoryRule, Role } from "../../protocol/entities.ts";
import { chatForm } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { pairId } from "./documents.ts";
import type { Collections } from "./documents.ts";
import { readMemberIds, settingsOf } from "./group-reads.ts";

/** A write in a chat. */
interface ChatWrite {
  readonly kind: "append" | "markRead" | "typing";
  readonly userId: UserId;
  readonly chatId: ChatId;
}

interface InGroup {
  readonly role: Role;
  readonly sinceSeq: number;
}

interface Group extends SpeakingRules {
  readonly history: HistoryRule;
  readonly memberCount: number;
}

/** Read for each batch: servers beside this one change groups too. */
export class GroupStandings {
  readonly #groups = new Map<ChatId, Group>();
  readonly #members = new Map<string, InGroup>();
  /** Of groups in which somebody types, and that are small enough. */
  readonly #memberIds = new Map<ChatId, readonly UserId[]>();

  async load(collections: Collections, all: readonly ChatWrite[]): Promise<void> {
    const writes = all.filter(({ chatId }) => chatForm(chatId)?.kind === "group");
    if (writes.length === 0) return;
    const ids = [...new Set(writes.map(({ chatId }) => chatId))];
    const pairs = [...new Set(writes.map(({ userId, chatId }) => pairId(userId, chatId)))];
    const groups = collections.chats.find({ _id: { $in: ids }, kind: "group" });
    const members = collections.members.find({ _id: { $in: pairs } });
    for await (const group of groups) {
      this.#groups.set(group._id, { ...settingsOf(group), memberCount: group.member_count ?? 0 });
    }
    for await (const { _id, role, since_seq: sinceSeq = 1 } of members) {
      if (role != null) this.#members.set(_id, { role, sinceSeq });
    }
    for (const { kind, chatId } of writes) {
      if (kind !== "typing" || this.#memberIds.has(chatId)) continue;
      if ((this.#groups.get(chatId)?.memberCount ?? Infinity) > MAX_FAMILIAR_MEMBERS) continue;
      this.#memberIds.set(chatId, await readMemberIds(collections, chatId));
    }
  }

  /** Why the write in a group may not be. */
  refusal({ kind, userId, chatId }: ChatWrite): Refusal | undefined {
    const group = this.#groups.get(chatId);
    if (group === undefined) return Refusal.NoChat;
    const role = this.#members.get(pairId(userId, chatId))?.role;
    if (kind === "append") return postingRefusal(speakerIn(role, userId), group);
    if (kind === "typing") return typingRefusal(role, group);
    return role === undefined ? Refusal.NoChat : undefined;
  }

  /** Whether the user has a read mark in the chat: in groups that the server speaks in without being there it has none. */
  hasMark(chatId: ChatId, userId: UserId): boolean {
    return chatForm(chatId)?.kind !== "group" || this.#members.has(pairId(userId, chatId));
  }

  /** Whether the user may not see a message of the chat because it is older than the joining. */
  isHidden(chatId: ChatId, userId: UserId, seq: number): boolean {
    const sinceSeq = this.#members.get(pairId(userId, chatId))?.sinceSeq ?? 1;
    return this.#groups.get(chatId)?.history === "joined" && seq < sinceSeq;
  }

  /** Users who are told that somebody types. */
  othersIn(chatId: ChatId, userId: UserId): UserId[] {
    return (this.#memberIds.get(chatId) ?? []).filter((id) => id !== userId);
  }
}
