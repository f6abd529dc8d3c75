// The version of the program, as package.json has it.
import { readFileSync } from "node:fs";

/** "0.0.0" when package.json names none. */
export function packageVersion(): string {
  // From dist/src/util to the checkout's top.
  const content: unknown = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  return typeof content === "object" && content !== null && "version" in content ? String(content.version) : "0.0.0";
}
