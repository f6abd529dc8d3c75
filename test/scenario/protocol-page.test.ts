// docs/protocol.md tells the truth: its conversation happens as printed, and it names what the code has, and nothing else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { OPTIONS, CONFIG_FILE_OPTION } from "../../src/config/options.ts";
import { ACTIONS } from "../../src/protocol/actions.ts";
import { Code } from "../../src/protocol/codes.ts";
import type { Events } from "../../src/protocol/events.ts";
import * as limits from "../../src/protocol/limits.ts";
import { testConfig } from "../support/config.ts";
import { useServer } from "../support/server.ts";

const PAGE = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
/** Every event, by the compiler's word. */
const EVENTS: { readonly [E in keyof Events]: true } = {
  message: true,
  changed: true,
  presence: true,
  typing: true,
  read: true,
  profile: true,
  contact: true,
  block: true,
  chat: true,
  chat_gone: true,
  member: true,
  gap: true,
  closing: true,
};
/** What differs from one time to the next. */
const VARYING = new Set(["time", "user_id", "token"]);

/** The part of the page under a heading, without parts below it. */
function section(heading: string): string {
  const [, rest = ""] = PAGE.split(`\n## ${heading}\n`);
  return rest.split("\n## ")[0] ?? "";
}

/** The cells of the rows of a part's tables, heads left out. */
function rows(part: string): string[][] {
  const lines = part.split("\n").filter((line) => line.startsWith("|") && !/^\|[ -]*\|[ |-]*$/.test(line));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The words in backticks, with the `?` behind those that have one. */
function named(cell: string): string[] {
  return [...cell.matchAll(/`([a-z_]+)`(\??)/g)].map(([, name = "", mark = ""]) => name + mark);
}

/** Makes what varies equal to what is expected, if it has the same type. */
function alike(expected: unknown, actual: unknown): unknown {
  if (typeof expected !== "object" || typeof actual !== "object" || expected === null || actual === null) return actual;
  if (Array.isArray(actual)) return actual.map((item, index) => alike((expected as unknown[])[index], item));
  const model = new Map(Object.entries(expected));
  return Object.fromEntries(
    Object.entries(actual).map(([name, value]) => {
      const isSame = VARYING.has(name) && typeof model.get(name) === typeof value;
      return [name, isSame ? model.get(name) : alike(model.get(name), value)];
    }),
  );
}

describe("the protocol page", () => {
  const server = useServer();

  it("has a conversation that happens as it is printed", async () => {
    const client = await server().connect({ framing: "lines" });
    const [, conversation = ""] = section("A first conversation").split(/```(?:text)?\n/);
    const lines = conversation.trim().split("\n");
    assert.ok(lines.length > 10);
    for (const line of lines) {
      if (line.startsWith("> ")) {
        client.raw(`${line.slice(2)}\n`);
        continue;
      }
      const expected: unknown = JSON.parse(line.slice(2));
      assert.ok(typeof expected === "object" && expected !== null);
      if ("event" in expected && "data" in expected) {
        assert.deepEqual(alike(expected.data, await client.nextEvent("message")), expected.data);
      } else {
        assert.deepEqual(alike(expected, await client.replies.next()), expected);
      }
    }
  });

  it("names every action with its data, and no other", () => {
    const table = rows(section("Actions")).filter(
      ([action = ""]) => action.startsWith("`") && named(action).length === 1,
    );
    const actions = table.filter((row) => row.length === 3).slice(0, Object.keys(ACTIONS).length);
    assert.deepEqual(actions.map(([action = ""]) => action.replaceAll("`", "")).sort(), Object.keys(ACTIONS).sort());
    for (const [action = "", data = ""] of actions) {
      const { schema } = ACTIONS[named(action)[0] as keyof typeof ACTIONS];
      const { properties = {}, required } = schema as { properties?: object; required: readonly string[] };
      const expected = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`));
      assert.deepEqual([...new Set(named(data.replace(/\(.*?\)/g, "")))].sort(), expected.sort(), action);
    }
    const explained = [...section("Actions").matchAll(/\*\*([a-z_]+)\*\*/g)].map(([, name = ""]) => name);
    assert.deepEqual(explained.sort(), Object.keys(ACTIONS).sort());
  });

  it("names every event, and no other", () => {
    const events = rows(section("Events")).flatMap(([event = ""]) => named(event));
    assert.deepEqual(events.sort(), Object.keys(EVENTS).sort());
  });

  it("names every code, and no other", () => {
    const codes = rows(section("Responses"))
      .map(([code = ""]) => Number(code))
      .filter((code) => code > 0);
    assert.deepEqual(
      codes,
      Object.values(Code).sort((one, other) => one - other),
    );
  });

  it("names options of the server only", () => {
    const options = new Set([CONFIG_FILE_OPTION, ...Object.values(OPTIONS)].map(({ name }) => `--${name}`));
    const named = [...PAGE.matchAll(/`(--[a-z][a-z-]*)/g)].map(([, name = ""]) => name.replace("--no-", "--"));
    for (const option of named) assert.ok(options.has(option), option);
  });

  it("gives the limits that the code has", () => {
    const grouped = (value: number): string => value.toLocaleString("en-US");
    const numbers = [limits.MAX_REQUEST_BYTES, limits.MAX_MESSAGE_CHARS, limits.MAX_BIO_CHARS].map(grouped);
    const plain = [
      limits.MAX_JSON_DEPTH,
      limits.MAX_ACTION_CHARS,
      limits.MAX_USERNAME_CHARS,
      limits.MAX_PASSWORD_BYTES,
    ];
    const more = [limits.MAX_SEARCH_CHARS, limits.MAX_PAGE, limits.DEFAULT_PAGE, limits.MAX_NAME_CHARS];
    for (const number of [...numbers, ...[...plain, ...more].map(String)]) assert.ok(PAGE.includes(number), number);
  });

  it("gives the limits that the server starts with", () => {
    const limit = new Map(rows(section("Limits")).map(([what = "", value = ""]) => [what, value]));
    const expected = {
      "failed logins for a name": [OPTIONS.failedLoginsPerName],
      "failed logins from an address": [OPTIONS.failedLoginsPerAddress],
      "registrations from an address": [OPTIONS.registrationsPerAddress],
      "requests of a connection": [OPTIONS.requestRatePerSec, OPTIONS.requestBurstCount],
      "requests from an address": [OPTIONS.addressRequestRatePerSec, OPTIONS.addressRequestBurstCount],
      "answers with 429 to a connection that does not wait for `retry_after`": [OPTIONS.maxRefusals],
      "connections of an address": [OPTIONS.maxConnectionsPerAddress],
      "connections in all": [OPTIONS.maxConnections],
    };
    for (const [what, options] of Object.entries(expected)) {
      const numbers = limit
        .get(what)
        ?.match(/\d[\d,]*/g)
        ?.map((number) => Number(number.replaceAll(",", "")));
      assert.deepEqual(
        numbers,
        options.map(({ defaultText }) => Number.parseInt(defaultText ?? "", 10)),
        what,
      );
    }
  });

  it("is what the servers under test run with", () => {
    const { failedLoginsPerName, failedLoginsPerAddress, requestRatePerSec, requestBurstCount } = testConfig("scratch");
    assert.deepEqual(
      [failedLoginsPerName, failedLoginsPerAddress, requestRatePerSec, requestBurstCount],
      [10, 30, 1_000, 5_000],
    );
  });
});
