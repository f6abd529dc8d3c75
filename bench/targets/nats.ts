// nats-server as a target: one subject, publish and subscribe.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../engine/commands.ts";
import { peerTarget } from "./peer.ts";
import type { Target } from "./target.ts";

const SUBJECT = "bench";

export const NATS: Target = peerTarget({
  name: "nats-server",
  program: "nats-server",
  format: "nats",
  connectParallel: 100,
  echoed: true,
  steps: natsSteps,
  message: (text) => Buffer.from(`PUB ${SUBJECT} ${Buffer.byteLength(text)}\r\n${text}\r\n`),
  configure(folder, port) {
    const file = join(folder, "nats.conf");
    writeFileSync(file, natsConfig(port));
    return ["-c", file];
  },
});

function natsConfig(port: number): string {
  return `
host: "127.0.0.1"
port: ${port}
max_connections: 100000
max_pending: 268435456
write_deadline: "60s"
ping_interval: "1h"
`;
}

/** The PONG to a PING after the subscription says that it is in force. */
function natsSteps(): Step[] {
  const options = JSON.stringify({ verbose: false, pedantic: false, echo: true });
  return [{ send: Buffer.from(`CONNECT ${options}\r\nSUB ${SUBJECT} 1\r\nPING\r\n`), until: "PONG\r\n" }];
}
