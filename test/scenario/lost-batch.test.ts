// A batch of which nobody knows whether it is stored, since the storage thread has died twice: who may have lost a right loses it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { useServer } from "../support/server.ts";

const DYING_THREAD = new URL("../support/dying-storage-thread.js", import.meta.url);

describe("a batch that is lost twice", () => {
  const server = useServer({}, undefined, { storage: DYING_THREAD });
  const dies = (count: number): void => writeFileSync(join(server().config.data, "die"), String(count));

  it("ends the sessions that a changed password was to end, and the password is changed", async () => {
    const ann = await server().newPerson("ann");
    const other = await server().anotherSession(ann);
    const ben = await server().newPerson("ben");
    dies(2);
    const { username, password } = ann;
    ann.client.send("change_password", { password, new_password: "another password" });
    await ann.client.closed();
    assert.equal((await other.client.nextEvent("closing")).reason, "the password was changed");
    await other.client.closed();
    const client = await server().connect();
    await client.fails("login", { username, password }, 401);
    await client.ok("login", { username, password: "another password" });
    await ben.say("others go on");
  });
});
