// Reactions to messages: counted in the message, one document for each user.
import type { UserId } from "../../protocol/ids.ts";
import { MAX_REACTION_KINDS, REACTION_USERS } from "../../protocol/limits.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { WriteOf } from "../../domain/writes/table.ts";
import { countOf, countsOf, withCount } from "../reaction-counts.ts";
import type { NamePage, ReactionPage, ReactionTarget } from "../store.ts";
import type { Collections, MessageDocument, ReactionDocument } from "./documents.ts";
import { usernames } from "./users.ts";

/** Kinds of reactions whose users are asked for at the same time. */
const QUERIES_AT_ONCE = 16;

export function reactionId({
  chat_id,
  seq,
  reaction,
  user_id,
}: Omit<ReactionDocument, "_id" | "name_key" | "rev">): string {
  return `${chat_id}|${seq}|${reaction}|${user_id}`;
}

/** Why no reaction of this kind may come to the message. */
export function reactionRefusal(
  { reactions }: MessageDocument,
  { reaction, on }: WriteOf<"react">,
): Refusal | undefined {
  const counts = countsOf(reactions);
  const isFull = counts.length >= MAX_REACTION_KINDS && countOf(counts, reaction) === 0;
  return on && isFull ? Refusal.Quota : undefined;
}

/**
 * Stores or removes the user's reaction, and counts those of its kind: what the message says of it is to be; undefined
 * where it says so already. A try that broke off between the two is made whole by the next.
 */
export async function countReaction(
  { reactions }: Collections,
  found: MessageDocument,
  { chatId: chat_id, seq, reaction, userId: user_id, on }: WriteOf<"react">,
  { rev, nameKey }: { readonly rev: number; readonly nameKey: string },
): Promise<{ reactions: MessageDocument["reactions"] } | undefined> {
  const document = { chat_id, seq, reaction, user_id, name_key: nameKey, rev };
  const _id = reactionId(document);
  if (on) await reactions.updateOne({ _id }, { $setOnInsert: document }, { upsert: true });
  else await reactions.deleteOne({ _id });
  // Not countDocuments: that is a $group, which not every server has.
  const count = await reactions.count({ chat_id, seq, reaction });
  const before = countsOf(found.reactions);
  if (countOf(before, reaction) === count) return undefined;
  const after = withCount(before, reaction, count);
  return { reactions: after.length === 0 ? undefined : JSON.stringify(after) };
}

/** Of a message that is deleted. */
export async function dropReactions({ reactions }: Collections, { chat_id, seq }: MessageDocument): Promise<void> {
  await reactions.deleteMany({ chat_id, seq });
}

/** The first users of each kind, by `reactorsKey`. */
export async function readReactors(
  { reactions }: Collections,
  documents: readonly MessageDocument[],
): Promise<Map<string, UserId[]>> {
  const kinds = documents.flatMap(({ chat_id, seq, reactions: json }) =>
    countsOf(json).map(([reaction]) => ({ chat_id, seq, reaction })),
  );
  const found = new Map<string, UserId[]>();
  for (let start = 0; start < kinds.length; start += QUERIES_AT_ONCE) {
    const some = kinds.slice(start, start + QUERIES_AT_ONCE).map(async (kind) => {
      const first = reactions
        .find(kind, { projection: { user_id: 1 } })
        .sort({ rev: 1 })
        .limit(REACTION_USERS);
      found.set(
        reactorsKey(kind),
        (await first.toArray()).map(({ user_id }) => user_id),
      );
    });
    await Promise.all(some);
  }
  return found;
}

export function reactorsKey({ chat_id, seq, reaction }: Pick<ReactionDocument, "chat_id" | "seq" | "reaction">) {
  return `${chat_id}|${seq}|${reaction}`;
}

/** See StoreReader.reactions. */
export async function readReactions(
  collections: Collections,
  { chatId: chat_id, seq, reaction }: ReactionTarget,
  { after, limit }: NamePage,
): Promise<ReactionPage | undefined> {
  const message = await collections.messages.findOne({ chat_id, seq }, { projection: { deleted: 1 } });
  if (message === null || message.deleted !== undefined) return undefined;
  const filter = { chat_id, seq, reaction, name_key: { $gt: after } };
  const found = await collections.reactions
    .find(filter, { projection: { user_id: 1 } })
    .sort({ name_key: 1 })
    .limit(limit + 1)
    .toArray();
  const ids = found.slice(0, limit).map(({ user_id }) => user_id);
  const names = await usernames(collections, ids);
  return {
    users: ids.map((userId) => ({ userId, username: names.get(userId) ?? "" })),
    hasMore: found.length > limit,
  };
}
