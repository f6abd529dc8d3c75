// A few connections send pipelined into the common chat, another receives: as fast as the server acknowledges.
import type { PlannedConnection } from "../engine/commands.ts";
import type { ResultRow } from "../report/result.ts";
import { Swarm } from "../swarm.ts";
import type { Target } from "../targets/target.ts";
import { loadFigures, remarksOn, serverCpu, storeParameter } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

export const pipelined: Scenario = {
  name: "pipelined",
  summary: "--pipelining senders (one) send as fast as they are answered, and receive; one more receives",
  forPeers: false,
  async *run(context, target) {
    yield measure(context, target);
  },
};

async function measure(context: ScenarioContext, target: Target): Promise<ResultRow> {
  const { options, program, cores } = context;
  const { textBytes, warmupMs, measureMs, settleMs, pipeliningSenders: senders } = options;
  const clients = senders + 1;
  const started = await context.start(messengerOf(target), clients);
  const { running } = started;
  const swarm = new Swarm(running, { program, engineCount: 1, engineCore: cores.engine });
  try {
    const sending = Array.from({ length: senders }, (_, index): PlannedConnection => {
      const sender = running.commonSender(index, index, textBytes);
      return { role: "full", group: 0, steps: running.steps(index), sender };
    });
    swarm.add([...sending, { role: "full", group: 0, steps: running.steps(senders) }]);
    await swarm.connect();
    const outcome = await swarm.load({ ratePerSec: 0, pipelined: options.pipelined, warmupMs, measureMs, settleMs });
    context.progress(`pipelined: ${Math.round(outcome.acknowledgedPerSec)} acknowledged messages/s`);
    return {
      scenario: "pipelined",
      target: target.name,
      parameters: { ...storeParameter(running), clients, senders, textBytes, unacknowledged: options.pipelined },
      figures: loadFigures(outcome),
      serverCpuByThread: serverCpu(outcome, measureMs),
      remarks: remarksOn(outcome),
    };
  } finally {
    await swarm.close();
    await started.close();
  }
}
