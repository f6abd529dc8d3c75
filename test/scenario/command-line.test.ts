// The command line as people type it: help, mistakes, and `npm start` from a checkout.
import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { OPTIONS } from "../../src/config/options.ts";
import { CLI } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** For a machine under load; a command takes half a second otherwise. */
const DEADLINE_MS = 60_000;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `messenger WORDS` to its end. */
function messenger(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: DEADLINE_MS };
    execFile(process.execPath, [CLI, ...words], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("the command line", function () {
  this.timeout(DEADLINE_MS);
  const folder = tempDirPerTest();

  it("explains every option of the server", async () => {
    const { code, stdout, stderr } = await messenger(["server", "--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    for (const { name, alias } of Object.values(OPTIONS)) {
      assert.match(stdout, new RegExp(`${alias === undefined ? "   " : `-${alias},`} --${name} `), name);
    }
    assert.match(stdout, /Examples:/);
  });

  it("lists its commands and knows its version", async () => {
    const [help, version] = await Promise.all([messenger(["--help"]), messenger(["--version"])]);
    assert.match(help.stdout, /messenger server +Run the server/);
    const { version: wanted } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.equal(version.stdout, `${wanted}\n`);
  });

  for (const [words, line, code] of [
    [[], /^messenger: name a command; --help/, 2],
    [["sever"], /^messenger: unknown argument: sever; --help/, 2],
    [["server", "--prot", "1"], /^messenger: unknown option: --prot; --help/, 2],
    [["server", "extra"], /^messenger: unknown argument: extra; --help/, 2],
    [["server", "-p"], /^messenger: -p needs a value; --help/, 2],
    [["server", "--port"], /^messenger: --port needs a value; --help/, 2],
    [["chat", "-u"], /^messenger: -u needs a value; --help/, 2],
    [["server", "--no-such-option"], /^messenger: unknown option: --no-such-option; --help/, 2],
    [["selftest", "--bogus=3"], /^messenger: unknown option: --bogus; --help/, 2],
    [["client", "-z"], /^messenger: unknown option: -z; --help/, 2],
    [["migrate", "--from", "x"], /^messenger: missing required argument: --to; --help/, 2],
    [["server", "-p", "-1"], /^messenger: option -p: must be a whole number, 0 to 65535, not "-1"/, 1],
    [["server", "--port", "BAD"], /^messenger: option --port: must be a whole number, 0 to 65535, not "BAD"/, 1],
    [["server", "-p", "BAD", "-a", "127.0.0.1"], /^messenger: option -p: must be a whole number/, 1],
    [["chat", "-p", "BAD"], /^messenger: -p: must be a whole number from 1 to 65535/, 1],
    [["chat", "-u", ""], /^messenger: -u: must not be empty/, 1],
    [["server", "--no-port"], /^messenger: option --port: /, 1],
  ] as const) {
    it(`answers "messenger ${words.join(" ")}" with one line`, async () => {
      const result = await messenger(words);
      assert.deepEqual([result.code, result.stdout], [code, ""]);
      assert.match(result.stderr, line);
      assert.equal(result.stderr.split("\n").length, 2);
    });
  }

  it("prints all settings as a config file that comes to the same, without secrets", async () => {
    const file = join(folder(), "messenger.json");
    const words = [
      "--ftp-passive-ports",
      "50000-50010",
      "--drain-timeout",
      "7",
      "--no-ftp",
      "--registration",
      "invite",
    ];
    const secrets = { MESSENGER_INVITATION_CODE: "hunter2", MESSENGER_STORE: "mongodb://ann:hunter2@db/x" };
    const first = await messenger(["server", ...words, "--print-config"], secrets);
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.doesNotMatch(first.stdout, /hunter2/);
    const printed = JSON.parse(first.stdout) as Record<string, unknown>;
    assert.equal(printed["store"], "mongodb://ann:***@db/x");
    assert.deepEqual([printed["ftp"], printed["drain-timeout"]], [false, 7]);
    writeFileSync(file, first.stdout);
    const second = await messenger(["server", "--config", file, "--print-config"]);
    assert.equal(second.stdout, first.stdout);
  });

  it("tells whether a server would start, and makes nothing", async () => {
    const data = join(folder(), "data");
    const check = (...words: string[]) => messenger(["server", "--data", data, "--check-config", ...words]);
    const right = await check("--tls", "self-signed");
    assert.equal(right.code, 0, right.stderr);
    assert.match(right.stderr, /^messenger: the settings can be used [^\n]*\n$/);
    assert.equal(right.stdout, "");
    const file = join(folder(), "file");
    writeFileSync(file, "no certificate");
    const wrong = [
      [["--registration", "invite"], /^messenger: registration: invite needs .*--invitation-code-file/],
      [["--tls", "require"], /^messenger: tls: require needs/],
      [["--tls-cert", file, "--tls-key", file], /^messenger: tls-cert, tls-key: .*file is not a certificate/],
      [["--store", "sqlite::memory:"], /^messenger: store .*names no file/],
      [["--data", file], /^messenger: data folder .*file: /],
      [["--port", "x"], /^messenger: option --port: /],
    ] as const;
    for (const [words, line] of wrong) {
      const { code, stderr } = await check(...words);
      assert.equal(code, 1, words.join(" "));
      assert.match(stderr, line);
      assert.equal(stderr.split("\n").length, 2, stderr);
    }
    assert.deepEqual(readdirSync(folder()), ["file"]);
  });

  it("names the environment variable that is wrong", async () => {
    const { code, stderr } = await messenger(["server"], { MESSENGER_DRAIN_TIMEOUT: "soon" });
    assert.equal(code, 1);
    assert.match(stderr, /^messenger: environment variable MESSENGER_DRAIN_TIMEOUT: must be .*, not "soon"\n$/);
  });
});

describe("npm start", function () {
  this.timeout(2 * DEADLINE_MS);
  const folder = tempDirPerTest();
  let child: ChildProcess | undefined;

  afterEach(() => child?.kill("SIGKILL"));

  /** A checkout as it is after its packages were installed. */
  function checkout(): string {
    const copy = join(folder(), "checkout");
    for (const name of ["src", "scripts", "tsconfig.json", "tsconfig.src.json", "package.json", "package-lock.json"]) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    return copy;
  }

  /** Runs a command that starts a server, and stops it by a signal to that command when it is ready. */
  async function startAndStop(copy: string, command: readonly [string, ...string[]]): Promise<Result> {
    const [program, ...words] = [...command, "-p", "0", "--no-ftp", "--data", join(folder(), "data")];
    const started = spawn(program, words, { cwd: copy });
    child = started;
    let [stdout, stderr] = ["", ""];
    started.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    started.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    createInterface({ input: started.stdout }).once("line", () => started.kill("SIGTERM"));
    const [code] = await once(started, "close");
    return { code: Number(code), stdout, stderr };
  }

  it("compiles what is newer of the program alone, becomes the server, and leaves standard output to it", async () => {
    const copy = checkout();
    for (const name of ["bench", "test"]) {
      mkdirSync(join(copy, name));
      writeFileSync(join(copy, name, "wrong.ts"), "this does not compile");
    }
    const direct = [process.execPath, "scripts/start.mjs", "server"] as const;
    const first = await startAndStop(copy, direct);
    assert.match(first.stderr, /compiling/);
    assert.match(first.stdout, /^messenger server listening on 127\.0\.0\.1:\d+ \(store sqlite, avatars off\)\n$/);
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(readdirSync(join(copy, "dist")), ["src"]);
    const second = await startAndStop(copy, ["npm", "--silent", "start", "--"]);
    assert.doesNotMatch(second.stderr, /compiling/);
    assert.match(second.stdout, /^messenger server listening on [^\n]+\n$/);
    assert.equal(second.code, 0, second.stderr);
    const later = new Date(Date.now() + 1000);
    utimesSync(join(copy, "src", "cli.ts"), later, later);
    const third = await startAndStop(copy, direct);
    assert.match(third.stderr, /compiling/);
  });
});
