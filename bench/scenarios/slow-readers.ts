// Slow readers: the common chat without and with a tenth of the clients that never read.
import { fanOutSpec } from "./fan-out.ts";
import { measureLoad } from "./rate-search.ts";
import type { Scenario } from "./scenario.ts";

const EVERY_TENTH = 10;

export const slowReaders: Scenario = {
  name: "slow-readers",
  summary: "the common chat without and with 10% of the clients never reading",
  forPeers: true,
  async *run(context, target) {
    for (const clientCount of context.options.clients) {
      for (const stalledEvery of [0, EVERY_TENTH]) {
        const row = await measureLoad(
          context,
          fanOutSpec(context.options, target, { name: "slow-readers", clientCount, stalledEvery }),
        );
        yield { ...row, parameters: { neverReading: 0, ...row.parameters } };
      }
    }
  },
};
