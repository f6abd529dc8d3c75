// Plan of the clients of a common chat: which of them send, and how closely each one's stream is looked at.
import type { PlannedConnection, Role } from "../engine/commands.ts";
import type { RunningTarget } from "../targets/target.ts";

export interface ClientPlan {
  readonly clientCount: number;
  readonly senderCount: number;
  readonly textBytes: number;
  readonly verify: Role;
  readonly sampledReceivers: number;
  /** Every how-manieth client never reads; 0 for none. */
  readonly stalledEvery: number;
}

/**
 * `clientCount` clients of the common chat, of which `senderCount` send too. Senders, sampled and stalled clients are
 * spread evenly over the order of connecting, since a server may serve its clients in that order.
 */
export function commonChatClients(target: RunningTarget, plan: ClientPlan): PlannedConnection[] {
  const senders = spread(plan.senderCount, plan.clientCount, 0);
  const sampled = spread(plan.sampledReceivers, plan.clientCount, 1);
  let nextSender = 0;
  return Array.from({ length: plan.clientCount }, (_, index): PlannedConnection => {
    const steps = target.steps(index);
    if (senders.has(index)) {
      return { role: "full", group: 0, steps, sender: target.commonSender(index, nextSender++, plan.textBytes) };
    }
    const stalled = plan.stalledEvery > 0 && index % plan.stalledEvery === plan.stalledEvery - 1;
    const watched = sampled.has(index) ? "full" : plan.verify;
    return { role: stalled ? "stalled" : watched, group: 0, steps };
  });
}

/** `count` of the numbers below `total`, evenly apart. */
export function spread(count: number, total: number, offset: number): Set<number> {
  const chosen = new Set<number>();
  for (let index = 0; index < Math.min(count, total); index += 1) {
    chosen.add((Math.floor((index * total) / count) + offset) % total);
  }
  return chosen;
}
