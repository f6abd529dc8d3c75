// A folder for one test, deleted after it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** To be called in a `describe`; the result gives the folder of the test that runs. */
export function tempDirPerTest(): () => string {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "messenger-test-"));
  });
  afterEach(() => {
    // A process that was killed may still be on its way out.
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return () => dir;
}
