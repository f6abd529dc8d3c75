// A server that the system allows few open files: who is there is served, others are refused, nothing ends.
import assert from "node:assert/strict";
import { affordable } from "../../src/server/connections/descriptors.ts";
import { AdminClient } from "../../src/client/admin-client.ts";
import { range } from "../support/lists.ts";
import { Person } from "../support/person.ts";
import { ServerProcess } from "../support/server-process.ts";
import { WireClient } from "../support/wire-client.ts";

const WHO = { username: "Ann", password: "a long password" };

describe("few open files", function () {
  this.timeout(60_000);

  for (const limit of [100, 200]) {
    it(`serve who is there, and refuse the rest with a reason: ${limit} of them, 300 connections`, async function () {
      if (process.platform !== "linux") return;
      const server = await ServerProcess.start(["--ftp", "--ftp-port", "0"], undefined, {}, [
        "sh",
        "-c",
        `ulimit -n ${limit}; exec "$@"`,
        "sh",
      ]);
      assert.match(server.stderr, new RegExp(`WARN .*below --max-connections.* openFiles=${limit} `));
      const client = await WireClient.connect(server.port);
      await client.ok("register", WHO);
      const ann = await Person.login(client, WHO.username, WHO.password);
      const others = await Promise.all(range(1, 300).map(() => WireClient.connect(server.port, { framing: "lines" })));
      const answers = await Promise.all(
        others.map(async (other) => {
          other.send("ping", {});
          return other.replies.next().catch(() => undefined);
        }),
      );
      const codes = new Set(answers.map((answer) => answer?.code));
      assert.ok(codes.has(200) && codes.has(429), "some are served, some refused");
      const samples = await AdminClient.open(server.data);
      const sampled = new Promise((resolve) => samples.events.on("sample", resolve));
      await samples.request("subscribe", { topics: ["sample"] });
      await sampled;
      samples.close();
      await ann.say("still served");
      for (const other of others) other.destroy();
      assert.match(server.stderr, /connection refused: too many/);
      assert.doesNotMatch(server.stderr, /ERROR/);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      await server.remove();
    });
  }

  it("are shared out: some stay in reserve, some are the avatar server's, nobody is left without any", () => {
    assert.deepEqual(affordable(10_096, 0, false), { connections: 10_000, avatarSessions: 1 });
    assert.deepEqual(affordable(10_096, 0, true), { connections: 7_500, avatarSessions: 833 });
    assert.deepEqual(affordable(60, 40, true), { connections: 8, avatarSessions: 1 });
    assert.deepEqual(affordable(64, 80, true), { connections: 1, avatarSessions: 1 });
  });
});
