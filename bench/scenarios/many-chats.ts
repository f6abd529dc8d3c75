// Logins of users with many chats: how long each takes, and how large its answer is.
import { FrameDecoder } from "../../src/protocol/frame.ts";
import { MAX_RESPONSE_BYTES } from "../../src/protocol/limits.ts";
import { dial, type ServerAddress } from "../engine/dial.ts";
import { Histogram } from "../engine/histogram.ts";
import type { ResultRow } from "../report/result.ts";
import { requestFrame } from "../targets/messenger.ts";
import type { Target } from "../targets/target.ts";
import { histogramFigures } from "./figures.ts";
import { messengerOf, type Scenario, type ScenarioContext } from "./scenario.ts";

const USERS = 50;
const GROUPS = 500;

export const manyChats: Scenario = {
  name: "many-chats",
  summary: "logins one after another of users who are in 500 groups each",
  forPeers: false,
  async *run(context, target) {
    yield await measure(context, target);
  },
};

async function measure(context: ScenarioContext, target: Target): Promise<ResultRow> {
  const members = Array.from({ length: USERS }, (_, index) => index);
  const messenger = messengerOf(target).with({ groups: Array.from({ length: GROUPS }, () => ({ members })) });
  context.progress(`many-chats: ${USERS} users in ${GROUPS} groups`);
  const { running, close } = await context.start(messenger, USERS);
  const times = new Histogram();
  let bytes = 0;
  try {
    for (const { token } of running.users) {
      const login = await logIn(running, token);
      times.record(login.tookUs);
      bytes += login.bytes;
    }
  } finally {
    await close();
  }
  return {
    scenario: "many-chats",
    target: target.name,
    parameters: { logins: USERS, groups: GROUPS },
    figures: { ...histogramFigures("login", times), bytesPerLogin: bytes / USERS },
    serverCpuByThread: {},
    remarks: [],
  };
}

interface Login {
  readonly tookUs: number;
  readonly bytes: number;
}

/** From the request to the answer, on a connection that is there. */
function logIn(server: ServerAddress, token: string): Promise<Login> {
  return new Promise((resolve, reject) => {
    let startMs = 0;
    const socket = dial(server, {
      onReady: () => {
        startMs = performance.now();
        socket.write(requestFrame("login", { token, features: ["groups"] }));
      },
    });
    const decoder = new FrameDecoder("prefixed", MAX_RESPONSE_BYTES);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed before the login was answered")));
    socket.on("data", (chunk: Buffer) => {
      const payloads: Buffer[] = [];
      decoder.push(chunk, payloads);
      const [answer] = payloads;
      if (answer === undefined) return;
      if (answer.includes('"token":"')) resolve({ tookUs: (performance.now() - startMs) * 1000, bytes: answer.length });
      else reject(new Error(`login: ${answer.toString().slice(0, 200)}`));
      socket.destroy();
    });
  });
}
