// The settings of V8's garbage collector are ones that this Node has.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const SETTINGS = new URL("../../../src/server/garbage-collection.js", import.meta.url).href;

describe("letGarbageGather", () => {
  it("sets what V8 knows: it complains of any other flag, and goes on", async () => {
    const run = (code: string) => promisify(execFile)(process.execPath, ["--input-type=module", "-e", code]);
    const set = await run(`(await import(${JSON.stringify(SETTINGS)})).letGarbageGather();`);
    assert.equal(set.stderr, "");
    const wrong = await run(`(await import("node:v8")).setFlagsFromString("--heap-growing-permille=1");`);
    assert.match(wrong.stderr, /heap-growing-permille/);
  });
});
