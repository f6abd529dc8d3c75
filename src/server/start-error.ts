// Why the server cannot start, in one line that the administrator can act on.
import { UserError } from "../util/user-error.ts";

export class StartError extends UserError {
  override readonly name = "StartError";
}
