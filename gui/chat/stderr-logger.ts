// The client's log: one line of JSON each on standard error, warnings and errors only.
import type { LogFields, Logger } from "../../src/log/logger.ts";
import { visibleJson } from "../../src/util/visible-text.ts";

export function stderrLogger(fields: LogFields = {}): Logger {
  const write = (level: string, text: string, more: LogFields = {}): void => {
    process.stderr.write(`${visibleJson({ time: new Date().toISOString(), level, text, ...fields, ...more })}\n`);
  };
  return {
    error: (text, more) => write("error", text, more),
    warn: (text, more) => write("warn", text, more),
    info: () => {},
    debug: () => {},
    child: (more) => stderrLogger({ ...fields, ...more }),
    close: async () => {},
  };
}
