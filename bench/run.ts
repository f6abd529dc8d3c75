// The bench as a program of its own: `node dist/bench/run.js --OPTION VALUE …`, the options of `messenger bench`.
import { parseArgs } from "node:util";
import { benchMain } from "./command.ts";
import { FLAGS, OPTIONS } from "./options.ts";

const names = (table: object, type: "string" | "boolean"): [string, { type: typeof type }][] =>
  Object.keys(table).map((name) => [name, { type }]);

const { values } = parseArgs({
  options: Object.fromEntries([...names(OPTIONS, "string"), ...names(FLAGS, "boolean")]),
  allowNegative: true,
});
await benchMain(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])));
