// The admin channel under requests that are right, nearly right and wrong: one answer for each, never 500, while the
// server goes on serving the people that it is about.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { Code } from "../../src/protocol/codes.ts";
import { FrameDecoder } from "../../src/protocol/frame.ts";
import { directChatId, groupChatId, SERVER_USER_ID } from "../../src/protocol/ids.ts";
import { adminSocketPath } from "../../src/util/admin-socket.ts";
import { fuzzes } from "../support/fuzz.ts";
import { Mailbox } from "../support/mailbox.ts";
import { useServer } from "../support/server.ts";
import { frameOf } from "../support/wire-client.ts";

const GROUP = groupChatId("b".repeat(24));
const GHOST = "a".repeat(24);
const CODES: ReadonlySet<number> = new Set(Object.values(Code));
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const name = fc.constantFrom("anna", "BEN", "clara", "nobody", "deleted-000000000000", "\0", "a/b", "x".repeat(300));
const count = fc.constantFrom(0, 1, 5, 100_000, 1e9, -1, 0.5, 2 ** 53);
const address = fc.constantFrom("192.0.2.1", "::1%lo", "2001:db8::1", "999.1.1.1", "example", "");
const byName = fc.record({ username: name });
const chat = fc.constantFrom(
  "common",
  GROUP,
  groupChatId("c".repeat(24)),
  directChatId(GHOST, SERVER_USER_ID),
  "dm:",
  "",
);
const role = fc.constantFrom("owner", "moderator", "member", "king");
const ofGroup = fc.record({ chat_id: chat });
const member = fc.record({ chat_id: chat, username: name });
/** All but what ends the server or its listener, or bans this machine. */
const DATA: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  status: fc.constant({}),
  samples: fc.constant({}),
  sessions: fc.record({ contains: name, after: count, limit: count }, { requiredKeys: [] }),
  disconnect: fc.record({ connection: count, reason: name }),
  ban: fc.record({ address, seconds: count }),
  unban: fc.record({ address }),
  bans: fc.constant({}),
  users: fc.record({ contains: name, after: name, limit: count }, { requiredKeys: [] }),
  create_user: fc.record({ username: name, password: fc.constantFrom("short", "long enough", "é".repeat(200)) }),
  reset_password: byName,
  disable_user: byName,
  enable_user: byName,
  delete_user: byName,
  end_sessions: byName,
  announce: fc.record({ message: name, username: name, chat_id: chat }, { requiredKeys: ["message"] }),
  groups: fc.record({ contains: name, after: chat, limit: count }, { requiredKeys: [] }),
  group_members: fc.record({ chat_id: chat, after: name, limit: count }, { requiredKeys: ["chat_id"] }),
  add_member: fc.record({ chat_id: chat, username: name, role }, { requiredKeys: ["chat_id", "username"] }),
  remove_member: member,
  set_role: fc.record({ chat_id: chat, username: name, role }),
  archive_group: ofGroup,
  unarchive_group: ofGroup,
  delete_group: ofGroup,
  messages: fc.record(
    { chat_id: chat, word: name, username: name, before: count, limit: count },
    { requiredKeys: ["chat_id"] },
  ),
  user_messages: fc.record({ username: name, word: name, cursor: name, limit: count }, { requiredKeys: ["username"] }),
  remove_message: fc.record({ chat_id: chat, seq: count }),
  backups: fc.constant({}),
  log: fc.record({ limit: count, level: fc.constantFrom("error", "debug", "all") }, { requiredKeys: [] }),
  subscribe: fc.record({
    topics: fc.subarray(["sample", "traffic", "log", "backup", "everything"]),
    unmask_texts: fc.constantFrom<unknown>(true, false, "yes"),
  }),
};
const request = fc.oneof(
  ...Object.entries(DATA).map(([action, data]) => ({
    weight: 6,
    arbitrary: data.map((value) => JSON.stringify({ action, id: 1, data: value })),
  })),
  { weight: 1, arbitrary: fc.constant('{"action":"backup"}') },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...Object.keys(DATA)), fc.jsonValue()).map(wrong) },
  { weight: 4, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 40 }) },
);

function wrong([action, data]: [string, unknown]): string {
  return JSON.stringify({ action, id: 1, data });
}

describe("the admin channel, whatever it is sent", () => {
  const server = useServer({ registrationsPerAddress: 0, failedLoginsPerAddress: 0, failedLoginsPerName: 0 });

  async function dial(): Promise<{ socket: Socket; codes: Mailbox<number> }> {
    const socket = connect(adminSocketPath(server().config.data));
    await once(socket, "connect");
    const codes = new Mailbox<number>("an answer");
    const decoder = new FrameDecoder("prefixed", MAX_ANSWER_BYTES);
    socket.on("error", () => socket.destroy()).on("close", () => codes.end());
    socket.on("data", (chunk: Buffer) => {
      const payloads: Buffer[] = [];
      decoder.push(chunk, payloads);
      for (const payload of payloads) {
        const answer = JSON.parse(payload.toString()) as { code?: number };
        if (answer.code !== undefined) codes.put(answer.code);
      }
    });
    return { socket, codes };
  }

  fuzzes(
    "answers every payload once, with a code of the protocol and never 500",
    (tally) =>
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async (payloads) => {
        const { socket, codes } = await dial();
        const client = await server().connect();
        const login = { username: "anna", password: "long enough" };
        const group = { title: "t", members: ["ben"], group_id: "b".repeat(24) };
        const asked = [
          { action: "login", data: { ...login, features: ["groups"] } },
          { action: "create_group", data: group },
        ];
        client.raw(Buffer.concat([...asked, { action: "ping" }].map((one) => client.frame(one))));
        socket.write(Buffer.concat(payloads.map((text) => frameOf(text, "prefixed"))));
        for (const text of payloads) {
          const code = await codes.next();
          assert.ok(CODES.has(code) && code !== Code.Internal, `${code} for ${text}`);
          tally.inputs += 1;
          tally.answered(code);
        }
        assert.equal(codes.size, 0, "an answer that nobody asked for");
        socket.destroy();
        client.destroy();
      }),
    {
      numRuns: 60,
      after: async ({ codes }) => {
        assert.ok(
          [200, 400, 404].every((code) => codes.has(code)),
          [...codes].join(" "),
        );
        await (await server().newPerson("well")).say("all is well");
        assert.deepEqual(server().log.errors, []);
      },
    },
  );
});
