// `messenger chat` at a server that registers only who has its invitation code: as a script, and as a person.
import assert from "node:assert/strict";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { runChat } from "../../src/client/terminal/run-chat.ts";
import { loadChatConfig } from "../../src/config/chat-options.ts";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server-process.ts";
import { Terminal } from "../support/terminal.ts";

const CODE = "open sesame";

describe("messenger chat with --registration invite", () => {
  const terminals: Terminal[] = [];
  let server: ServerProcess;

  const open = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Terminal => {
    const terminal = new Terminal(server.port, join(server.data, "clients"), args, env);
    terminals.push(terminal);
    return terminal;
  };

  before(async () => {
    server = await ServerProcess.start(["--registration", "invite", "--invitation-code", CODE]);
  });
  after(() => server.remove());

  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.kill();
  });

  it("registers with the code of the command line or of the environment", async () => {
    const alice = open(["--invitation", CODE]);
    alice.type("/register Alice");
    await alice.sees("* logged in as Alice");
    assert.equal(await alice.end(), 0);
    const bob = open([], { MESSENGER_INVITATION: CODE });
    bob.type("/register Bob");
    await bob.sees("* logged in as Bob");
    assert.equal(await bob.end(), 0);
  }).timeout(60_000);

  it("tells a script what is missing or wrong", async () => {
    const none = open([]);
    none.type("/register Carol", "the next line is no code");
    await none.sees("* invitation: this server asks for a code; it is given by --invitation or MESSENGER_INVITATION");
    assert.equal(await none.end(), 1);
    const wrong = open(["--invitation", "sesame"]);
    wrong.type("/register Carol");
    await wrong.sees("* invitation: wrong code");
    assert.equal(await wrong.end(), 1);
    assert.ok(!wrong.lines.some((line) => line.includes("sesame")), "the code is not printed");
  }).timeout(60_000);

  it("asks a person for the code without showing it", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
    let shown = "";
    output.setEncoding("utf8").on("data", (chunk: string) => (shown += chunk));
    const config = loadChatConfig(
      { port: String(server.port), keep: false },
      { MESSENGER_PASSWORD: "a long password" },
    );
    const exitCode = runChat(config, input, output);
    input.write("/register Dora\r");
    await eventually("the code is asked for", () => shown.includes("invitation code: "), 20_000);
    assert.match(shown, /\* invitation: this server asks for a code/);
    input.write(`${CODE}\r`);
    await eventually("logged in", () => shown.includes("* logged in as Dora"), 20_000);
    input.write("/quit\r");
    assert.equal(await exitCode, 0);
    assert.ok(!shown.includes("sesame"));
  }).timeout(60_000);
});
