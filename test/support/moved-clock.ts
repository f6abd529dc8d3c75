// A clock that a test moves: loaded into a program and all its threads by NODE_OPTIONS=--import, it adds to the time of
// day what the file MESSENGER_TEST_CLOCK says, in milliseconds. Timers and performance.now() go on as ever, as they do
// when somebody sets a system's clock.
import { existsSync, readFileSync } from "node:fs";

const RealDate = Date;
const file = process.env.MESSENGER_TEST_CLOCK ?? "";

function movedNow(): number {
  return RealDate.now() + (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0);
}

/** Date with the moved clock; everything else as it is. */
class MovedDate extends RealDate {
  // Date takes what it is given in seven shapes, or nothing, which is now.
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [movedNow()] : given) as [number]));
  }

  static override now(): number {
    return movedNow();
  }
}

if (file !== "") globalThis.Date = MovedDate as DateConstructor;
