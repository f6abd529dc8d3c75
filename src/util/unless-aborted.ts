// Work that is not waited for any more once it is broken off.

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted. */
export async function unlessAborted(work: Promise<void>, cancel: AbortSignal | undefined): Promise<void> {
  if (cancel === undefined) return work;
  const aborted = new Promise<never>((_resolve, reject) => {
    cancel.addEventListener("abort", () => reject(cancel.reason as Error), { once: true });
  });
  cancel.throwIfAborted();
  await Promise.race([work, aborted]);
}
