// Guard around what serves display and housekeeping only: its faults are logged, and end nothing.
import type { ThrottledLog } from "../log/throttled-log.ts";

/** Runs `work`; what it throws is logged as a fault of `name`, one by one only so often. */
export function guarded(acts: ThrottledLog, name: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    acts.write("error", "a fault beside the service; it goes on", name, { part: name, error });
  }
}
