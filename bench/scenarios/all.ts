// All scenarios, in the order in which `all` runs them.
import { fanOut } from "./fan-out.ts";
import type { Scenario } from "./scenario.ts";

export const SCENARIOS: readonly Scenario[] = [fanOut];
