// The bench as a person runs it, small: our server and the bare Node server, twenty clients, two seconds.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runBench } from "../../bench/bench.ts";
import { JS_ENGINE } from "../../bench/engine/engine-process.ts";
import { benchOptions, OptionReader } from "../../bench/options.ts";
import { parseRunResult } from "../../bench/report/result.ts";
import type { Scenario } from "../../bench/scenarios/scenario.ts";
import { MessengerTarget, OWN_SERVER } from "../../bench/targets/messenger.ts";

const CLI = fileURLToPath(new URL("../../src/cli.js", import.meta.url));
const DEADLINE_MS = 120_000;

describe("messenger bench", function () {
  this.timeout(DEADLINE_MS);
  const folder = mkdtempSync(join(tmpdir(), "messenger-bench-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function bench(...words: string[]): Promise<{ stdout: string; stderr: string }> {
    return promisify(execFile)(process.execPath, [CLI, "bench", ...words], { timeout: DEADLINE_MS });
  }

  it("loads the server and a baseline, finds every message delivered once and in order, and writes its files", async () => {
    const load = ["--clients", "20", "--rate", "50", "--seconds", "2", "--warmup", "0.5", "--settle", "30"];
    const how = ["--engine", "js", "--no-pin", "--targets", "messenger,plain-node-shared-event", "--out", folder];
    const { stdout } = await bench(...load, ...how);
    assert.match(stdout, /### fan-out/);
    const file = readdirSync(folder).find((name) => name.endsWith(".json")) ?? assert.fail("no result file");
    const { rows } = parseRunResult(readFileSync(join(folder, file), "utf8"));
    assert.deepEqual(
      rows.map(({ target }) => target),
      ["messenger", "plain-node-shared-event"],
    );
    for (const { target, figures } of rows) {
      const { offered, expected, delivered, lost, doubled, outOfOrder, differing } = figures;
      assert.deepEqual({ offered, expected, delivered }, { offered: 125, expected: 2500, delivered: 2500 }, target);
      assert.deepEqual(
        { lost, doubled, outOfOrder, differing },
        { lost: 0, doubled: 0, outOfOrder: 0, differing: 0 },
        target,
      );
    }
    assert.equal(rows[0]?.figures["acknowledged"], 125);
    assert.equal(rows[0]?.figures["refused"], 0);
  });

  it("keeps what was measured before a scenario that fails", async () => {
    const out = mkdtempSync(join(folder, "failing-"));
    const row = { target: "messenger", parameters: {}, figures: { lost: 0 }, serverCpuByThread: {}, remarks: [] };
    const scenario: Scenario = {
      name: "failing",
      summary: "fails after its first row",
      forPeers: false,
      async *run() {
        yield await Promise.resolve({ ...row, scenario: "failing" });
        throw new Error("the second measurement failed");
      },
    };
    const run = runBench({
      options: benchOptions(new OptionReader({})),
      scenarios: [scenario],
      targets: [new MessengerTarget({ serverCommand: OWN_SERVER, storeUrl: undefined })],
      runCount: 1,
      program: JS_ENGINE,
      pin: false,
      outFolder: out,
      progress: () => undefined,
    });
    await assert.rejects(run, /the second measurement failed/);
    const [file = assert.fail("no result file")] = readdirSync(out).filter((name) => name.endsWith(".json"));
    assert.deepEqual(parseRunResult(readFileSync(join(out, file), "utf8")).rows, [{ ...row, scenario: "failing" }]);
  });

  it("says in one line what it does not know", async () => {
    await assert.rejects(bench("--scenario", "dance"), (error: Error & { stderr?: string; code?: number }) => {
      assert.match(error.stderr ?? "", /^messenger: --scenario: dance: there are fan-out, .*\n$/);
      return error.code === 1;
    });
  });
});
