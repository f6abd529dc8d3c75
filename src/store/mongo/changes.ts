// Changes of stored messages: each takes the next revision of its chat.
import type { ChatId } from "../../protocol/ids.ts";
import { COMMON_CHAT, directChatUsers } from "../../protocol/ids.ts";
import { Refusal } from "../refusal.ts";
import { StoreUnavailableError } from "../store.ts";
import type { WriteOf, WriteOutcome } from "../store.ts";
import type { WriterState } from "./chat-batch.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { messageOf } from "./sent-messages.ts";

/** Others that change the same message at the same moment are given way to so often. */
const MAX_TRIES = 20;

const NOT_FOUND = { done: false, refusal: Refusal.NotFound } as const;
const FORBIDDEN = { done: false, refusal: Refusal.Forbidden } as const;

/** A chat's revision: the greatest of its messages, since each change takes the next one and keeps it until the next. */
export async function readRev({ messages }: Collections, chatId: ChatId): Promise<number> {
  const latest = messages.find({ chat_id: chatId, rev: { $gt: 0 } }, { projection: { _id: 0, rev: 1 } });
  return (await latest.sort({ rev: -1 }).limit(1).next())?.rev ?? 0;
}

/**
 * Empties a message. May run again after it has failed: `isRepeat` says that it was begun before and nobody knows how that
 * ended; a change by the batch of `nowMs` is then its own.
 */
export async function deleteMessage(
  { collections, users }: WriterState,
  write: WriteOf<"deleteMessage">,
  nowMs: number,
  isRepeat: boolean,
): Promise<WriteOutcome<"deleteMessage">> {
  const { chatId, userId, seq } = write;
  await users.load([userId]);
  const mayRead = chatId === COMMON_CHAT || directChatUsers(chatId)?.includes(userId) === true;
  if (!mayRead || !users.isPresent(userId)) return NOT_FOUND;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const found = await collections.messages.findOne({ chat_id: chatId, seq });
    if (found === null) return NOT_FOUND;
    if (found.user_id !== userId) return FORBIDDEN;
    await users.load([found.user_id]);
    const username = users.nameOf(found.user_id) ?? "";
    if (found.deleted !== undefined) {
      const changedMs = found.changed_ms ?? null;
      const isChanged = isRepeat && changedMs === nowMs;
      return { done: true, result: { message: messageOf(found, username), isChanged, changedMs } };
    }
    const refused = users.refusalOf(userId);
    if (refused !== undefined) return refused;
    const rev = (await readRev(collections, chatId)) + 1;
    const change = { text: "", folded: "", rev, changed_ms: nowMs, deleted: "author" } as const;
    if (await applyTo(found, change, collections)) {
      return {
        done: true,
        result: { message: messageOf({ ...found, ...change }, username), isChanged: true, changedMs: nowMs },
      };
    }
  }
  throw new StoreUnavailableError("store: too many others change the same message");
}

/** Changes the message only if it is as it was found; resolves with whether it was. */
async function applyTo(
  { _id, rev }: MessageDocument,
  change: Partial<MessageDocument>,
  { messages }: Collections,
): Promise<boolean> {
  const unchanged = rev === undefined ? { _id, rev: { $exists: false } } : { _id, rev };
  const { matchedCount } = await messages.updateOne(unchanged, { $set: change });
  return matchedCount === 1;
}
