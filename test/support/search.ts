// A search from its beginning to its end, however many slices it takes.
import type { ChatId } from "../../src/protocol/ids.ts";
import type { SearchPlace, SearchResult, StoreReader } from "../../src/store/store.ts";

/** Calls `onSlice` after each slice but the last. */
export async function searchToEnd(
  reader: StoreReader,
  chatId: ChatId,
  word: string,
  before: number | undefined,
  limit: number,
  onSlice: (place: SearchPlace) => void = () => {},
  firstSeq = 1,
): Promise<SearchResult> {
  for (let from: SearchPlace | undefined; ;) {
    const slice = await reader.search({ chatId, word, before, limit, firstSeq }, from);
    if ("result" in slice) return slice.result;
    from = structuredClone(slice.place); // as it would cross threads
    onSlice(from);
  }
}
