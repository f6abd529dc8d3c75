// Emitter: order, removal, and listeners that throw or change the list while it is walked.
import assert from "node:assert/strict";
import type { Disposable } from "../../../src/util/disposable.ts";
import { Emitter } from "../../../src/util/emitter.ts";

describe("Emitter", () => {
  it("calls listeners in order, each with the value, until they are disposed of", () => {
    const emitter = new Emitter<{ change: number; close: undefined }>();
    const seen: string[] = [];
    emitter.on("change", (value) => seen.push(`a${value}`));
    const second = emitter.on("change", (value) => seen.push(`b${value}`));
    emitter.on("close", () => seen.push("closed"));
    emitter.emit("change", 1);
    second.dispose();
    emitter.emit("change", 2);
    emitter.emit("close", undefined);
    assert.deepEqual(seen, ["a1", "b1", "a2", "closed"]);
  });

  it("calls a listener twice that was added twice, and removes one of them", () => {
    const emitter = new Emitter<{ change: number }>();
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const first = emitter.on("change", listener);
    emitter.on("change", listener);
    emitter.emit("change", 1);
    assert.equal(calls, 2);
    first.dispose();
    first.dispose();
    emitter.emit("change", 2);
    assert.equal(calls, 3);
  });

  it("walks the list as it was when the event began", () => {
    const emitter = new Emitter<{ change: number }>();
    const seen: string[] = [];
    const later: Disposable[] = [];
    emitter.on("change", () => {
      seen.push("first");
      emitter.on("change", () => seen.push("late"));
      later[0]?.dispose();
    });
    later.push(emitter.on("change", () => seen.push("second")));
    emitter.emit("change", 1);
    assert.deepEqual(seen, ["first", "second"]);
  });

  it("calls all listeners although one throws, then throws its error", () => {
    const emitter = new Emitter<{ change: number }>();
    let called = false;
    emitter.on("change", () => {
      throw new Error("listener");
    });
    emitter.on("change", () => (called = true));
    assert.throws(() => emitter.emit("change", 1), { message: "listener" });
    assert.equal(called, true);
  });
});
