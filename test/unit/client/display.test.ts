// Output on a terminal: safe whatever was sent, and readable.
import assert from "node:assert/strict";
import fc from "fast-check";
import { visibleMessage as visible } from "../../../src/util/visible-text.ts";
import { clockTime, messageLine, profileLines } from "../../../src/client/terminal/display.ts";
import { SERVER_USER_ID } from "../../../src/protocol/ids.ts";
import { message } from "../../support/messages.ts";

const DANGEROUS = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

describe("terminal display", () => {
  it("makes visible what a terminal would obey", () => {
    assert.equal(visible("a\u001b[31mb\u0000\u007f\u009b\r\t"), String.raw`a\u{1b}[31mb\u{0}\u{7f}\u{9b}\u{d}\u{9}`);
    assert.equal(visible("\u202eexe.gnp\u2069 \u2028"), String.raw`\u{202e}exe.gnp\u{2069} \u{2028}`);
    assert.equal(visible("\ud800"), String.raw`\u{d800}`);
    assert.equal(visible("👩‍👩‍👧 ❤️ שלום é"), "👩‍👩‍👧 ❤️ שלום é");
  });

  it("lets nothing dangerous through, whatever a message holds", () => {
    const texts = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(texts, texts, texts, (text, username, title) => {
        const line = messageLine({ ...message(1), message: text, username }, title, false);
        for (const part of line.split("\n")) assert.doesNotMatch(part, DANGEROUS);
        const styled = messageLine({ ...message(1), message: `**${text}**`, username }, title, true);
        const plain = styled.replaceAll(/\u001b\[[0-4]m/g, "");
        for (const part of plain.split("\n")) assert.doesNotMatch(part, DANGEROUS);
      }),
    );
  });

  it("shows where, who and what; further lines are indented so that nobody can fake a line", () => {
    const line = messageLine({ ...message(1), message: "one\n[12:00] [common] Alice: two" }, "common", false);
    assert.match(line, /^\[[0-9: -]+ #1\] \[common\] Bob: one\n {4}\[12:00\] \[common\] Alice: two$/);
  });

  it("marks what the server itself says, in a way that no name can", () => {
    const line = messageLine({ ...message(1), user_id: SERVER_USER_ID, username: "Server" }, "common", false);
    assert.match(line, /\] Server \(the server\): /);
    assert.doesNotMatch(messageLine({ ...message(1), username: "Server" }, "common", false), /the server/);
  });

  it("shows emphasis to people and marks to scripts", () => {
    const bold = { ...message(1), message: "a **b\nc** `d`" };
    assert.ok(messageLine(bold, "common", false).endsWith("a **b\n    c** `d`"));
    const styled = messageLine(bold, "common", true);
    assert.ok(styled.endsWith("a \u001b[1mb\u001b[0m\n    \u001b[1mc\u001b[0m \u001b[2md\u001b[0m"));
  });

  it("leaves the day out of times of today", () => {
    const noon = new Date(2026, 0, 2, 12, 5).getTime();
    assert.equal(clockTime(noon, noon + 3_600_000), "12:05");
    assert.equal(clockTime(noon, noon + 24 * 3_600_000), "2026-01-02 12:05");
  });

  it("shows a profile", () => {
    const profile = {
      user_id: "1",
      username: "bob",
      first_name: "Bob",
      second_name: "B\u001b",
      bio: "",
      file_name: null,
    };
    assert.deepEqual(profileLines(profile), [String.raw`name: bob (Bob B\u{1b})`, "bio: none", "picture: none"]);
  });
});
