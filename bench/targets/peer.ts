// Common part of all peers: a program that must be installed, a configuration in the run's folder, a port.
import { findProgram } from "../measure/programs.ts";
import type { PlannedSender, Step } from "../engine/commands.ts";
import type { FrameFormat } from "../engine/frames.ts";
import { stampedText } from "../engine/stamp.ts";
import { freePort, ServerProcess } from "./server-process.ts";
import type { RunningTarget, StartPlan, Target } from "./target.ts";

/** A server of others, described. Everything is on the loopback address, limits and flood control off. */
export interface Peer {
  readonly name: string;
  readonly program: string;
  /** A program that must be there too, though it is not run. */
  readonly alsoNeeds?: string;
  readonly format: FrameFormat;
  readonly connectParallel: number;
  /** Writes its configuration into the folder; returns the arguments of the program. */
  configure(folder: string, port: number, clientCount: number): readonly string[];
  steps(index: number): readonly Step[];
  /** The frame that sends the text to the common room. */
  message(text: string): Buffer;
  /** A sender gets its own message too. */
  readonly echoed: boolean;
}

export function peerTarget(peer: Peer): Target {
  return {
    name: peer.name,
    missing: () => {
      const missing = [peer.program, peer.alsoNeeds].find((name) => name && findProgram(name) === undefined);
      return missing && `${missing} is not installed`;
    },
    start: (plan) => start(peer, plan),
  };
}

async function start(peer: Peer, { folder, cores, clientCount }: StartPlan): Promise<RunningTarget> {
  const port = await freePort();
  const program = findProgram(peer.program) ?? peer.program;
  const server = new ServerProcess({
    command: [program, ...peer.configure(folder, port, clientCount)],
    core: cores.server,
    cwd: folder,
  });
  await server.listening(port);
  return {
    name: peer.name,
    host: "127.0.0.1",
    port,
    pid: server.pid,
    format: peer.format,
    connectParallel: peer.connectParallel,
    steps: (index) => peer.steps(index),
    commonSender: (_index, id, textBytes): PlannedSender => ({
      id,
      frame: peer.message(stampedText(textBytes)),
      acknowledged: false,
      echoed: peer.echoed,
    }),
    close: () => server.close(),
  };
}
