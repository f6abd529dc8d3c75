// One-to-one chats: the clients are pairs, one of each sends to the other.
import type { PlannedConnection } from "../engine/commands.ts";
import type { RunningMessenger } from "../targets/messenger.ts";
import { measureLoad } from "./rate-search.ts";
import { messengerOf, type Scenario } from "./scenario.ts";

export const oneToOne: Scenario = {
  name: "one-to-one",
  summary: "N clients in pairs, one of each sends to the other",
  forPeers: false,
  async *run(context, target) {
    for (const clientCount of context.options.clients) {
      yield measureLoad(context, {
        scenario: "one-to-one",
        targetName: target.name,
        target: messengerOf(target),
        clientCount,
        // The sender's own session gets the event too.
        receiversPerMessage: 2,
        clients: (running) => pairs(running, clientCount, context.options.textBytes),
        parameters: { senders: Math.floor(clientCount / 2) },
      });
    }
  },
};

/** Client 2n sends to client 2n + 1; each pair is a group of its own. */
function pairs(running: RunningMessenger, clientCount: number, textBytes: number): PlannedConnection[] {
  return Array.from({ length: clientCount - (clientCount % 2) }, (_, index): PlannedConnection => {
    const group = Math.floor(index / 2);
    const client = { role: "full", group, steps: running.steps(index) } as const;
    if (index % 2 === 1) return client;
    return { ...client, sender: running.directSender(index, index + 1, group, textBytes) };
  });
}
