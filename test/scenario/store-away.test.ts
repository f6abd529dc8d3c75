// A store that cannot store (no space left): 503, nothing stored, nothing told, and all is well when there is space again.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { ServerProcess } from "../support/server-process.ts";
import { Person } from "../support/person.ts";
import { RawHttp } from "../support/raw-http.ts";
import { WireClient } from "../support/wire-client.ts";
import { range, seqs } from "../support/lists.ts";

/** Lets a process write no file beyond a size (setrlimit), which to it is as if the disk were full. */
function limitFiles(pid: number, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:unlimited`]);
}

describe("a store without space", () => {
  let server: ServerProcess;
  let ann: Person;

  before(async function () {
    if (process.platform !== "linux") this.skip();
    server = await ServerProcess.start();
    const client = await WireClient.connect(server.port);
    await client.ok("register", { username: "Ann", password: "space please" });
    ann = await Person.login(client, "Ann", "space please");
  });
  after(() => server?.remove());

  it("answers 503 to what writes, serves what reads, and goes on when there is space", async () => {
    await ann.say("before");
    const log = statSync(join(server.data, "messenger.db-wal"));
    limitFiles(server.pid, log.size);
    for (const index of range(1, 3)) {
      await ann.fails(
        "add_message",
        { chat_id: "common", message: "full", message_id: `m${index}` },
        503,
        /nothing was stored/,
      );
    }
    await ann.fails("update_profile", { bio: "full" }, 503);
    await ann.client.fails("login", { username: "Ann", password: "space please" }, 503);
    const away = await RawHttp.get(server.port, "/readyz");
    assert.deepEqual([away.status, away.body], [503, "store: cannot be used now"]);
    assert.match((await RawHttp.get(server.port, "/metrics")).body, /^messenger_store_up 0$/m);
    assert.equal((await RawHttp.get(server.port, "/healthz")).status, 200);
    const { messages } = await ann.ok("common_chat", {});
    assert.deepEqual(seqs(messages), [1]);
    assert.deepEqual(seqs(await ann.events("message")), [1], "an event is sent for what is committed only");
    limitFiles(server.pid, "unlimited");
    for (const index of range(1, 3)) {
      const reply = await ann.ok("add_message", { chat_id: "common", message: "space", message_id: `m${index}` });
      assert.equal(reply.seq, index + 1);
    }
    assert.deepEqual(seqs(await ann.events("message")), [2, 3, 4]);
    assert.equal((await ann.ok("profile", {})).user_data.bio, "");
    assert.equal((await RawHttp.get(server.port, "/readyz")).body, "ready");
  });
});
