// Pages of the administrator's lists, read from the store slice by slice: between two others have their turn.
import type { Slice } from "../../store/slices.ts";

/** Entries of a page when nothing else is asked for. */
const DEFAULT_LIST_PAGE = 100;
/** Entries of a page at most. */
export const MAX_LIST_PAGE = 1_000;

export interface ListPage<T> {
  readonly found: readonly T[];
  readonly hasMore: boolean;
}

/** Entries of the page that is asked for: `usual` when that is not said, `most` at most. */
export function pageSize(limit: number | undefined, usual = DEFAULT_LIST_PAGE, most = MAX_LIST_PAGE): number {
  return Math.min(limit ?? usual, most);
}

/**
 * The first `limit` entries after a key, and whether there are more.
 * @throws the reason of `gone` when that is aborted meanwhile.
 */
export async function readPage<T>(
  after: string,
  limit: number | undefined,
  read: (after: string, limit: number) => Promise<Slice<T>>,
  gone: AbortSignal,
): Promise<ListPage<T>> {
  const count = pageSize(limit);
  const found: T[] = [];
  for (let key: string | undefined = after; key !== undefined && found.length <= count;) {
    gone.throwIfAborted();
    const slice: Slice<T> = await read(key, count + 1 - found.length);
    found.push(...slice.found);
    key = slice.next;
  }
  return { found: found.slice(0, count), hasMore: found.length > count };
}
