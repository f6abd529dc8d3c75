// Loaded into every process of a test run by NODE_OPTIONS=--import: notes what Node warns of that is a fault of ours, handles
// closed by the garbage collector and deprecated calls, one JSON line each, in the file MESSENGER_TEST_WARNINGS.
import { appendFileSync } from "node:fs";

const file = process.env.MESSENGER_TEST_WARNINGS;

function isFault({ name, code, message, stack = "" }) {
  if (code === "DEP0137" || /garbage collection/.test(message)) return true;
  // What a dependency calls is for its authors to mend.
  return name === "DeprecationWarning" && !stack.includes("node_modules");
}

if (file) {
  process.on("warning", (warning) => {
    if (!isFault(warning)) return;
    const { name, message, stack } = warning;
    appendFileSync(file, `${JSON.stringify({ process: process.argv.slice(1).join(" "), name, message, stack })}\n`);
  });
}
