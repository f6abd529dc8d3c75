// Outcome of a change that a command has asked for.
import { DisposableStore } from "../../util/disposable.ts";
import type { Messenger } from "../messenger.ts";
import { outgoingId, type Outgoing, type OutgoingChange } from "../outgoing-entry.ts";

/** The server refuses a change; the message is its reason. */
class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * Resolves with true when the change is made, with false when it waits for a connection or after `timeoutMs`. Rejects
 * with RefusedError; the change is then dropped.
 */
export function outcomeOf(messenger: Messenger, { changeId }: OutgoingChange, timeoutMs: number): Promise<boolean> {
  const { outgoing, events } = messenger;
  return new Promise((resolve, reject) => {
    const subscriptions = new DisposableStore();
    const end = (outcome: () => void): void => {
      clearTimeout(timer);
      subscriptions.dispose();
      outcome();
    };
    const look = (entry: Outgoing): void => {
      if (outgoingId(entry) !== changeId) return;
      const { failure } = entry;
      if (failure === undefined) return outgoing.get(changeId) ? undefined : end(() => resolve(true));
      end(() => reject(new RefusedError(failure)));
      outgoing.remove(changeId);
    };
    const timer = setTimeout(() => end(() => resolve(false)), timeoutMs);
    for (const name of ["changed", "removed"] as const) subscriptions.add(outgoing.events.on(name, look));
    subscriptions.add(events.on("state", ({ kind }) => kind !== "online" && end(() => resolve(false))));
    if (messenger.state.kind !== "online") end(() => resolve(false));
  });
}
