// The words for refusals: those of the code and those of the protocol's page are the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { REASONS } from "../../../src/protocol/codes.ts";

const PAGE = readFileSync(new URL("../../../../docs/protocol.md", import.meta.url), "utf8");
const ADMIN_ONLY: readonly string[] = ["no_such_ban", "no_such_connection", "cannot_listen"];

describe("reasons", () => {
  const section = PAGE.slice(PAGE.indexOf("### Reasons"), PAGE.indexOf("## Names"));

  it("are all in the table of the protocol's page with their codes, and no others", () => {
    const rows = [...section.matchAll(/^\| `(\w+)` +\| (\d{3}) /gm)].map(([, reason, code]) => [reason, Number(code)]);
    const ofTheProtocol = Object.entries(REASONS).filter(([reason]) => !ADMIN_ONLY.includes(reason));
    assert.deepEqual(rows, ofTheProtocol);
  });

  it("of the admin channel are named below it", () => {
    for (const reason of ADMIN_ONLY) assert.ok(section.includes(`\`${reason}\``), reason);
  });
});
