// Pages of the administrator's lists: read to their end, or broken off.
import assert from "node:assert/strict";
import { readPage } from "../../../../src/server/admin/list-pages.ts";

describe("readPage", () => {
  it("reads slice by slice until the page is full", async () => {
    const read = (after: string) => Promise.resolve({ found: [after], next: `${after}x` });
    const { found, hasMore } = await readPage("a", 3, read, new AbortController().signal);
    assert.deepEqual([found, hasMore], [["a", "ax", "axx"], true]);
  });

  it("reads nothing more when the asker is gone", async () => {
    const asker = new AbortController();
    let count = 0;
    const read = () => {
      count += 1;
      asker.abort();
      return Promise.resolve({ found: [], next: count < 3 ? "more" : undefined });
    };
    await assert.rejects(readPage("", 3, read, asker.signal), { name: "AbortError" });
    assert.equal(count, 1);
  });
});
