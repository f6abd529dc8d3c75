// Changes of stored messages: each takes the next revision of its chat.
import type { ChatId } from "../../protocol/ids.ts";
import { chatForm } from "../../protocol/ids.ts";
import type { ChangeKind } from "../../domain/writes/table.ts";
import { directRefusal } from "../may.ts";
import { Refusal } from "../../domain/refusal.ts";
import { StoreUnavailableError } from "../store.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import { readIsBlocked } from "./account-reads.ts";
import type { WriterState } from "./chat-batch.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { searchable } from "./search-text.ts";
import { messageOf } from "./sent-messages.ts";

/** Others that change the same message at the same moment are given way to so often. */
const MAX_TRIES = 20;

type Outcome = WriteOutcome<ChangeKind>;

/** What a change makes of a message that it may change; undefined where it is so already. */
type Fields = Partial<MessageDocument> | undefined;

/** A chat's revision: the greatest of its messages, since each change takes the next one and keeps it until the next. */
export async function readRev({ messages }: Collections, chatId: ChatId): Promise<number> {
  const latest = messages.find({ chat_id: chatId, rev: { $gt: 0 } }, { projection: { _id: 0, rev: 1 } });
  return (await latest.sort({ rev: -1 }).limit(1).next())?.rev ?? 0;
}

/**
 * Changes a message. May run again after it has failed: `isRepeat` says that it was begun before and nobody knows how that
 * ended; a change by the batch of `nowMs` is then its own.
 */
export async function changeMessage(
  state: WriterState,
  write: WriteOf<ChangeKind>,
  nowMs: number,
  isRepeat: boolean,
): Promise<Outcome> {
  const { collections, users } = state;
  const { chatId, userId, seq } = write;
  await users.load([userId]);
  const form = chatForm(chatId);
  const mayRead = form?.kind === "everyone" || (form?.kind === "direct" && form.users.includes(userId));
  if (!mayRead || !users.isPresent(userId)) return refused(Refusal.NotFound);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const found = await collections.messages.findOne({ chat_id: chatId, seq });
    const refusal = found === null ? Refusal.NotFound : await refusalOf(state, write, found);
    if (found === null || refusal !== undefined) return refused(refusal ?? Refusal.NotFound);
    await users.load([found.user_id]);
    const username = users.nameOf(found.user_id) ?? "";
    const fields = fieldsOf(write, found, nowMs);
    if (fields === undefined) {
      const changedMs = found.changed_ms ?? null;
      const isChanged = isRepeat && changedMs === nowMs;
      return { done: true, result: { message: messageOf(found, username), isChanged, changedMs } };
    }
    const rev = (await readRev(collections, chatId)) + 1;
    const change = { ...fields, rev, changed_ms: nowMs };
    if (await applyTo(found, change, collections)) {
      const message = messageOf({ ...found, ...change }, username);
      return { done: true, result: { message, isChanged: true, changedMs: nowMs } };
    }
  }
  throw new StoreUnavailableError("store: too many others change the same message");
}

async function refusalOf(
  { collections, users }: WriterState,
  write: WriteOf<ChangeKind>,
  found: MessageDocument,
): Promise<Refusal | undefined> {
  const { kind, chatId, userId } = write;
  const isDeleted = found.deleted !== undefined;
  if (isDeleted && kind !== "deleteMessage") return Refusal.NotFound;
  if (found.user_id !== userId) return Refusal.Forbidden;
  if (isDeleted) return undefined;
  if (kind === "editMessage" && found.time_ms < write.sinceMs) return Refusal.TooLate;
  const own = users.refusalOf(userId);
  if (own?.done === false) return own.refusal;
  const form = chatForm(chatId);
  if (kind === "deleteMessage" || form?.kind !== "direct") return undefined;
  const [one, other] = form.users;
  await users.load(form.users);
  const partner = users.stateOf(one === userId ? other : one);
  return directRefusal({ partner, isBlocked: await readIsBlocked(collections, one, other) });
}

function fieldsOf(write: WriteOf<ChangeKind>, found: MessageDocument, nowMs: number): Fields {
  switch (write.kind) {
    case "editMessage":
      if (found.text === write.text) return undefined;
      return { text: write.text, folded: searchable(write.text), edited_ms: nowMs };
    case "deleteMessage":
      return found.deleted === undefined ? { text: "", folded: "", deleted: "author" } : undefined;
  }
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

function refused(refusal: Refusal): Outcome {
  return { done: false, refusal };
}
