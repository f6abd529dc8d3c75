// Why the server cannot start, in one line that the administrator can act on.

export class StartError extends Error {
  override readonly name = "StartError";
}
