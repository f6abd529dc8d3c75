// Disposables: once, in reverse order, all of them even if one throws.
import assert from "node:assert/strict";
import { DisposableStore, toDisposable } from "../../../src/util/disposable.ts";

describe("toDisposable", () => {
  it("releases once", () => {
    let releases = 0;
    const disposable = toDisposable(() => (releases += 1));
    disposable.dispose();
    disposable.dispose();
    assert.equal(releases, 1);
  });
});

describe("DisposableStore", () => {
  it("disposes of its items newest first, once", () => {
    const store = new DisposableStore();
    const order: string[] = [];
    store.add(toDisposable(() => order.push("first")));
    store.add(toDisposable(() => order.push("second")));
    store.dispose();
    store.dispose();
    assert.deepEqual(order, ["second", "first"]);
  });

  it("disposes of every item and throws the first error", () => {
    const store = new DisposableStore();
    let released = false;
    store.add(toDisposable(() => (released = true)));
    store.add(
      toDisposable(() => {
        throw new Error("stuck");
      }),
    );
    assert.throws(() => store.dispose(), { message: "stuck" });
    assert.equal(released, true);
  });

  it("disposes at once of what is added too late", () => {
    const store = new DisposableStore();
    store.dispose();
    let released = false;
    store.add(toDisposable(() => (released = true)));
    assert.equal(released, true);
  });
});
