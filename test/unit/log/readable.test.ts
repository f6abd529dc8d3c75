// Log entries for people: one line, whatever is logged; and fields that are bounded and without secrets.
import assert from "node:assert/strict";
import { cleanFields } from "../../../src/log/fields.ts";
import type { LogFields } from "../../../src/log/logger.ts";
import type { LogLevel } from "../../../src/protocol/log-levels.ts";
import { readableLine } from "../../../src/log/readable.ts";

const noon = new Date(2026, 10, 23, 12, 0, 0, 7);

function line(level: LogLevel, text: string, fields: LogFields = {}): string {
  return readableLine(noon, level, text, cleanFields(fields));
}

describe("readableLine", () => {
  it("is time, level, text and fields", () => {
    assert.equal(
      line("info", "session began", { user: "ann", address: "[::1]:80", text: 'say "hi"', count: 3, none: undefined }),
      '2026-11-23 12:00:00.007 INFO  session began user=ann address="[::1]:80" text="say \\"hi\\"" count=3',
    );
  });

  it("cannot be forged or steer a terminal", () => {
    const nasty = "x\n2026-11-23 ERROR\r\x1b[2J\u0085\u2028\u202e\u{e0041}\ud800";
    for (const fields of [{ user: nasty }, { [nasty]: 1 }, { error: new Error(nasty) }, { list: [{ deep: nasty }] }]) {
      const shown = line("info", nasty, fields);
      assert.match(shown, /^[\x20-\x7e]+$/);
    }
  });

  it("shows the frames of an error's stack below, indented and escaped", () => {
    const error = new Error("first\n    at forged");
    const lines = line("error", "it broke", { error }).split("\n");
    assert.match(lines[0] ?? "", /ERROR it broke error="Error: first\\n {4}at forged"$/);
    assert.ok(lines.length > 2);
    for (const frame of lines.slice(1)) assert.match(frame, /^ {4}at /);
  });
});

describe("cleanFields", () => {
  it("hides what is named like a secret", () => {
    const clean = cleanFields({
      password: "a",
      newToken: "b",
      ticket: "c",
      deep: { repeat_password: "d" },
      tokenCount: 5,
    });
    assert.deepEqual(clean, {
      password: "[hidden]",
      newToken: "[hidden]",
      ticket: "[hidden]",
      deep: { repeat_password: "[hidden]" },
      tokenCount: 5,
    });
  });

  it("bounds long texts, lists, depth and circles", () => {
    const circle: Record<string, unknown> = { name: "c" };
    circle["self"] = circle;
    const clean = cleanFields({ long: "x".repeat(100_000), list: Array.from({ length: 1000 }).fill(1), circle });
    assert.ok(JSON.stringify(clean).length < 5000);
  });

  it("takes any value", () => {
    const clean = cleanFields({
      big: 12n,
      call: () => 1,
      bytes: Buffer.alloc(3),
      date: new Date(5),
      symbol: Symbol("s"),
    });
    assert.deepEqual(clean, { big: "12", call: "[no value]", bytes: "[3 bytes]", date: "5", symbol: "[no value]" });
  });

  it("keeps an error's code and cause", () => {
    const cause = Object.assign(new TypeError("inner"), { code: "ECONNRESET" });
    const clean = cleanFields({ error: new Error("outer", { cause }) });
    const text = JSON.stringify(clean);
    for (const part of ["Error: outer", "TypeError: inner", "ECONNRESET"]) assert.ok(text.includes(part), part);
  });
});
