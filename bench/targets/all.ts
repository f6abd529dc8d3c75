// All kinds of servers that the bench knows, by the names used on the command line.
import { EJABBERD } from "./ejabberd.ts";
import { INSPIRCD, NGIRCD } from "./irc.ts";
import { MOSQUITTO } from "./mosquitto.ts";
import { NATS } from "./nats.ts";
import { plainNode } from "./plain-node.ts";
import type { Target } from "./target.ts";

/** Targets that need nothing installed. */
export const baselines = (overTls: boolean): readonly Target[] => [
  plainNode("shared", "event", overTls),
  plainNode("shared", "bare", overTls),
  plainNode("each", "event", overTls),
  plainNode("each", "bare", overTls),
];

/** Servers of others, which must be installed. */
export const PEERS: readonly Target[] = [INSPIRCD, NGIRCD, MOSQUITTO, NATS, EJABBERD];
