// The error for what a person has typed wrong.

/** The user's fault; the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
