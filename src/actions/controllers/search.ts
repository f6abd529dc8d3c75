// Search in all chats of a user: search.
import { chatForm, type ChatId } from "../../protocol/ids.ts";
import type { Message } from "../../protocol/entities.ts";
import { DEFAULT_PAGE } from "../../protocol/limits.ts";
import type { DataOf } from "../../protocol/actions.ts";
import type { Identity } from "../../domain/effects.ts";
import type { SearchableChat, SearchablePlace, SearchableSlice, StoreReader } from "../../store/store.ts";
import { requireMember } from "../access.ts";
import { hitPosition, nextHits } from "../cursors.ts";
import { beginning, searchChats, type GlobalQuery } from "../global-search.ts";
import type { Routes, SessionController } from "../plan.ts";

const search: SessionController<"search"> = async (request, identity, { reader }) => {
  const { data, continuation } = request;
  const query = queryOf(data);
  let place = continuation !== undefined && "hits" in continuation ? continuation : undefined;
  if (place === undefined) {
    const from = continuation !== undefined && "walked" in continuation ? continuation : undefined;
    const searched = await searchedChats(data, identity, reader, from);
    if ("place" in searched) return { again: { kind: "pause", continuation: searched.place } };
    place = beginning(searched.chats, query);
  }
  const slice = await searchChats(query, place, reader);
  if ("place" in slice) return { again: { kind: "pause", continuation: slice.place } };
  const messages = await stillSeen(slice.messages, identity, reader);
  return { reply: { info: "Found", fields: { messages, ...nextHits(slice) } } };
};

function queryOf(data: DataOf<"search">): GlobalQuery {
  const { word, user_id: authorId, after_time, before_time, cursor, limit = DEFAULT_PAGE } = data;
  return {
    word,
    limit,
    authorId,
    after: cursor === undefined ? undefined : hitPosition(cursor),
    afterMs: after_time === undefined ? undefined : msOf(after_time),
    beforeMs: before_time === undefined ? undefined : msOf(before_time),
  };
}

/** Of a message's own time exactly its milliseconds, whatever the multiplication leaves behind the point. */
function msOf(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

/** @throws ProtocolError 404 or 403 for a chat that is named and is not the user's. */
async function searchedChats(
  data: DataOf<"search">,
  identity: Identity,
  reader: StoreReader,
  from: SearchablePlace | undefined,
): Promise<SearchableSlice> {
  const { chat_ids: chatIds, has_files: hasFiles } = data;
  if (from === undefined) for (const chatId of chatIds ?? []) await requireMember(chatId, identity, reader);
  if (hasFiles === true) return { chats: [] }; // no message has any
  const named = chatIds && new Set(chatIds);
  const seesGroups = identity.features.includes("groups");
  const isSearched = ({ chatId }: SearchableChat): boolean =>
    (named?.has(chatId) ?? true) && (seesGroups || chatForm(chatId)?.kind !== "group");
  const slice = await reader.searchable(identity.userId, data.word, from);
  return "place" in slice ? slice : { chats: slice.chats.filter(isSearched) };
}

/** Without those of groups that the user has left meanwhile. */
async function stillSeen(messages: readonly Message[], { userId }: Identity, reader: StoreReader): Promise<Message[]> {
  const firstSeqs = new Map<ChatId, number>();
  for (const { chat_id: chatId } of messages) {
    if (firstSeqs.has(chatId)) continue;
    const isGroup = chatForm(chatId)?.kind === "group";
    const member = isGroup ? await reader.member(chatId, userId) : { firstSeq: 1 };
    firstSeqs.set(chatId, member?.firstSeq ?? Infinity);
  }
  return messages.filter(({ chat_id: chatId, seq }) => seq >= (firstSeqs.get(chatId) ?? Infinity));
}

export const routes = { search: { session: search } } satisfies Routes;
