// The classes that NodeGui is built without: nothing imports one of them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "../support/qt.ts";

const nodegui: Record<string, unknown> = await import("@nodegui/nodegui");
const gui = fileURLToPath(new URL("../../../../", import.meta.url));

/** Values, not types, that the sources of a folder import from NodeGui. */
function importsOf(folder: string): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".ts"))) {
    const text = readFileSync(join(folder, name), "utf8");
    for (const [, list = ""] of text.matchAll(/^import \{([^}]*)\} from "@nodegui\/nodegui"/gm))
      for (const word of list.split(",").map((one) => one.trim()))
        if (word !== "" && !word.startsWith("type ")) found.add(word);
  }
  return found;
}

describe("NodeGui without its unused classes", () => {
  it("has everything that the windows import", () => {
    for (const part of ["chat", "kit", "panel"]) {
      const names = importsOf(join(gui, part));
      assert.ok(names.size > 5, `few imports found in gui/${part}`);
      for (const name of names) assert.notEqual(nodegui[name], undefined, `gui/${part} imports ${name}`);
    }
  });

  it("has nothing of those that are left out", () => {
    const left = Object.values(
      JSON.parse(readFileSync(join(gui, "native", "unused-classes.json"), "utf8")) as Record<string, string[]>,
    ).flat();
    assert.ok(left.length > 30);
    for (const name of left) assert.equal(nodegui[name], undefined, name);
  });
});
