// Groups: many of 50 members that all are written into, and one of everybody, which the common chat compares with.
import type { PlannedConnection } from "../engine/commands.ts";
import type { ResultRow } from "../report/result.ts";
import type { GroupPlan } from "../targets/prefilled-users.ts";
import type { RunningMessenger } from "../targets/messenger.ts";
import type { Target } from "../targets/target.ts";
import { spread } from "./clients.ts";
import { measureLoad } from "./rate-search.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const MEMBERS = 50;

export const groups: Scenario = {
  name: "groups",
  summary: "N clients in N groups of 50: each is in 50 of them and sends into one",
  forPeers: false,
  async *run(context, target) {
    for (const clients of context.options.clients) yield await many(context, target, clients - (clients % MEMBERS));
  },
};

export const largeGroup: Scenario = {
  name: "large-group",
  summary: "N clients are one group, S of them send into it",
  forPeers: false,
  async *run(context, target) {
    for (const clients of context.options.clients) yield await large(context, target, clients);
  },
};

function many(context: ScenarioContext, target: Target, clientCount: number): Promise<ResultRow> {
  const { textBytes } = context.options;
  return measureLoad(context, {
    scenario: "groups",
    targetName: target.name,
    target: messengerOf(target).with({ groups: manyGroups(clientCount) }),
    clientCount,
    receiversPerMessage: MEMBERS,
    clients: (running) => indexes(clientCount).map((index) => memberOfMany(running, index, textBytes)),
    parameters: { senders: clientCount, groups: clientCount, members: MEMBERS },
  });
}

/** Of each 50 clients there are 50 groups, so that each of them is in 50. */
function manyGroups(clientCount: number): GroupPlan[] {
  return indexes(clientCount).map((index) => {
    const first = index - (index % MEMBERS);
    return { members: indexes(MEMBERS).map((offset) => first + offset) };
  });
}

function memberOfMany(running: RunningMessenger, index: number, textBytes: number): PlannedConnection {
  const sender = running.groupSender(index, index, textBytes);
  return { role: "full", group: Math.floor(index / MEMBERS), steps: running.memberSteps(index), sender };
}

function large(context: ScenarioContext, target: Target, clientCount: number): Promise<ResultRow> {
  const { senders, textBytes, verify, sampledReceivers } = context.options;
  const sending = [...spread(Math.min(senders, clientCount), clientCount, 0)];
  const sampled = spread(sampledReceivers, clientCount, 1);
  return measureLoad(context, {
    scenario: "large-group",
    targetName: target.name,
    target: messengerOf(target).with({ groups: [{ members: indexes(clientCount) }] }),
    clientCount,
    receiversPerMessage: clientCount,
    clients: (running) =>
      indexes(clientCount).map((index): PlannedConnection => {
        const client = { group: 0, steps: running.memberSteps(index) } as const;
        const id = sending.indexOf(index);
        if (id >= 0) return { ...client, role: "full", sender: running.groupSender(0, id, textBytes) };
        return { ...client, role: sampled.has(index) ? "full" : verify };
      }),
    parameters: {},
  });
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
