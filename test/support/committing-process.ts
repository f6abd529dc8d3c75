// A process of its own that commits to a store without end: `node committing-process.js FILE ROUND`.
import { writeSync } from "node:fs";
import { COMMON_CHAT } from "../../src/protocol/ids.ts";
import { openSqliteWriter } from "../../src/store/sqlite/open.ts";
import type { Write } from "../../src/domain/writes/table.ts";

/** Whoever writes all the messages; registered by the test. */
export const COMMITTING_USER = "0".repeat(24);
const BATCH_COUNT = 37;

if (process.argv[1] === import.meta.filename) {
  const [, , file = "", round = ""] = process.argv;
  const writer = openSqliteWriter(file, { indexFromCount: 64 });
  for (let number = 0; ; number++) {
    const writes: Write[] = Array.from({ length: BATCH_COUNT }, (_, index) => ({
      kind: "append",
      chatId: COMMON_CHAT,
      userId: COMMITTING_USER,
      username: "",
      messageId: `${round}-${number}-${index}`,
      text: `round ${round} batch ${number} message ${index} of the process that is killed`,
    }));
    await writer.commit(writes, Date.now());
    // Acknowledged: from here on the batch must survive whatever comes.
    writeSync(1, `${number}\n`);
    await writer.maintain?.(Date.now());
  }
}
