// Searches in all chats of a user, over as many slices as they take.
import { beginning, searchChats, type GlobalQuery } from "../../src/actions/global-search.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import type { Message } from "../../src/protocol/entities.ts";
import type { SearchableChat, SearchablePlace, StoreReader } from "../../src/store/store.ts";

const NONE = { after: undefined, authorId: undefined, afterMs: undefined, beforeMs: undefined };

/** One page. */
export async function searchAll(
  reader: StoreReader,
  userId: UserId,
  given: Partial<GlobalQuery> & Pick<GlobalQuery, "word" | "limit">,
): Promise<{ readonly messages: Message[]; readonly hasMore: boolean }> {
  const query: GlobalQuery = { ...NONE, ...given };
  for (let place = beginning(await searchable(reader, userId, query.word), query); ;) {
    const slice = await searchChats(query, place, reader);
    if ("messages" in slice) return slice;
    place = structuredClone(slice.place); // as it would cross threads
  }
}

async function searchable(reader: StoreReader, userId: UserId, word: string): Promise<readonly SearchableChat[]> {
  for (let place: SearchablePlace | undefined; ;) {
    const slice = await reader.searchable(userId, word, place);
    if ("chats" in slice) return slice.chats;
    place = structuredClone(slice.place);
  }
}
