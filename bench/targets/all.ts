// All kinds of servers that the bench knows, by the names used on the command line.
import { EJABBERD } from "./ejabberd.ts";
import { INSPIRCD, NGIRCD } from "./irc.ts";
import { MOSQUITTO } from "./mosquitto.ts";
import { NATS } from "./nats.ts";
import { plainNode } from "./plain-node.ts";
import type { Target } from "./target.ts";

/** What runs without anything installed. */
export const BASELINES: readonly Target[] = [
  plainNode("shared", "event"),
  plainNode("shared", "bare"),
  plainNode("each", "event"),
  plainNode("each", "bare"),
];

/** Servers of others, which must be installed. */
export const PEERS: readonly Target[] = [INSPIRCD, NGIRCD, MOSQUITTO, NATS, EJABBERD];
