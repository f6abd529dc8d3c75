// A messenger server that runs already (`--target HOST:PORT`): its users are registered over the wire.
import { randomBytes } from "node:crypto";
import { stampedText } from "../engine/stamp.ts";
import { requestFrame } from "./messenger.ts";
import type { RunningTarget, StartPlan, Target } from "./target.ts";

/** Sessions share this many users: registering is the slowest thing that a server does. */
const MAX_USERS = 20;

/** Registers users `bench-<random>-<n>`; each session logs in by password. Its limits must allow the load. */
export function remoteMessenger(host: string, port: number): Target {
  return {
    name: "messenger",
    missing: () => undefined,
    start: (plan) => Promise.resolve(start(host, port, plan)),
  };
}

function start(host: string, port: number, { clientCount }: StartPlan): RunningTarget {
  const prefix = `bench-${randomBytes(4).toString("hex")}-`;
  const password = randomBytes(12).toString("base64url");
  return {
    name: "messenger",
    host,
    port,
    pid: undefined,
    format: "prefixed",
    connectParallel: MAX_USERS,
    // The first session of a user registers it; a later one finds the name taken (409), which does no harm.
    steps: (index) => {
      const credentials = { username: `${prefix}${index % Math.min(MAX_USERS, clientCount)}`, password };
      return [
        { send: requestFrame("register", credentials), until: '"code":' },
        { send: requestFrame("login", credentials), until: '"token":"' },
      ];
    },
    commonSender: (_index, id, textBytes) => ({
      id,
      frame: requestFrame("add_message", { chat_id: "common", message: stampedText(textBytes) }),
      acknowledged: true,
      echoed: true,
    }),
    close: () => Promise.resolve(),
  };
}
