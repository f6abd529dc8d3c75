// The public client as another project has it: packed by npm, installed alone, its example on the page run and compiled.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { useServer } from "../support/server.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const SOURCES = ["src", "package.json", "tsconfig.json", "tsconfig.src.json", "tsconfig.package.json"];
const MAX_EXAMPLE_LINES = 20;

/** A bot that does with groups what the page shows. */
function groupsBot(page: string): string {
  const shown = /```ts\n(const chatId = await messenger\.groups[^]*?)```/.exec(page)?.[1] ?? "";
  assert.match(shown, /groups\.members/);
  return `
    import { memoryAccount, Messenger, registerUser } from "messenger/client";
    const server = { host: "127.0.0.1", port: Number(process.argv[2]) };
    for (const name of ["groups-bot", "bob", "carol"]) await registerUser(server, name, "a long password");
    const messenger = new Messenger({ account: await memoryAccount(server, "groups-bot") });
    await messenger.login("a long password");
    ${shown}
    const title = messenger.snapshot?.chats.find((chat) => chat.chat_id === chatId)?.title;
    console.log(title + ": " + members.map(({ username, role }) => username + " " + role).join(", "));
    if (has_more || !(await messenger.whenSent(30_000))) process.exitCode = 1;
    await messenger.close();
  `;
}

describe("the public client", () => {
  const server = useServer();
  const folder = tempDirPerTest();

  /** Packs a copy of the sources, so that what tests run from stays as it is, and unpacks it in a project of its own. */
  async function project(): Promise<string> {
    const copy = join(folder(), "copy");
    for (const name of SOURCES) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    await run("npm", ["pack", "--pack-destination", folder()], { cwd: copy });
    const tarball = readdirSync(folder()).find((name) => name.endsWith(".tgz")) ?? "";
    const place = join(folder(), "project");
    const installed = join(place, "node_modules", "messenger");
    mkdirSync(installed, { recursive: true });
    await run("tar", ["-xzf", join(folder(), tarball), "-C", installed, "--strip-components=1"]);
    return place;
  }

  it("runs and compiles as its page has it, with nothing installed beside it", async () => {
    const place = await project();
    const page = readFileSync(join(ROOT, "docs", "client.md"), "utf8");
    const example = /```js\n([^]*?)```/.exec(page)?.[1] ?? "";
    assert.ok(example.trimEnd().split("\n").length <= MAX_EXAMPLE_LINES);
    assert.match(example, /from "messenger\/client"/);

    writeFileSync(join(place, "bot.mjs"), example);
    const { stdout, stderr } = await run(process.execPath, ["bot.mjs", String(server().port)], { cwd: place });
    assert.match(stdout, /^#1 bot-\d+: Good morning\n#2 bot-\d+: and good night\n$/);
    assert.equal(stderr, "");

    const groups = groupsBot(page);
    writeFileSync(join(place, "groups.mjs"), groups);
    const made = await run(process.execPath, ["groups.mjs", String(server().port)], { cwd: place });
    assert.equal(made.stdout, "Trip to Rome: bob member, carol moderator, groups-bot owner\n");

    writeFileSync(join(place, "groups.mts"), groups);
    writeFileSync(join(place, "bot.mts"), example);
    // What the compiler finds in a project: of the package's dependencies only types are asked for.
    mkdirSync(join(place, "node_modules", "@types"));
    for (const name of ["@types/node", "ajv"]) {
      symlinkSync(join(ROOT, "node_modules", name), join(place, "node_modules", name));
    }
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--types", "node"];
    await run(process.execPath, [compiler, ...options, "bot.mts", "groups.mts"], { cwd: place });
    writeFileSync(join(place, "wrong.mts"), `${example}\nconst wrong: number = messenger.send("common", 5);\n`);
    await assert.rejects(run(process.execPath, [compiler, ...options, "wrong.mts"], { cwd: place }), {
      stdout: /wrong\.mts.*error TS/,
    });
  });
});
