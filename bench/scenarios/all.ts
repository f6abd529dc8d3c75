// All scenarios, in the order in which `all` runs them.
import { fanOut } from "./fan-out.ts";
import { idle } from "./idle.ts";
import { oneToOne } from "./one-to-one.ts";
import { pipelined } from "./pipelined.ts";
import type { Scenario } from "./scenario.ts";
import { slowReaders } from "./slow-readers.ts";

export const SCENARIOS: readonly Scenario[] = [fanOut, pipelined, oneToOne, slowReaders, idle];
