// `messenger selftest` as people run it.
import { execFile } from "node:child_process";
import { CLI } from "./server-process.ts";

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `messenger selftest` with these words to its end. */
export function selftest(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 90_000 };
    execFile(process.execPath, [CLI, "selftest", ...words], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
