// CPU time by thread and resident memory of a process, from /proc. Linux only; elsewhere undefined.
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second of /proc (USER_HZ): 100 on every Linux that Node runs on. */
const TICKS_PER_SEC = 100;

/** CPU time in milliseconds by thread, and memory in bytes. The first thread is `main`, others `name#order`. */
export interface Usage {
  readonly cpuMsByThread: Readonly<Record<string, number>>;
  readonly rssBytes: number;
}

/** Undefined when the process is gone or the system has no /proc. */
export function processUsage(pid: number): Usage | undefined {
  try {
    const cpuMsByThread: Record<string, number> = {};
    const tasks = readdirSync(`/proc/${pid}/task`).toSorted((one, other) => Number(one) - Number(other));
    tasks.forEach((task, order) => addThread(cpuMsByThread, `/proc/${pid}/task/${task}/stat`, order));
    return { cpuMsByThread, rssBytes: rssBytes(pid) };
  } catch {
    return undefined;
  }
}

/** Usage between two moments: CPU of the difference, memory of the later one. */
export function usageBetween(before: Usage, after: Usage): Usage {
  const cpuMsByThread: Record<string, number> = {};
  for (const [name, cpuMs] of Object.entries(after.cpuMsByThread)) {
    const spent = cpuMs - (before.cpuMsByThread[name] ?? 0);
    if (spent > 0) cpuMsByThread[name] = spent;
  }
  return { cpuMsByThread, rssBytes: after.rssBytes };
}

/** Sum of the CPU time of all threads, in milliseconds. */
export function totalCpuMs(usage: Usage): number {
  return Object.values(usage.cpuMsByThread).reduce((sum, cpuMs) => sum + cpuMs, 0);
}

/** proc(5), /proc/pid/stat: the name in parentheses is field 2, utime 14, stime 15. */
function addThread(cpuMsByThread: Record<string, number>, statFile: string, order: number): void {
  let stat: string;
  try {
    stat = readFileSync(statFile, "latin1");
  } catch {
    return; // the thread ended since the folder was read
  }
  const name = order === 0 ? "main" : `${stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"))}#${order}`;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  cpuMsByThread[name] = (ticks * 1000) / TICKS_PER_SEC;
}

function rssBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return Number(match?.[1] ?? 0) * 1024;
}
