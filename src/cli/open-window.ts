// Windows in a process of their own, since Qt takes over the process it runs in.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TERMINAL_SIGNALS } from "../util/stop-signals.ts";

/** Settings of V8 that keep the process small: its work is in Qt, not in JavaScript. */
export const WINDOW_FLAGS = ["--max-semi-space-size=2", "--optimize-for-size", "--no-opt"];

/** Runs a script of the folder scripts until it ends; signals are passed on. Resolves with its exit code. */
export async function openWindow(script: string, words: readonly string[]): Promise<number> {
  const file = fileURLToPath(new URL(`../../../scripts/${script}`, import.meta.url));
  const child = spawn(process.execPath, [...WINDOW_FLAGS, file, ...words], { stdio: "inherit" });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of TERMINAL_SIGNALS) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    for (const signal of TERMINAL_SIGNALS) process.off(signal, forward);
  }
}
