// Recording of a process's writes below a folder, in order; see recorder.c.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One call that changed a file or a folder, or made a change durable. Paths are absolute. */
export type Operation =
  /** A process began: nothing is open in it. */
  | { readonly op: "start" }
  | { readonly op: "open" | "opennew" | "openempty"; readonly fd: number; readonly path: string }
  | { readonly op: "close" | "sync"; readonly fd: number }
  | { readonly op: "write"; readonly fd: number; readonly offset: number; readonly data: Buffer }
  | { readonly op: "truncate"; readonly fd: number; readonly offset: number }
  | { readonly op: "unlink" | "mkdir"; readonly path: string }
  | { readonly op: "rename"; readonly path: string; readonly other: string };

const SOURCE = new URL("../../../../test/support/power-cut/recorder.c", import.meta.url).pathname;
const COMPILERS = ["cc", "gcc", "clang"];

/** Compiles the recorder into `folder`; undefined where it cannot be: no Linux, or no C compiler. */
export function compileRecorder(folder: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const compiler = COMPILERS.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (compiler === undefined) return undefined;
  const library = join(folder, "recorder.so");
  const { status, stderr } = spawnSync(compiler, ["-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"]);
  if (status !== 0) throw new Error(`${SOURCE} does not compile: ${stderr.toString()}`);
  return library;
}

export interface Recording {
  /** See compileRecorder. */
  readonly recorder: string;
  /** The folder below which all is recorded. */
  readonly folder: string;
  /** The file that the records are appended to. */
  readonly file: string;
  /** The call after which the program is killed. */
  readonly killAfter?: string | undefined;
}

/** Runs a program of ours to its end (it may kill itself) and gives what is recorded until then. */
export function record({ recorder, folder, file, killAfter }: Recording, script: string, args: readonly string[]) {
  const { status, signal, stderr } = spawnSync(process.execPath, [script, ...args], {
    env: {
      ...process.env,
      LD_PRELOAD: recorder,
      MESSENGER_RECORD_FOLDER: folder,
      MESSENGER_RECORD_FILE: file,
      ...(killAfter !== undefined && { MESSENGER_RECORD_KILL_AFTER: killAfter }),
    },
  });
  if (status !== 0 && signal !== "SIGKILL")
    throw new Error(`${script} ended with ${signal ?? status}: ${stderr.toString()}`);
  return parse(readFileSync(file));
}

function parse(bytes: Buffer): Operation[] {
  const operations: Operation[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    const [op = "", ...numbers] = bytes.toString("latin1", at, end).split(" ");
    const [fd = 0, offset = 0, length = 0, pathLength = 0, otherLength = 0] = numbers.map(Number);
    const pathEnd = end + 1 + pathLength;
    const otherEnd = pathEnd + otherLength;
    const path = bytes.toString("utf8", end + 1, pathEnd);
    const data = bytes.subarray(otherEnd, otherEnd + length);
    operations.push(operation(op, { fd, offset, path, other: bytes.toString("utf8", pathEnd, otherEnd), data }));
    at = otherEnd + length;
  }
  return operations;
}

interface Fields {
  readonly fd: number;
  readonly offset: number;
  readonly path: string;
  readonly other: string;
  readonly data: Buffer;
}

function operation(op: string, { fd, offset, path, other, data }: Fields): Operation {
  switch (op) {
    case "start":
      return { op };
    case "open":
    case "opennew":
    case "openempty":
      return { op, fd, path };
    case "close":
    case "sync":
      return { op, fd };
    case "write":
      return { op, fd, offset, data };
    case "truncate":
      return { op, fd, offset };
    case "unlink":
    case "mkdir":
      return { op, path };
    case "rename":
      return { op, path, other };
    default:
      throw new Error(`a record of an unknown call: ${op}`);
  }
}
