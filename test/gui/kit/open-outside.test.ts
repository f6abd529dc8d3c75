// Opening links and folders: what is opened, and what is said where nothing opens them.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";

const { openFolder, openLink } = await import("../../../gui/kit/open-outside.ts");

describe("opening outside", () => {
  const folder = mkdtempSync(join(tmpdir(), "messenger-links-"));
  const opened = join(folder, "opened");
  const { PATH: path } = process.env;
  afterEach(() => (process.env["PATH"] = path));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Puts a program that ends with this code in the place of the one that opens links. */
  function opener(code: number): void {
    const file = join(folder, "xdg-open");
    writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${opened}'\nexit ${code}\n`);
    chmodSync(file, 0o755);
    process.env["PATH"] = `${folder}:${path}`;
  }

  it("hands web and mail addresses to the program of the desktop, and nothing else", async () => {
    opener(0);
    const problems: unknown[] = [];
    for (const url of [
      "file:///etc/passwd",
      "javascript:alert(1)",
      "-version",
      "ftp://example.org",
      "https://example.org/x",
    ])
      openLink(url, (error) => problems.push(error));
    await eventually("one is opened", () => existsSync(opened));
    openLink("mailto:anna@example.org", (error) => problems.push(error));
    await eventually("the other one is", () => readFileSync(opened, "utf8").includes("mailto"));
    assert.equal(readFileSync(opened, "utf8"), "https://example.org/x\nmailto:anna@example.org\n");
    assert.deepEqual(problems, []);
  });

  it("says so where that program has failed, and where there is none", async () => {
    const problems: string[] = [];
    const note = (error: unknown): void => void problems.push(error instanceof Error ? error.message : "");
    opener(3);
    openLink("https://example.org", note);
    await eventually("it is said", () => problems.length === 1);
    process.env["PATH"] = join(folder, "empty");
    openLink("https://example.org", note);
    await eventually("it is said again", () => problems.length === 2);
    assert.deepEqual(
      problems,
      Array.from({ length: 2 }, () => "No program here opens https://example.org."),
    );
  });

  it("opens folders, and says so where that cannot be", async () => {
    const problems: string[] = [];
    const note = (error: unknown): void => void problems.push(error instanceof Error ? error.message : "");
    opener(0);
    openFolder("/tmp/backups", note);
    await eventually("it is opened", () => readFileSync(opened, "utf8").endsWith("/tmp/backups\n"));
    opener(2);
    openFolder("/tmp/backups", note);
    await eventually("it is said", () => problems.join() === "No program here opens /tmp/backups.");
  });
});
