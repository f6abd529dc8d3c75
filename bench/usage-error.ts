// Error in the words of the bench's command line.
import { UserError } from "../src/util/user-error.ts";

/** Words that mean nothing; the message says which and what there is. */
export class BenchUsageError extends UserError {
  override readonly name = "BenchUsageError";
}
