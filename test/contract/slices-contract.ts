// Contract of a store about long lists: so many rows are looked at in a slice, whatever is found in them.
import assert from "node:assert/strict";
import type { Write } from "../../src/domain/writes/table.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import { readPage } from "../../src/server/admin/list-pages.ts";
import { SLICE_ROWS, type Slice } from "../../src/store/slices.ts";
import { Fixture } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

/** To be called for stores in which a thousand users are made quickly. */
export function slicesContract(kind: StoreKind): void {
  let store: Fixture;
  let anna: UserId;
  beforeEach(async () => {
    store = await Fixture.open(kind);
    [anna = ""] = await store.users("anna", "bert");
  });
  afterEach(() => store.close());

  it("looks at so many accounts at a time, whatever is found in them", async () => {
    const names = Array.from({ length: SLICE_ROWS + 10 }, (_, index) => `user${String(index).padStart(5, "0")}`);
    for (let start = 0; start < names.length; start += 500) await store.users(...names.slice(start, start + 500));
    const slice = (contains: string, after = "", limit = 5): Promise<Slice<{ readonly username: string }>> =>
      store.reader.accounts({ contains, after: usernameKey(after), limit });
    const none = await slice("nobody");
    assert.deepEqual([none.found, none.next], [[], names[SLICE_ROWS - 3]]); // anna and bert come first
    assert.deepEqual(await slice("nobody", none.next), { found: [], next: undefined });
    const last = await slice(`0${SLICE_ROWS + 9}`, none.next);
    assert.deepEqual([last.found.map(({ username }) => username), last.next], [[names.at(-1)], undefined]);
    const directory = await store.reader.directory({ userId: anna, contains: "nobody", after: "", limit: 5 });
    assert.deepEqual([directory.users, directory.next], [[], none.next]);
  });

  it("looks no longer where accounts are deleted or disabled", async () => {
    const names = Array.from({ length: SLICE_ROWS }, (_, index) => `user${String(index).padStart(5, "0")}`);
    const userIds = await store.users(...names);
    await store.commit(
      ...userIds.map((userId) => ({ kind: "setAccountState", userId, state: "disabled" }) as const satisfies Write),
    );
    const { users, next } = await store.reader.directory({ userId: anna, contains: "", after: "bert", limit: 5 });
    assert.deepEqual([users, next], [[], names.at(-1)]);
    const gone = userIds.map((userId) => {
      return { kind: "deleteAccount", userId, username: `gone-${userId}`, usernameKey: `deleted:${userId}` } as const;
    });
    await store.commit(...gone);
    const slice = await store.reader.accounts({ contains: "", after: "bert", limit: 5 });
    assert.deepEqual([slice.found, slice.next], [[], gone.at(-1)?.usernameKey]);
    const { found } = await readPage(
      "",
      5,
      (after, limit) => store.reader.accounts({ contains: "", after, limit }),
      new AbortController().signal,
    );
    assert.deepEqual(
      found.map(({ username }) => username),
      ["anna", "bert"],
    );
  });
}
