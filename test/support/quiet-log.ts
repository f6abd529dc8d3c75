// A logger for tests of things whose log is not what is tested.
import type { Logger } from "../../src/log/logger.ts";

const drop = (): void => {};

export const quietLog: Logger = {
  error: drop,
  warn: drop,
  info: drop,
  debug: drop,
  child: () => quietLog,
  close: () => Promise.resolve(),
};
