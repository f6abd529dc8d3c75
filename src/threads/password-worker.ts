// The password thread: bcrypt, on the thread itself, so that the thread's low priority holds for it.
import { doPasswordJob } from "../actions/passwords.ts";
import type { PasswordJob, PasswordResult } from "../actions/again.ts";
import { threadSettings } from "./thread-settings.ts";

const { bcryptCost } = threadSettings();

/** The task that Piscina runs. */
export default function run(job: PasswordJob): PasswordResult {
  return doPasswordJob(job, bcryptCost);
}
