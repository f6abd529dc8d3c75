// One connection sends pipelined into the common chat, another receives: as fast as the server acknowledges.
import type { ResultRow } from "../report/result.ts";
import { Swarm } from "../swarm.ts";
import type { Target } from "../targets/target.ts";
import { loadFigures, remarksOn, serverCpu } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

export const pipelined: Scenario = {
  name: "pipelined",
  summary: "one connection sends pipelined, one receives",
  forPeers: false,
  async run(context, target) {
    return [await measure(context, target)];
  },
};

async function measure(context: ScenarioContext, target: Target): Promise<ResultRow> {
  const { options, program, cores } = context;
  const { textBytes, warmupMs, measureMs, settleMs } = options;
  const started = await context.start(messengerOf(target), 2);
  const { running } = started;
  const swarm = new Swarm(running, { program, engineCount: 1, engineCore: cores.engine });
  try {
    swarm.add([
      { role: "full", group: 0, steps: running.steps(0), sender: running.commonSender(0, 0, textBytes) },
      { role: "full", group: 0, steps: running.steps(1) },
    ]);
    await swarm.connect();
    const outcome = await swarm.load({ ratePerSec: 0, pipelined: options.pipelined, warmupMs, measureMs, settleMs });
    context.progress(`pipelined: ${Math.round(outcome.acknowledgedPerSec)} acknowledged messages/s`);
    return {
      scenario: "pipelined",
      target: target.name,
      parameters: { clients: 2, senders: 1, textBytes, unacknowledged: options.pipelined },
      figures: loadFigures(outcome),
      serverCpuByThread: serverCpu(outcome, measureMs),
      remarks: remarksOn(outcome),
    };
  } finally {
    await swarm.close();
    await started.close();
  }
}
