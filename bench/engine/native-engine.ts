// Build of the native load engine with the system's C++ compiler, once for each state of its sources.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../measure/programs.ts";
import type { EngineProgram } from "./engine-process.ts";

const COMPILE_DEADLINE_MS = 120_000;
const FLAGS = ["-O2", "-std=c++20", "-Wall", "-Wextra"];

/** The compiled engine; undefined without Linux, g++ or the sources. Throws when the sources do not compile. */
export function nativeEngine(): EngineProgram | undefined {
  const compiler = findProgram("g++");
  const folder = sourceFolder();
  if (process.platform !== "linux" || compiler === undefined || folder === undefined) return undefined;
  const sources = readdirSync(folder).toSorted();
  const hash = createHash("sha256");
  for (const name of sources) hash.update(readFileSync(join(folder, name)));
  const buildFolder = join(dirname(dirname(folder)), "build", "bench");
  const binary = join(buildFolder, `engine-${hash.digest("hex").slice(0, 12)}`);
  if (!existsSync(binary)) {
    mkdirSync(buildFolder, { recursive: true });
    const unfinished = `${binary}.${process.pid}`;
    const args = [...FLAGS, "-o", unfinished, join(folder, "engine.cpp")];
    execFileSync(compiler, args, { timeout: COMPILE_DEADLINE_MS, stdio: ["ignore", "ignore", "inherit"] });
    renameSync(unfinished, binary);
  }
  return { name: "native", command: [binary] };
}

/** bench/native of the checkout that this compiled file belongs to. */
function sourceFolder(): string | undefined {
  const folder = fileURLToPath(new URL("../../../bench/native", import.meta.url));
  return existsSync(join(folder, "engine.cpp")) ? folder : undefined;
}
