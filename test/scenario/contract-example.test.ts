// The example of the protocol page, word for word.
import assert from "node:assert/strict";
import { useServer } from "../support/server.ts";

describe("the example of the protocol page", () => {
  const server = useServer();

  for (const framing of ["lines", "prefixed"] as const) {
    it(`is answered as the page says (${framing})`, async () => {
      const client = await server().connect({ framing });
      const who = { username: `test.${framing}`, password: "test test" };
      const registered = await client.ok("register", { ...who, repeat_password: who.password });
      const request = `{"action": "login", "time": 1561018237.341436, "id": 7, "data": ${JSON.stringify(who)}}`;
      const reply = await client.exchange(request);
      assert.equal(reply.action, "login");
      assert.equal(reply.id, 7);
      assert.equal(reply.code, 200);
      assert.equal(reply.info, "Client logged in");
      assert.equal(reply["username"], who.username);
      assert.equal(reply["user_id"], registered.user_id);
      assert.deepEqual(reply["contacts"], {});
      assert.ok(Math.abs(reply.time - Date.now() / 1000) < 60, "the time is the server's clock in seconds");
    });
  }
});
