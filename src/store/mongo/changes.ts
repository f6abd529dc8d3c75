// Changes of stored messages: each takes the next revision of its chat.
import { changerRefusal } from "../../domain/groups.ts";
import type { Role } from "../../protocol/entities.ts";
import { chatForm, otherUser } from "../../protocol/ids.ts";
import { changeOf, isPlainChange } from "../../domain/writes/table.ts";
import type { ChangeKind, ChangeWrite, WriteOutcome } from "../../domain/writes/table.ts";
import type { Changed, FoundMessage, Remade } from "../../domain/writes/message-change.ts";
import { directRefusal } from "../may.ts";
import { Refusal } from "../../domain/refusal.ts";
import { StoreUnavailableError } from "../store.ts";
import { readIsBlocked } from "./account-reads.ts";
import { readRev } from "./last-seqs.ts";
import { readChanger, readIsGroup } from "./member-reads.ts";
import type { WriterState } from "./chat-batch.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { notePin, pinRefusal, removePin } from "./pins.ts";
import { countReaction, dropReactions, reactionId, reactionRefusal } from "./reactions.ts";
import { searchable } from "./search-text.ts";
import { wholeMessage } from "./sent-messages.ts";

/** Others that change the same message at the same moment are given way to so often. */
const MAX_TRIES = 20;

type Outcome = WriteOutcome<ChangeKind>;

/** The fields of a message that a change sets; undefined takes one away. */
type Fields = { readonly [F in keyof MessageDocument]?: MessageDocument[F] | undefined };

/** Fields that a message loses when it is deleted, beside its text. */
const EMPTIED: Fields = {
  edited_ms: undefined,
  mentions: undefined,
  mentions_all: undefined,
  pinned: undefined,
  reactions: undefined,
};

/**
 * Changes a message. May run again after it has failed: `isRepeat` says that it was begun before and nobody knows how that
 * ended; a change by the batch of `nowMs` is then its own.
 */
export async function changeMessage(
  state: WriterState,
  write: ChangeWrite,
  nowMs: number,
  isRepeat: boolean,
): Promise<Outcome> {
  const { collections, users } = state;
  const { chatId, seq } = write;
  const standing = await standingOf(state, write);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const found = await collections.messages.findOne({ chat_id: chatId, seq });
    if (found === null) return refused(standing.refusal ?? Refusal.NotFound);
    const ruled = isPlainChange(write) ? changeOf(write, foundMessage(found, standing.role)) : undefined;
    // By the first try of this batch, which may have ended that the user may do so as well.
    const isOwnTry = found.changed_ms === nowMs && (await isMade(collections, write, found, ruled));
    const refusal = isOwnTry ? undefined : (standing.refusal ?? (await refusalOf(state, write, found, ruled)));
    if (refusal !== undefined) return refused(refusal);
    await users.load([found.user_id]);
    const done = async (document: MessageDocument, isChanged: boolean): Promise<Outcome> => {
      const message = await wholeMessage(collections, document, users.nameOf(found.user_id) ?? "");
      const result: Changed = { message, isChanged, changedMs: document.changed_ms ?? null };
      return { done: true, result };
    };
    const rev = (await readRev(collections, chatId)) + 1;
    const fields = await fieldsOf(state, write, found, ruled, { nowMs, rev });
    if (fields === undefined) {
      await settle(collections, write, found);
      return done(found, isRepeat && found.changed_ms === nowMs);
    }
    const change = { ...fields, rev, changed_ms: nowMs };
    if (!(await applyTo(found, change, collections))) continue;
    const document = applied(found, change);
    await settle(collections, write, document);
    return done(document, true);
  }
  throw new StoreUnavailableError("store: too many others change the same message");
}

/** Standing of the one who changes something: the role, in groups, or why it may not be, whatever the message is. */
interface Standing {
  readonly refusal?: Refusal | undefined;
  readonly role?: Role | undefined;
}

async function standingOf({ collections, users }: WriterState, write: ChangeWrite): Promise<Standing> {
  const { chatId, userId, seq } = write;
  const form = chatForm(chatId);
  if (userId === undefined) {
    const isGone = form?.kind === "group" && !(await readIsGroup(collections, chatId));
    return form === undefined || isGone ? { refusal: Refusal.NotFound } : {};
  }
  await users.load([userId]);
  const changer = form?.kind === "group" ? await readChanger(collections, chatId, userId) : undefined;
  if (form?.kind === "group" && changer === undefined) return { refusal: Refusal.NoChat };
  const mayRead = changer !== undefined || form?.kind === "everyone" || otherUser(chatId, userId) !== undefined;
  if (!mayRead || !users.isPresent(userId)) return { refusal: Refusal.NotFound };
  return { refusal: changerRefusal(write.kind, seq, changer), role: changer?.role };
}

