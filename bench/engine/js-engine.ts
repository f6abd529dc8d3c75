// The process of a JavaScript load engine: reads commands (commands.ts) from standard input, answers on standard output.
import { createInterface } from "node:readline";
import type { PlannedConnection, PlannedSender, Role, SentCount, Step } from "./commands.ts";
import { Engine } from "./engine.ts";
import type { FrameFormat } from "./frames.ts";

const ROLES: readonly string[] = ["full", "walk", "bytes", "stalled"] satisfies Role[];
const FORMATS: readonly string[] = ["prefixed", "lines", "mqtt", "nats", "stamps"] satisfies FrameFormat[];

/** Turns command lines into calls of an engine. */
class CommandReader {
  #engine: Engine | undefined;

  /** Carries one command out; undefined for those that are not answered. Throws for what is no command. */
  async run(line: string): Promise<object | undefined> {
    const [command = "", ...words] = line.split(" ");
    if (command === "target") {
      const [host = "", port, format, fingerprint] = words;
      this.#engine = new Engine({ host, port: Number(port), format: asFormat(format), fingerprint });
      return undefined;
    }
    const engine = this.#engine;
    if (!engine) throw new Error(`no target before: ${command}`);
    switch (command) {
      case "add":
        engine.add(parseConnection(words));
        return undefined;
      case "connect":
        return engine.connect(Number(words[0]), Number(words[1]));
      case "quiet":
        return engine.quiet(Number(words[0]), Number(words[1]));
      case "begin":
        return engine.begin(Number(words[0]), Number(words[1]));
      case "send":
        return engine.send(Number(words[0]), Number(words[1]), Number(words[2]));
      case "pipeline":
        return engine.pipeline(Number(words[0]), Number(words[2]));
      case "settle":
        return engine.settle(Number(words[0]), parseSent(words.slice(1)));
      default:
        throw new Error(`unknown command: ${command}`);
    }
  }

  close(): void {
    this.#engine?.close();
  }
}

function parseConnection(words: readonly string[]): PlannedConnection {
  const [role, group, steps = "-"] = words;
  const planned = { role: asRole(role), group: Number(group), steps: parseSteps(steps) };
  return words.length > 3 ? { ...planned, sender: parseSender(words.slice(3)) } : planned;
}

function parseSteps(word: string): Step[] {
  if (word === "-") return [];
  return word.split(",").map((step) => {
    const [send = "", until = ""] = step.split(":");
    return { send: unhex(send), until: unhex(until).toString("latin1") };
  });
}

function parseSender(words: readonly string[]): PlannedSender {
  const [id, acknowledged, echoed, frame = ""] = words;
  return { id: Number(id), acknowledged: acknowledged === "1", echoed: echoed === "1", frame: unhex(frame) };
}

function parseSent(words: readonly string[]): Map<number, SentCount> {
  return new Map(
    words.map((word) => {
      const [id = 0, group = 0, from = 0, to = 0] = word.split(":").map(Number);
      return [id, { group, from, to }];
    }),
  );
}

function asRole(word: string | undefined): Role {
  if (word !== undefined && ROLES.includes(word)) return word as Role;
  throw new Error(`unknown role: ${word}`);
}

function asFormat(word: string | undefined): FrameFormat {
  if (word !== undefined && FORMATS.includes(word)) return word as FrameFormat;
  throw new Error(`unknown frame format: ${word}`);
}

function unhex(word: string): Buffer {
  return word === "-" ? Buffer.alloc(0) : Buffer.from(word, "hex");
}

/** Commands are carried out one after the other; the end of the input ends the process. */
async function main(): Promise<void> {
  const reader = new CommandReader();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "quit") break;
    try {
      const answer = await reader.run(line);
      if (answer) process.stdout.write(JSON.stringify(answer) + "\n");
    } catch (error) {
      process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }) + "\n");
    }
  }
  reader.close();
}

await main();
