// LazyReader: a reader that is beyond help is replaced, though not at once: the store may only be away for a moment.
import assert from "node:assert/strict";
import { openReader, openWriter } from "../../../src/store/open.ts";
import { StoreUnavailableError, type StoreReader, type StoreWriter } from "../../../src/store/store.ts";
import { LazyReader } from "../../../src/threads/lazy-reader.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

const URL = "sqlite:test.db";

describe("LazyReader", () => {
  const folder = tempDirPerTest();
  let writer: StoreWriter;
  let clock: ManualClock;
  let opened: StoreReader[];
  let reader: LazyReader;

  beforeEach(async () => {
    writer = await openWriter(URL, { dataDir: folder() });
    clock = new ManualClock();
    opened = [];
    reader = new LazyReader(async () => {
      const next = await openReader(URL, { dataDir: folder() });
      opened.push(next);
      return next;
    }, clock);
  });
  afterEach(async () => {
    await reader.close();
    await writer.close();
  });

  it("replaces a reader that has not reached the store for 5 s", async () => {
    assert.equal(await reader.userByKey("anna"), undefined);
    await opened[0]?.close();
    for (const elapsedMs of [0, 4_999, 1]) {
      clock.advance(elapsedMs);
      await assert.rejects(reader.userByKey("anna"), StoreUnavailableError);
      assert.equal(opened.length, 1);
    }
    assert.equal(await reader.userByKey("anna"), undefined);
    assert.equal(opened.length, 2);
  });

  it("opens again after an opening that failed", async () => {
    await writer.close();
    let isBroken = true;
    const healing = new LazyReader(
      () =>
        isBroken ? Promise.reject(new StoreUnavailableError("store: away")) : openReader(URL, { dataDir: folder() }),
      clock,
    );
    await assert.rejects(healing.userByKey("anna"), /store: away/);
    isBroken = false;
    assert.equal(await healing.userByKey("anna"), undefined);
    await healing.close();
  });
});
