// `messenger chat` as people and scripts use it: two of them on a server process, on streams instead of a terminal.
import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";
import { Terminal } from "../support/terminal.ts";

describe("messenger chat", () => {
  const folder = tempDirPerTest();
  const terminals: Terminal[] = [];
  let server: ServerProcess;

  const open = (...args: string[]): Terminal => {
    const terminal = new Terminal(server.port, join(folder(), "clients"), args);
    terminals.push(terminal);
    return terminal;
  };

  beforeEach(async () => {
    server = await ServerProcess.start([], join(folder(), "server"));
  });

  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.kill();
    await server.stop();
  });

  it("lets two people meet, talk, search, and catch up", async () => {
    const alice = open();
    alice.type("/register Alice", "hello everybody");
    await alice.sees("[common] Alice: hello everybody");
    const bob = open();
    bob.type("/register Bob", "/add Alice", "/msg Alice", "hi Alice");
    await bob.sees("* added Alice");
    await alice.sees("[Bob] Bob: hi Alice");
    assert.deepEqual(bob.said("common"), ["Alice: hello everybody"], "history on entering");
    alice.type("/msg bob", "hi Bob, **welcome**");
    await bob.sees("[Alice] Alice: hi Bob, **welcome**");
    assert.equal(await bob.end(), 0);
    alice.type("are you there?", "/common", "nobody there", "/search NOBODY");
    await alice.sees("* 1 found");
    const later = open("--username", "Bob");
    await later.sees("unread: 1 in common, 2 in Alice");
    await later.sees("[Alice] Alice: are you there?");
    later.type("/who", "/contacts", "/profile", "/help");
    await later.sees("* online: Alice");
    await later.sees("* unread: 1 in common, 2 in Alice");
    await later.sees("* name: Bob");
    assert.deepEqual(later.said("Alice"), ["Alice: are you there?"], "what was seen before is not repeated");
    assert.deepEqual(later.said("common"), ["Alice: hello everybody", "Alice: nobody there"]);
    later.type("/msg Alice", "/read", "/contacts", "/del Alice", "/quit");
    assert.equal(await later.end(), 0);
    assert.ok(later.lines.includes("* unread: 1 in common"));
    assert.ok(later.lines.includes("* deleted Alice"));
  }).timeout(60_000);

  it("edits and deletes an own message for everybody, and says when somebody else's cannot be", async () => {
    const alice = open();
    const bob = open();
    alice.type("/register Alice");
    await alice.sees("logged in");
    bob.type("/register Bob", "one", "two");
    await alice.sees("#2] [common] Bob: two");
    bob.type("/edit 2 the second", "/delete #1", "/history");
    await bob.sees("* edited #2");
    await alice.sees("#2] [common] Bob (edited): the second");
    await bob.sees("* deleted #1");
    await bob.sees("#1] [common] Bob (deleted): ");
    await alice.sees("* #1 in common: deleted by Bob");
    alice.type("/delete 2");
    await alice.sees("* stopped at line ");
    assert.equal(await alice.left(), 1, "a script stops where it fails");
    bob.type("/delete two");
    await bob.sees("* usage: /delete N");
    assert.equal(await bob.left(), 1);
  }).timeout(60_000);

  it("answers, reacts to and pins messages by their numbers", async () => {
    const alice = open();
    alice.type("/register Alice");
    await alice.sees("logged in");
    const bob = open();
    bob.type("/register Bob", "/msg Alice question");
    await alice.sees("#1] [Bob] Bob: question");
    alice.type("/msg Bob", "/reply 1 answer", "/react 1 👍", "/pin #1", "/unreact 1 👍", "/pins");
    await bob.sees("#2] [Alice] Alice (to #1): answer");
    await bob.sees("* #1 in Alice: 👍 1");
    await bob.sees("* #1 in Alice: pinned");
    await bob.sees("* #1 in Alice: no reactions any more");
    await alice.sees("#1] [Bob] Bob (pinned): question");
    await alice.sees("* 1 pinned");
    alice.type("/react 1 word");
    await alice.sees("* reaction: ");
    assert.equal(await alice.left(), 1);
  }).timeout(60_000);

  it("blocks somebody, also who is no contact, and ends that", async () => {
    const alice = open();
    alice.type("/register Alice");
    await alice.sees("logged in");
    const bob = open();
    bob.type("/register Bob", "/block Alice", "/block alice", "/contacts");
    await bob.sees("* blocked Alice");
    await bob.sees("* Alice is blocked already");
    await bob.sees("* blocked: Alice");
    alice.type("/msg Bob", "are you there?");
    await alice.sees("* not sent (chat_id: blocked): are you there?");
    assert.equal(await bob.end(), 0);
    const later = open("--username", "Bob");
    later.type("/unblock Alice", "/unblock Alice", "/contacts");
    await later.sees("* unblocked Alice");
    await later.sees("* Alice is not blocked");
    await later.sees("* unread: nothing");
    assert.ok(!later.lines.some((line) => line.includes("blocked: ")));
    alice.type("and now?");
    await later.sees("[Alice] Alice: and now?");
  }).timeout(60_000);

  it("prints nothing that a terminal would obey", async () => {
    const alice = open();
    alice.type("/register Alice", "\u001b]0;owned\u0007 \u001b[2J \u202egnp.exe \u0090 end");
    await alice.sees("end");
    const printed = alice.lines.join("");
    assert.doesNotMatch(printed, /[\u0000-\u001f\u007f-\u009f\u202e]/u);
    assert.match(printed, /\\u\{1b\}\]0;owned\\u\{7\} \\u\{1b\}\[2J/u);
  }).timeout(30_000);

  it("says what went wrong, and tells scripts by its exit code", async () => {
    const alice = open();
    alice.type("/register Alice");
    assert.equal(await alice.end(), 0);
    const again = open();
    again.type("/register alice");
    assert.equal(await again.end(), 1, "the name is taken");
    const bob = open("--username", "Bob");
    assert.equal(await bob.end(), 1, "no such user");
    const long = open("--username", "Alice");
    long.type("x".repeat(8193), "short");
    assert.equal(await long.end(), 1, "one was refused");
    assert.deepEqual(long.said("common"), ["Alice: short"]);
  }).timeout(60_000);

  it("stops a script at the first line that fails, so that nothing lands where it was not meant for", async () => {
    const alice = open();
    alice.type("/register Alice");
    assert.equal(await alice.end(), 0);
    const failing = {
      "/nonsense": "* there is no command /nonsense",
      "/Msg Alice": "* there is no command /Msg",
      "/msg nobody.here": "* username: no such user",
      "/msg nobody.here hello": "* username: no such user",
      "/msg": "* usage: /msg NAME [text]",
      "/common hello": "* usage: /common",
      "/add nobody.here": "* contact: no such user",
      "/add Alice": "* contact: is yourself",
      "/del nobody.here": "* username: no such user",
      "/block nobody.here": "* username: no such user",
      "/block Alice": "* contact: is yourself",
      "/unblock nobody.here": "* username: no such user",
      "/search": "* usage: /search WORD",
      "/history many": "* a number from 1 to 200",
      "/profile nobody.here": "* username: no such user",
      "/contacts all": "* usage: /contacts",
      "/read all": "* usage: /read",
      "/who now": "* usage: /who",
      "/quit now": "* usage: /quit",
      "/login nobody.here": "* wrong username, password or token",
      "/register Alice": "* username: is taken",
    };
    for (const [line, said] of Object.entries(failing)) {
      const script = open("--username", "Alice");
      script.type(`before ${line}`, line, "for one person only", "/common", "nor this");
      assert.equal(await script.end(), 1, line);
      await script.sees(said);
      await script.sees("* stopped at line 2: ");
    }
    const early = open();
    early.type("lost words", "/login Alice", "more of them");
    assert.equal(await early.end(), 1);
    await early.sees("* not logged in");
    const stranger = open("--username", "Bob");
    stranger.type("lost words");
    assert.equal(await stranger.end(), 1);
    await stranger.sees("* stopped before the first line: ");
    const reader = open("--username", "Alice");
    reader.type("/history 200");
    assert.equal(await reader.end(), 0);
    const stored = reader.said("common").slice(-Object.keys(failing).length);
    assert.deepEqual(
      stored,
      Object.keys(failing).map((line) => `Alice: before ${line}`),
    );
  }).timeout(120_000);

  it("sends lines of a script that look like a command, and are none", async () => {
    const alice = open();
    alice.type("/register Alice", "/dev/sda1 95 % full", "/ 50 %", "/* a comment */", "//etc is full");
    assert.equal(await alice.end(), 0);
    assert.deepEqual(alice.said("common"), [
      "Alice: /dev/sda1 95 % full",
      "Alice: / 50 %",
      "Alice: /* a comment */",
      "Alice: /etc is full",
    ]);
  }).timeout(30_000);

  it("fails when what was sent in the account before was refused, or nobody can read what it prints", async () => {
    const alice = open();
    alice.type("/register Alice", "x".repeat(8193), "/register Bob");
    await alice.sees("* not sent");
    await alice.sees("* logged in as Bob");
    assert.equal(await alice.end(), 1);
    const unread = open("--username", "Alice");
    await unread.sees("* logged in");
    unread.closeOutput();
    unread.type("/help", "/help");
    assert.equal(await unread.end(), 1);
  }).timeout(60_000);

  it("tells the server what was read, also when it leaves at once", async () => {
    const alice = open();
    alice.type("/register Alice");
    assert.equal(await alice.end(), 0);
    const bob = open();
    bob.type("/register Bob", "/msg Alice hello");
    assert.equal(await bob.end(), 0);
    const reader = open("--username", "Alice");
    reader.type("/msg Bob", "/read");
    assert.equal(await reader.end(), 0);
    const elsewhere = new Terminal(server.port, join(folder(), "elsewhere"), ["--username", "Alice"]);
    terminals.push(elsewhere);
    elsewhere.type("/contacts");
    await elsewhere.sees("* unread: nothing");
    assert.equal(await elsewhere.end(), 0);
  }).timeout(60_000);

  it("stays through a killed server, and leaves when everything is acknowledged", async () => {
    const alice = open();
    alice.type("/register Alice");
    const bob = open();
    bob.type("/register Bob");
    await alice.sees("logged in");
    await bob.sees("logged in");
    const said: string[] = [];
    let count = 0;
    const say = (): void => {
      count += 1;
      for (const [terminal, name] of [
        [alice, "Alice"],
        [bob, "Bob"],
      ] as const) {
        terminal.type(`line ${count}`);
        said.push(`${name}: line ${count}`);
      }
    };
    for (let kill = 0; kill < 2; kill += 1) {
      for (let line = 0; line < 50; line += 1) say();
      await eventually("some lines are stored", () => alice.said("common").length > 20);
      await server.kill();
      for (let line = 0; line < 50; line += 1) say();
      await alice.sees("* not connected");
      server = await server.again();
    }
    await eventually("all is there", () => alice.said("common").length === said.length, 30_000);
    await eventually("all is there", () => bob.said("common").length === said.length, 30_000);
    await alice.sees("* connected again");
    assert.deepEqual(alice.said("common"), bob.said("common"));
    for (const name of ["Alice:", "Bob:"]) {
      const own = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith(name));
      assert.deepEqual(own(alice.said("common")), own(said), "in the order of typing, each once");
    }
    assert.equal(await alice.end(), 0);
    assert.equal(await bob.end(), 0);
  }).timeout(90_000);

  it("sends at the next start what could not be sent before it was killed", async () => {
    const alice = open("--drain-timeout", "1");
    alice.type("/register Alice", "before");
    await alice.sees("Alice: before");
    await server.kill();
    await alice.sees("* not connected");
    alice.type("one", "two");
    await alice.sees("* kept until there is a connection");
    assert.equal(await alice.end(), 1, "not everything is stored");
    server = await server.again();
    const again = open("--username", "Alice");
    assert.equal(await again.end(), 0);
    assert.deepEqual(again.said("common"), ["Alice: before", "Alice: one", "Alice: two"]);
  }).timeout(60_000);
});
