// The yardstick as a target: baselines/plain-node.ts, both ways of writing, bare texts or texts of an event's size.
import { fileURLToPath } from "node:url";
import { encodeFrame } from "../../src/protocol/frame.ts";
import { stampedText } from "../engine/stamp.ts";
import { makeCertificate } from "./certificate.ts";
import { ServerProcess } from "./server-process.ts";
import type { RunningTarget, StartPlan, Target } from "./target.ts";

const PROGRAM = fileURLToPath(new URL("../baselines/plain-node.js", import.meta.url));
const GREETING = "\0\0\0\0";

/** The relayed message: the text alone, or a text wrapped as our server's event is (about three times as long). */
export type PlainFrame = "bare" | "event";

/** `way`: one write per message and receiver, or one shared buffer per turn of the event loop. */
export function plainNode(way: "each" | "shared", frame: PlainFrame, overTls: boolean): Target {
  const name = `plain-node-${way}${frame === "event" ? "-event" : ""}`;
  return {
    name,
    parameters: overTls ? { tls: "yes" } : {},
    missing: () => undefined,
    start: (plan) => start({ name, way, frame, overTls }, plan),
  };
}

interface PlainNode {
  readonly name: string;
  readonly way: string;
  readonly frame: PlainFrame;
  readonly overTls: boolean;
}

async function start({ name, way, frame, overTls }: PlainNode, plan: StartPlan): Promise<RunningTarget> {
  const certificate = overTls ? await makeCertificate(plan.folder) : undefined;
  const files = certificate ? [certificate.cert, certificate.key] : [];
  const server = new ServerProcess({ command: [process.execPath, PROGRAM, way, ...files], core: plan.cores.server });
  const [, port] = await server.printed(/listening on (\d+)/);
  return {
    name,
    host: "127.0.0.1",
    port: Number(port),
    fingerprint: certificate?.fingerprint,
    pid: server.pid,
    format: "prefixed",
    connectParallel: 100,
    steps: () => [{ send: Buffer.alloc(0), until: GREETING }],
    commonSender: (_index, id, textBytes) => ({
      id,
      frame: encodeFrame(frame === "bare" ? stampedText(textBytes) : eventText(stampedText(textBytes)), "prefixed"),
      acknowledged: false,
      echoed: true,
    }),
    close: () => server.close(),
  };
}

/** As long as the event that our server makes of the same text. */
function eventText(message: string): string {
  const messageData = {
    chat_id: "common",
    seq: 1_000_000,
    message_id: "0123456789abcdef01234567",
    user_id: "0123456789abcdef01234567",
    username: "bench-0001",
    message,
    time: 1561018242.391,
  };
  return JSON.stringify({ event: "message", time: 1561018242.392, data: messageData });
}
