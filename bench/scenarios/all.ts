// All scenarios, in the order in which `all` runs them.
import { clientMix } from "./client-mix.ts";
import { costlyRequests } from "./costly-requests.ts";
import { fanOut } from "./fan-out.ts";
import { groups, largeGroup } from "./groups.ts";
import { history } from "./history.ts";
import { idle } from "./idle.ts";
import { loginStorm } from "./login-storm.ts";
import { manyChats } from "./many-chats.ts";
import { oneToOne } from "./one-to-one.ts";
import { panel } from "./panel.ts";
import { pipelined } from "./pipelined.ts";
import { reconnectStorm } from "./reconnect-storm.ts";
import type { Scenario } from "./scenario.ts";
import { slowReaders } from "./slow-readers.ts";

export const SCENARIOS: readonly Scenario[] = [
  fanOut,
  pipelined,
  oneToOne,
  slowReaders,
  idle,
  loginStorm,
  reconnectStorm,
  history,
  clientMix,
  panel,
  costlyRequests,
  groups,
  largeGroup,
  manyChats,
];
