// Common chat: S of N clients send, all N receive. At one rate, or searching the highest that holds.
import type { RunningTarget, Target } from "../targets/target.ts";
import { commonChatClients } from "./clients.ts";
import { measureLoad, type LoadSpec } from "./rate-search.ts";
import type { BenchOptions, Scenario } from "./scenario.ts";

export const fanOut: Scenario = {
  name: "fan-out",
  summary: "S of N clients send to the common chat, all N receive",
  forPeers: true,
  async *run(context, target) {
    for (const clientCount of context.options.clients) {
      const plan = { name: "fan-out", clientCount, stalledEvery: 0 };
      yield measureLoad(context, fanOutSpec(context.options, target, plan));
    }
  },
};

export interface FanOutPlan {
  readonly name: string;
  readonly clientCount: number;
  /** Every how-manieth client never reads; 0 for none. */
  readonly stalledEvery: number;
}

/** The load of a common chat. */
export function fanOutSpec(
  { senders, textBytes, verify, sampledReceivers }: BenchOptions,
  target: Target,
  { name, clientCount, stalledEvery }: FanOutPlan,
): LoadSpec<RunningTarget> {
  const senderCount = Math.min(senders, clientCount);
  const clientPlan = { clientCount, senderCount, textBytes, verify, sampledReceivers, stalledEvery };
  return {
    scenario: name,
    targetName: target.name,
    target,
    clientCount,
    receiversPerMessage: clientCount,
    clients: (running) => commonChatClients(running, clientPlan),
    parameters: stalledEvery > 0 ? { neverReading: Math.floor(clientCount / stalledEvery) } : {},
  };
}
