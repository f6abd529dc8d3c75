// Rounds in which a server is killed under load, and what became of the messages: kill-rounds.mjs [ROUNDS]
import { runKillRounds } from "../dist/test/support/kill-rounds.js";

const rounds = Number(process.argv[2] ?? 20);
const report = await runKillRounds(rounds);
const { acknowledged, lost, doubled, holes, phantoms, serviceGapsMs } = report;
const gaps = [...serviceGapsMs].sort((one, other) => one - other);
console.log(`${rounds} rounds: ${acknowledged} messages acknowledged`);
console.log(`acknowledged and lost ${lost}, doubled ${doubled}, holes ${holes}, told of but not stored ${phantoms}`);
console.log(`kill to next acknowledgement: median ${gaps[gaps.length >> 1]} ms, longest ${gaps.at(-1)} ms`);
process.exit(lost + doubled + holes + phantoms > 0 ? 1 : 0);
