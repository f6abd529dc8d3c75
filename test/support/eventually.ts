// Waiting in tests for something to become true, with a deadline.

/**
 * Resolves when `condition` is true, asked again a while after each answer; rejects with `what` when it does not become so
 * in time, and with the condition's own error.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`did not happen within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
