// mosquitto as a target: one topic, QoS 0 (MQTT 3.1.1).
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../engine/commands.ts";
import { peerTarget } from "./peer.ts";
import type { Target } from "./target.ts";

const TOPIC = "bench";

export const MOSQUITTO: Target = peerTarget({
  name: "mosquitto",
  program: "mosquitto",
  format: "mqtt",
  connectParallel: 100,
  echoed: true,
  steps: mqttSteps,
  message: (text) => packet(0x30, Buffer.concat([field(TOPIC), Buffer.from(text)])),
  configure(folder, port) {
    chmodSync(folder, 0o755);
    const file = join(folder, "mosquitto.conf");
    writeFileSync(file, mosquittoConfig(port), { mode: 0o644 });
    return ["-c", file];
  },
});

function mosquittoConfig(port: number): string {
  return `
listener ${port} 127.0.0.1
allow_anonymous true
persistence false
max_connections -1
max_queued_messages 0
max_queued_bytes 0
set_tcp_nodelay true
log_dest none
`;
}

/** CONNECT with a clean session and no keep-alive, answered by CONNACK; SUBSCRIBE at QoS 0, answered by SUBACK. */
function mqttSteps(index: number): Step[] {
  const connect = Buffer.concat([field("MQTT"), Buffer.from([4, 2, 0, 0]), field(`bench-${index}`)]);
  const subscribe = Buffer.concat([Buffer.from([0, 1]), field(TOPIC), Buffer.from([0])]);
  return [
    { send: packet(0x10, connect), until: "\x20\x02\x00\x00" },
    { send: packet(0x82, subscribe), until: "\x90\x03\x00\x01\x00" },
  ];
}

/** A packet: type, remaining length in 7-bit groups (lowest first), body. */
function packet(type: number, body: Buffer): Buffer {
  const head = [type];
  let rest = body.length;
  do {
    const group = rest % 128;
    rest = Math.floor(rest / 128);
    head.push(rest > 0 ? group + 128 : group);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(head), body]);
}

/** A text with its length in two bytes before it. */
function field(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}
