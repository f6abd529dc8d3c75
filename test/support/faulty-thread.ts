// A thread for tests that answers, dies, or hangs, as its task says.
import { appendFileSync, existsSync, writeFileSync } from "node:fs";

export interface FaultyTask {
  readonly fault: "none" | "die" | "hang";
  /** The fault happens once: not when this file is there, which it then makes. */
  readonly onceFile?: string;
  /** Gets one byte for each try. */
  readonly countFile?: string;
}

export default function run({ fault, onceFile, countFile }: FaultyTask): string {
  if (countFile !== undefined) appendFileSync(countFile, ".");
  const isOver = onceFile !== undefined && existsSync(onceFile);
  if (fault !== "none" && !isOver) {
    if (onceFile !== undefined) writeFileSync(onceFile, "");
    if (fault === "die") process.exit(1);
    for (;;); // a thread that hangs: no event reaches it
  }
  return "answer";
}
