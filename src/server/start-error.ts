// Reasons why the server cannot start, each in one line that the administrator can act on.
import { UserError } from "../util/user-error.ts";

export class StartError extends UserError {
  override readonly name = "StartError";
}

/** One line for why a port cannot be listened on; `option` is the one that names it. */
export function explainListen(error: unknown, option: string, port: number, address: string): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return `${option}: ${port} is in use on ${address}; stop what uses it or take another port`;
  if (code === "EACCES") return `${option}: ${port} may not be used by this user; take one above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `address: ${address} is not an address of this machine`;
  return `${option}: cannot listen on ${address}:${port}: ${error instanceof Error ? error.message : String(error)}`;
}

/** Somebody asked for the end before the server was ready; the message is the signal's name. */
export class StartCancelled extends Error {
  override readonly name = "StartCancelled";
}
