// The bench as a person runs it, small: our server and the bare Node server, twenty clients, two seconds.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runBench } from "../../bench/bench.ts";
import { JS_ENGINE } from "../../bench/engine/engine-process.ts";
import { benchOptions, FLAGS, OptionReader, OPTIONS } from "../../bench/options.ts";
import { parseRunResult, type ResultRow } from "../../bench/report/result.ts";
import { SCENARIOS } from "../../bench/scenarios/all.ts";
import type { Scenario } from "../../bench/scenarios/scenario.ts";
import { OWN_CHECKOUT } from "../../bench/targets/checkout.ts";
import { MessengerTarget } from "../../bench/targets/messenger.ts";

const BENCH = fileURLToPath(new URL("../../bench/main.js", import.meta.url));
const DEADLINE_MS = 120_000;

describe("npm run bench", function () {
  this.timeout(DEADLINE_MS);
  const folder = mkdtempSync(join(tmpdir(), "messenger-bench-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function bench(...words: string[]): Promise<{ stdout: string; stderr: string }> {
    return promisify(execFile)(process.execPath, [BENCH, ...words], { timeout: DEADLINE_MS });
  }

  /** Loads our server and a baseline, and returns the rows of the result file when everything arrived as it should. */
  async function loadBoth(out: string, ...words: string[]): Promise<readonly ResultRow[]> {
    const load = ["--clients", "20", "--rate", "50", "--seconds", "2", "--warmup", "0.5", "--settle", "30"];
    const how = ["--no-pin", "--targets", "messenger,plain-node-shared-event", "--out", out];
    const { stdout } = await bench(...load, ...how, ...words);
    assert.match(stdout, /### fan-out/);
    const file = readdirSync(out).find((name) => name.endsWith(".json")) ?? assert.fail("no result file");
    const { rows } = parseRunResult(readFileSync(join(out, file), "utf8"));
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
    return rows;
  }

  it("loads the server and a baseline, finds every message delivered once and in order, and writes its files", async () => {
    await loadBoth(join(folder, "plain"), "--engine", "js");
  });

  it("does the same over TLS, and says so in its rows", async () => {
    const rows = await loadBoth(join(folder, "tls"), "--tls");
    assert.deepEqual(
      rows.map(({ parameters }) => parameters["tls"]),
      ["yes", "yes"],
    );
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
      targets: [new MessengerTarget({ checkout: OWN_CHECKOUT, storeUrl: undefined, overTls: false, limited: false })],
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

  it("measures another checkout's server, started as it says, on a store that its own code has made", async () => {
    const root = join(folder, "older");
    const dist = fileURLToPath(new URL("../../", import.meta.url));
    const targets = join(root, "dist", "bench", "targets");
    mkdirSync(targets, { recursive: true });
    writeFileSync(
      join(root, "package.json"),
      JSON.stringify({ type: "module", scripts: { start: `touch started && exec node ${dist}src/cli.js server` } }),
    );
    writeFileSync(
      join(targets, "prefilled-users.js"),
      `import { writeFileSync } from "node:fs";
       import { prefillStore as make } from ${JSON.stringify(`${dist}bench/targets/prefilled-users.js`)};
       export const prefillStore = (...all) => (writeFileSync(${JSON.stringify(join(root, "filled"))}, ""), make(...all));`,
    );
    const out = join(folder, "checkout");
    const load = ["--clients", "2", "--senders", "1", "--rate", "20", "--seconds", "1", "--warmup", "0.5"];
    await bench(...load, "--checkout", root, "--engine", "js", "--no-pin", "--out", out);
    const file = readdirSync(out).find((name) => name.endsWith(".json")) ?? assert.fail("no result file");
    const [row] = parseRunResult(readFileSync(join(out, file), "utf8")).rows;
    assert.equal(row?.parameters["checkout"], "older");
    assert.equal(row?.figures["delivered"], row?.figures["expected"]);
    assert.deepEqual(
      ["started", "filled"].map((name) => existsSync(join(root, name))),
      [true, true],
    );
  });

  it("leaves the limits of what one session may ask on when it is told to", async () => {
    const out = join(folder, "limits");
    const load = ["--clients", "2", "--senders", "1", "--rate", "8000", "--seconds", "1", "--warmup", "0.5"];
    await bench(...load, "--limits", "--no-pin", "--out", out);
    const file = readdirSync(out).find((name) => name.endsWith(".json")) ?? assert.fail("no result file");
    const [row] = parseRunResult(readFileSync(join(out, file), "utf8")).rows;
    assert.ok((row?.figures["refused"] ?? 0) > 0, "12,000 messages of one session were taken");
    assert.equal(row?.parameters["limits"], "default");
  });

  it("explains every option, and names its scenarios", async () => {
    const { stdout } = await bench("--help");
    for (const name of [...Object.keys(OPTIONS), ...Object.keys(FLAGS)]) {
      assert.match(stdout, new RegExp(`^ +(?:-.,)? *--${name} `, "m"), name);
    }
    for (const { name } of SCENARIOS) assert.match(stdout, new RegExp(`^ +${name}: `, "m"), name);
  });

  const refused: readonly (readonly [words: string, message: RegExp])[] = [
    ["--sender 3", /^bench: Unknown argument: sender; --help shows all options\n$/],
    ["--senders", /^bench: Not enough arguments following: senders; --help shows all options\n$/],
    ["--scenario dance", /^bench: --scenario: dance: there are fan-out, .*\n$/],
    ["--tls --engine native", /^bench: --engine: native speaks no TLS; --tls needs --engine js\n$/],
    ["--tls --peers", /^bench: --tls: inspircd: only messenger and the bare Node servers are loaded over TLS\n$/],
    ["--tls --target localhost:4000", /^bench: --target and --tls exclude each other\n$/],
    ["--checkout nowhere", /^bench: --checkout: .*nowhere: is not a checkout of the messenger\n$/],
    ["--checkout x --target localhost:4000", /^bench: --target and --checkout exclude each other\n$/],
    ["--limits --target localhost:4000", /^bench: --target and --limits exclude each other\n$/],
  ];
  for (const [words, message] of refused) {
    it(`refuses ${words} in one line`, async () => {
      await assert.rejects(bench(...words.split(" ")), (error: Error & { stderr?: string; code?: number }) => {
        assert.match(error.stderr ?? "", message);
        return error.code === 2;
      });
    });
  }
});
