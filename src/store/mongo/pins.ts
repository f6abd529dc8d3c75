// Pinned messages: each says by which revision it was pinned; a list beside them says where to look.
import type { ChatId } from "../../protocol/ids.ts";
import { MAX_PINS } from "../../protocol/limits.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { WriteOf } from "../../domain/writes/table.ts";
import type { PinPage } from "../store.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { Page } from "./page.ts";
import { WITHOUT_FOLDED, withNames } from "./sent-messages.ts";

/** Why the message may not be pinned. */
export async function pinRefusal(
  collections: Collections,
  { chat_id, pinned }: MessageDocument,
  { on }: WriteOf<"pinMessage">,
): Promise<Refusal | undefined> {
  if (!on || pinned !== undefined) return undefined;
  return (await readPinned(collections, chat_id)).length >= MAX_PINS ? Refusal.Quota : undefined;
}

function pinId({ chat_id, seq }: Pick<MessageDocument, "chat_id" | "seq">): string {
  return `${chat_id}|${seq}`;
}

/** Before the message is pinned by `rev`: what is pinned is always in the list, which may hold others too. */
export async function notePin({ pins }: Collections, message: MessageDocument, rev: number): Promise<void> {
  const { chat_id, seq } = message;
  await pins.updateOne({ _id: pinId(message) }, { $set: { chat_id, seq, rev } }, { upsert: true });
}

/** After the message was unpinned or deleted. */
export async function removePin({ pins }: Collections, message: MessageDocument): Promise<void> {
  await pins.deleteOne({ _id: pinId(message) });
}

/** See StoreReader.pins. */
export async function readPins(
  collections: Collections,
  chatId: ChatId,
  before: number | undefined,
  firstSeq: number,
): Promise<PinPage> {
  const page = new Page(MAX_PINS);
  let next: number | undefined;
  for (const document of await readPinned(collections, chatId)) {
    if (document.seq < firstSeq || (document.pinned ?? 0) >= (before ?? Infinity)) continue;
    if (!page.add(document)) break;
    next = document.pinned;
  }
  return { messages: await withNames(collections, page.documents), next: page.hasMore ? next : undefined };
}

/** Newest pin first. */
async function readPinned({ pins, messages }: Collections, chat_id: ChatId): Promise<MessageDocument[]> {
  const listed = await pins.find({ chat_id }, { projection: { seq: 1 } }).toArray();
  if (listed.length === 0) return [];
  const filter = { chat_id, seq: { $in: listed.map(({ seq }) => seq) } };
  const found = await messages.find(filter, { projection: WITHOUT_FOLDED }).toArray();
  const pinned = found.filter((document) => document.pinned !== undefined);
  return pinned.sort((one, other) => (other.pinned ?? 0) - (one.pinned ?? 0));
}
