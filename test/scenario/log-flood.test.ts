// Strangers who do the same wrong thing without end: the log has a line for each of them, not for each time.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { once } from "node:events";
import { range } from "../support/lists.ts";
import { TestServer } from "../support/server.ts";

const TIMES = 40;

describe("a log that strangers write to", () => {
  let server: TestServer;
  afterEach(() => server.remove());

  /** What the server has logged with this text. */
  const entries = (text: string) => server.log.entries.filter((entry) => entry.text === text);
  const assertCounted = async (text: string): Promise<void> => {
    assert.equal(entries(text).length, 1);
    await server.stop();
    assert.deepEqual(
      entries(text).map(({ fields }) => fields["times"]),
      [undefined, TIMES - 1],
    );
  };

  it("has one for connections beyond the limit, with their number at the end", async () => {
    server = await TestServer.start({ maxConnections: 1 });
    await (await server.connect()).barrier();
    for (const _ of range(1, TIMES)) {
      const refused = await server.connect({ framing: "lines" });
      assert.equal((await refused.replies.next()).code, 429);
      await refused.closed();
    }
    await assertCounted("connection refused: too many");
  });

  it("has one for avatar logins that are refused", async () => {
    server = await TestServer.start({ ftp: true, failedLoginsPerAddress: 0 });
    const port = Number(/ftp:\/\/\S+:(\d+)/.exec(server.running.readyLine)?.[1]);
    for (const _ of range(1, TIMES)) {
      const socket = connect(port, "127.0.0.1").setEncoding("utf8");
      let answer = "";
      socket.on("data", (text: string) => (answer += text) && answer.includes("530") && socket.destroy());
      socket.write(`USER ticket-${"a".repeat(32)}\r\nPASS x\r\n`);
      await once(socket, "close");
      assert.match(answer, /530/);
    }
    await assertCounted("avatar login refused");
  });

  it("has one for connections that send nothing but blank frames", async () => {
    server = await TestServer.start({ byteBurstCount: 131_072, byteRatePerSec: 1 });
    for (const _ of range(1, TIMES)) {
      const client = await server.connect({ framing: "lines" });
      client.socket.on("error", () => undefined);
      client.raw(Buffer.from(`{"action":"ping"}${"\n".repeat(400_000)}`));
      await client.closed();
    }
    await assertCounted("a connection is closed");
  });

  it("has ten for the sessions that one user begins, and the number of the rest", async () => {
    server = await TestServer.start();
    const ann = await server.newPerson("Ann");
    for (const _ of range(1, TIMES)) await ann.ok("login", { username: ann.username, password: ann.password });
    assert.equal(entries("session began").length, 10);
    await server.stop();
    assert.equal(entries("session began").at(-1)?.fields["times"], TIMES + 1 - 10);
  });
});
