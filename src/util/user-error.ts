// An error that the person at the command line made and can mend.

/** The message is one line for that person, without secrets; no stack trace is shown. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
