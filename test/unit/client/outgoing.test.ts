// The outgoing queue: it survives a restart, a kill and a torn line, keeps its order, and stays small.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { OutgoingQueue, QueueFullError } from "../../../src/client/outgoing.ts";
import { eventually } from "../../support/eventually.ts";
import { tempDirPerTest } from "../../support/temp-dir.ts";

describe("outgoing queue", () => {
  const folder = tempDirPerTest();
  const file = (): string => join(folder(), "outgoing.jsonl");
  const texts = (queue: OutgoingQueue): string[] => queue.list().map((message) => message.text);

  it("holds after a restart what was not acknowledged, in order and with the same ids", async () => {
    const before = await OutgoingQueue.open(file());
    const [one, two, three] = ["one", "two", "three"].map((text) => before.add("common", text));
    before.remove(two?.messageId ?? "");
    before.fail(three?.messageId ?? "", "too long");
    await before.close();
    const after = await OutgoingQueue.open(file());
    assert.deepEqual(after.list(), [one, { ...three, failure: "too long" }]);
    assert.equal(after.waitingCount, 1);
    assert.deepEqual(after.next("common"), one);
    after.retry(three?.messageId ?? "");
    assert.equal(after.waitingCount, 2);
    await after.close();
  });

  it("holds changes in their place among the messages, and until their result is seen", async () => {
    const before = await OutgoingQueue.open(file());
    const first = before.addChange("common", 7, { kind: "delete" });
    const text = before.add("common", "after it");
    await before.close();
    const after = await OutgoingQueue.open(file());
    assert.deepEqual([after.next("common"), after.changes("common"), after.list()], [first, [first], [text]]);
    after.settle(first.changeId, { rev: 3 }, false);
    assert.deepEqual([after.next("common"), after.changes("common"), after.waitingCount], [text, [first], 1]);
    for (const [seq, rev] of [
      [7, 2],
      [8, 3],
    ] as const) {
      after.seen("common", seq, rev);
      assert.deepEqual(after.changes("common"), [first], "another state, or another message");
    }
    after.seen("common", 7, 3);
    assert.deepEqual(after.changes("common"), []);
    await after.close();
    const last = await OutgoingQueue.open(file());
    assert.deepEqual([last.changes("common"), last.list()], [[], [text]]);
    await last.close();
  });

  it("is readable by its owner only", async () => {
    const queue = await OutgoingQueue.open(file());
    queue.add("common", "secret");
    await queue.close();
    assert.equal(statSync(file()).mode & 0o777, 0o600);
  });

  it("gives a message out only when it is on the disk", async () => {
    const queue = await OutgoingQueue.open(file());
    const message = queue.add("common", "hello");
    assert.equal(queue.next("common"), undefined);
    await new Promise((resolve) => queue.events.on("ready", resolve));
    assert.match(readFileSync(file(), "utf8"), /hello/);
    assert.equal(queue.next("common"), message);
    await queue.close();
  });

  it("passes over a torn last line and goes on after it", async () => {
    const before = await OutgoingQueue.open(file());
    before.add("common", "whole");
    await before.close();
    appendFileSync(file(), '{"add":{"messageId":"x","chatId":"common","te');
    const after = await OutgoingQueue.open(file());
    after.add("common", "next");
    await after.close();
    const last = await OutgoingQueue.open(file());
    assert.deepEqual(texts(last), ["whole", "next"]);
    await last.close();
  });

  it("loses of a block of zeros only the lines that it has touched", async () => {
    const queue = await OutgoingQueue.open(file());
    for (const text of ["one", "two", "three", "four"]) queue.add("common", text);
    await queue.close();
    const lines = readFileSync(file(), "utf8").trimEnd().split("\n");
    const zeros = "\0".repeat(4096);
    writeFileSync(
      file(),
      [lines[0], (lines[1] ?? "").slice(0, 20) + zeros + (lines[2] ?? ""), lines[3], zeros].join("\n"),
    );
    const again = await OutgoingQueue.open(file());
    assert.deepEqual(
      again.list().map(({ text }) => text),
      ["one", "three", "four"],
    );
    await again.close();
  });

  it("passes over lines that are none of its own", async () => {
    writeFileSync(file(), 'null\n[]\n{"add":{"messageId":7}}\nrubbish\n{"remove":null}\n\n');
    const queue = await OutgoingQueue.open(file());
    assert.deepEqual(texts(queue), []);
    await queue.close();
  });

  it("does not grow with what it has held", async () => {
    const queue = await OutgoingQueue.open(file());
    const kept = queue.add("common", "kept");
    for (let i = 0; i < 2000; i += 1) queue.remove(queue.add("common", "x".repeat(500)).messageId);
    await queue.close();
    assert.ok(statSync(file()).size < 512 * 1024, `${statSync(file()).size} bytes`);
    const after = await OutgoingQueue.open(file());
    assert.deepEqual(after.list(), [kept]);
    await after.close();
  });

  it("has no text any more in its file that was acknowledged, after a close and after a crash", async () => {
    const queue = await OutgoingQueue.open(file());
    const [first, , last] = ["first", "second", "last"].map((text) => queue.add("common", `the ${text} text`));
    for (const message of [first, last]) queue.remove(message?.messageId ?? "");
    await eventually("all is written", () => readFileSync(file(), "utf8").split("\n").length === 6);
    const crashed = `${file()}.crashed`;
    copyFileSync(file(), crashed);
    await queue.close();
    await (await OutgoingQueue.open(crashed)).close();
    for (const one of [file(), crashed]) {
      const lines = readFileSync(one, "utf8").trimEnd().split("\n");
      assert.deepEqual([lines.length, lines[0]?.includes("the second text")], [1, true], lines.join());
    }
  });

  it("leaves lines of a newer client in its file", async () => {
    const newer = ['{"add":{"pollId":"p","question":"when?"}}', '{"remove":"q"}'];
    writeFileSync(file(), `${newer.join("\n")}\n`);
    const queue = await OutgoingQueue.open(file());
    queue.remove(queue.add("common", "text").messageId);
    await queue.close();
    assert.deepEqual(readFileSync(file(), "utf8").trimEnd().split("\n"), newer);
  });

  it("refuses more than it may hold", async () => {
    const queue = await OutgoingQueue.open(undefined);
    const large = "x".repeat(1024 * 1024);
    for (let i = 0; i < 16; i += 1) queue.add("common", large);
    assert.throws(() => queue.add("common", "x"), QueueFullError);
  });

  it("says at the start when its file cannot be used", async () => {
    await assert.rejects(OutgoingQueue.open(join(folder(), "missing", "outgoing.jsonl")));
  });

  it("loses nothing that it said was on the disk when it is killed", async () => {
    const writer = fileURLToPath(new URL("../../support/queue-writer.js", import.meta.url));
    for (const killAfter of [1, 40, 150]) {
      const target = `${file()}.${killAfter}`;
      const child = spawn(process.execPath, [writer, target], { stdio: ["ignore", "pipe", "inherit"] });
      const said: string[] = [];
      createInterface(child.stdout).on("line", (line) => {
        said.push(line);
        if (said.length >= killAfter) child.kill("SIGKILL");
      });
      await eventually("the writer is dead", () => child.signalCode === "SIGKILL");
      const queue = await OutgoingQueue.open(target);
      const found = texts(queue);
      await queue.close();
      const expected = Array.from({ length: found.length }, (_, index) => String(index + 1));
      assert.deepEqual(found, expected, "in order, none twice");
      assert.ok(found.length >= killAfter, `${found.length} found, ${killAfter} promised`);
    }
  }).timeout(20_000);
});