/** Whether the message is so already. */
async function isMade(
  { reactions }: Collections,
  write: ChangeWrite,
  found: MessageDocument,
  ruled: Ruled | undefined,
): Promise<boolean> {
  if (ruled !== undefined) return ruled.made === undefined;
  if (found.deleted !== undefined) return false;
  if (write.kind === "pinMessage") return (found.pinned !== undefined) === write.on;
  if (write.kind !== "react") return false;
  const { chatId: chat_id, userId: user_id, seq, reaction, on } = write;
  return ((await reactions.findOne({ _id: reactionId({ chat_id, seq, reaction, user_id }) })) !== null) === on;
}

type Ruled = ReturnType<typeof changeOf>;

function foundMessage(document: MessageDocument, role: Role | undefined): FoundMessage {
  const { user_id: userId, text, time_ms: sentMs, deleted } = document;
  return { userId, text, sentMs, isDeleted: deleted !== undefined, role };
}

async function refusalOf(
  state: WriterState,
  write: ChangeWrite,
  found: MessageDocument,
  ruled: Ruled | undefined,
): Promise<Refusal | undefined> {
  if (typeof ruled?.made === "string") return ruled.made;
  if (ruled === undefined && found.deleted !== undefined) return Refusal.NotFound;
  const refusal =
    ownRefusal(state, write) ?? (ruled?.isSpeech === false ? undefined : await heardRefusal(state, write));
  if (refusal !== undefined) return refusal;
  if (write.kind === "react") return reactionRefusal(found, write);
  return write.kind === "pinMessage" ? pinRefusal(state.collections, found, write) : undefined;
}

function ownRefusal({ users }: WriterState, { userId }: ChangeWrite): Refusal | undefined {
  if (userId === undefined) return undefined;
  const own = users.refusalOf(userId);
  return own?.done === false ? own.refusal : undefined;
}

/** Why the user may not be heard in the chat now. */
async function heardRefusal(
  { collections, users }: WriterState,
  { chatId, userId }: ChangeWrite,
): Promise<Refusal | undefined> {
  const form = chatForm(chatId);
  if (form?.kind !== "direct") return undefined;
  const [one, other] = form.users;
  await users.load(form.users);
  const partner = users.stateOf(one === userId ? other : one);
  return directRefusal({ partner, isBlocked: await readIsBlocked(collections, one, other) });
}

/** The new state of a message that it may change; undefined where it is so already. */
async function fieldsOf(
  { collections, users }: WriterState,
  write: ChangeWrite,
  found: MessageDocument,
  ruled: Ruled | undefined,
  { nowMs, rev }: { readonly nowMs: number; readonly rev: number },
): Promise<Fields | undefined> {
  if (write.kind === "react") {
    return countReaction(collections, found, write, { rev, nameKey: users.keyOf(write.userId) });
  }
  if (write.kind === "pinMessage") {
    if ((found.pinned !== undefined) === write.on) return undefined;
    if (write.on) await notePin(collections, found, rev);
    return { pinned: write.on ? rev : undefined };
  }
  return typeof ruled?.made === "object" ? madeFields(ruled.made, nowMs) : undefined;
}

function madeFields(made: Remade, nowMs: number): Fields {
  if (made.text === undefined) return { ...EMPTIED, text: "", folded: "", deleted: made.deleted };
  const { text, mentions, mentionsAll } = made;
  return {
    text,
    folded: searchable(text),
    edited_ms: nowMs,
    mentions: mentions && JSON.stringify(mentions),
    mentions_all: mentionsAll && 1,
  };
}

/** Removes beside the message, as it is now, what is not true any more; may run again. */
async function settle(collections: Collections, write: ChangeWrite, message: MessageDocument): Promise<void> {
  const isDeleted = message.deleted !== undefined;
  if (isDeleted) await dropReactions(collections, message);
  if (isDeleted || (write.kind === "pinMessage" && !write.on)) await removePin(collections, message);
}

/** Changes the message only if it is as it was found; resolves with whether it was. */
async function applyTo({ _id, rev }: MessageDocument, change: Fields, { messages }: Collections): Promise<boolean> {
  const unchanged = rev === undefined ? { _id, rev: { $exists: false } } : { _id, rev };
  const entries = Object.entries(change);
  const $set = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  const gone = entries.filter(([, value]) => value === undefined).map(([name]) => [name, 1] as const);
  const update = gone.length === 0 ? { $set } : { $set, $unset: Object.fromEntries(gone) };
  const { matchedCount } = await messages.updateOne(unchanged, update);
  return matchedCount === 1;
}

function applied(found: MessageDocument, change: Fields): MessageDocument {
  const entries = Object.entries({ ...found, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as MessageDocument; // no change takes away what every message has
}

function refused(refusal: Refusal): Outcome {
  return { done: false, refusal };
}
