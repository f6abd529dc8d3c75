// Each character that could steer a terminal is sent to people who look at one: the bytes that they get hold none of them.
import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { eventually } from "../support/eventually.ts";
import { Person } from "../support/person.ts";
import { CLI, ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";
import { assertSafe, unsafeText } from "../support/unsafe-characters.ts";
import { WireClient } from "../support/wire-client.ts";

const PASSWORD = "a long password";

describe("hostile text", function () {
  this.timeout(60_000);
  let server: ServerProcess;
  const folder = tempDirPerTest();
  const running: ChildProcessByStdio<null, Readable, Readable>[] = [];

  beforeEach(async () => {
    server = await ServerProcess.start(["--ftp", "--ftp-port", "0", "--log-level", "debug"]);
  });
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
    await server.remove();
  });

  /** A process of `messenger` with what it has written so far. */
  const follow = (...words: string[]): (() => Buffer) => {
    const env = { ...process.env, MESSENGER_PASSWORD: PASSWORD };
    const child = spawn(process.execPath, [CLI, ...words], { stdio: ["ignore", "pipe", "pipe"], env });
    running.push(child);
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => parts.push(part));
    return () => Buffer.concat(parts);
  };
  const admin = (...words: string[]): (() => Buffer) => follow("admin", ...words, "--data", server.data);
  const ann = async (): Promise<Person> => {
    const client = await WireClient.connect(server.port);
    await client.ok("register", { username: "Ann", password: PASSWORD });
    return Person.login(client, "Ann", PASSWORD);
  };

  it("does nothing to who looks at the traffic, as text and as JSON", async () => {
    const person = await ann();
    const views = [admin("traffic", "--follow", "--texts"), admin("traffic", "--follow", "--texts", "--json")];
    await eventually(
      "both look",
      () => (server.stderr.match(/looks at traffic with its texts/g) ?? []).length === 2,
      30_000,
    );
    await person.say(`begin ${unsafeText("\0")} end`);
    for (const view of views) {
      await eventually("it is shown", () => view().includes("begin") && view().includes("end"));
      assertSafe(view(), "messenger admin traffic");
    }
  });

  it("does nothing to who talks in a terminal", async () => {
    const bert = spawn(process.execPath, [CLI, "chat", "-p", String(server.port), "--data", folder()], {
      env: { ...process.env, MESSENGER_PASSWORD: PASSWORD },
    });
    let output = Buffer.alloc(0);
    bert.stdout.on("data", (part: Buffer) => (output = Buffer.concat([output, part])));
    bert.stdin.write("/register Bert\n");
    await eventually("Bert is there", () => output.includes("logged in"), 20_000);
    const person = await ann();
    await person.ok("update_profile", { bio: `bio ${unsafeText("\0").slice(0, 200)}` });
    await person.say(`begin ${unsafeText("\0")} end`);
    await eventually("it is shown", () => output.includes(" end"));
    bert.stdin.end("/profile Ann\n");
    await once(bert, "exit");
    assert.ok(output.includes("bio: bio"));
    assertSafe(output, "messenger chat");
  });

  it("does nothing to who administers groups and moderates messages", async () => {
    const client = await WireClient.connect(server.port);
    await client.ok("register", { username: "Cid", password: PASSWORD });
    const cid = await Person.login(client, "Cid", PASSWORD, ["groups"]);
    // Control characters are refused in titles; all else is taken.
    const title = `Tea ${unsafeText()
      .replace(/\p{Cc}/gu, "")
      .slice(0, 50)}`;
    const { chat } = await cid.ok("create_group", { title, topic: title });
    await cid.say(`begin ${unsafeText("\0")} end`, chat.chat_id);
    for (const words of [
      ["groups"],
      ["groups", "--json"],
      ["groups", "members", title],
      ["groups", "archive", `${title}!`],
      ["messages", "find", title, "begin"],
      ["messages", "find", chat.chat_id, "--json"],
      ["messages", "remove", title, "99", "--yes"],
      ["announce", "hear, hear", "--group", title],
      ["groups", "delete", title],
      ["groups", "delete", title, "--yes"],
      ["log"],
    ]) {
      const { stdout, stderr } = spawnSync(process.execPath, [CLI, "admin", ...words, "--data", server.data]);
      const output = Buffer.concat([stdout, stderr]);
      assert.ok(output.length > 0);
      assertSafe(output, `messenger admin ${words.join(" ")}`);
    }
    assert.equal((await cid.events("chat_gone"))[0]?.reason, "deleted");
    assertSafe(server.stderr, "standard error");
    assert.ok(!server.stderr.includes("Tea"), "no title is in the log");
  });

  it("does nothing to who reads the log, or what a command says is wrong", async () => {
    const ftpPort = Number(/ftp:\/\/\S+:(\d+)/.exec(server.stdout)?.[1]);
    const socket = connect(ftpPort, "127.0.0.1").setEncoding("utf8");
    let answer = "";
    socket.on("data", (text: string) => (answer += text) && answer.includes("530") && socket.destroy());
    const text = unsafeText("\r\n\0");
    const name = text.slice(0, 300); // a longer line is refused before it is a login
    socket.write(`USER ${name}\r\nPASS ${name}\r\n`);
    await once(socket, "close");
    await eventually("it is logged", () => server.stderr.includes("avatar login refused"));
    assertSafe(server.stderr, "standard error");
    for (const name of readdirSync(join(server.data, "logs"))) {
      assertSafe(readFileSync(join(server.data, "logs", name)), name);
    }
    for (const words of [
      ["log"],
      ["log", "--json"],
      ["users", text],
      ["disable-user", text],
      ["ban", text, "60"],
      ["bans"],
    ]) {
      const { stdout, stderr } = spawnSync(process.execPath, [CLI, "admin", ...words, "--data", server.data]);
      assertSafe(Buffer.concat([stdout, stderr]), `messenger admin ${words[0]}`);
    }
  });
});
