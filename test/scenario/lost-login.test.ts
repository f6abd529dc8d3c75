// A login by token whose answer is lost signs nobody out; a token that somebody else has is noticed all the same.
import assert from "node:assert/strict";
import { describeGated } from "../support/gates.ts";

describeGated("a login by token", (server, between) => {
  it("that is cut off before its answer can be tried again with the same token, also after a restart", async () => {
    const ann = await server().newPerson("ann");
    const { token } = ann.loggedIn;
    for (const isRestarted of [false, true]) {
      const cut = await server().connect();
      await between(
        "loginSnapshot",
        async () => void cut.send("login", { token }),
        async () => cut.destroy(),
      );
      if (!isRestarted) continue;
      server().cutClients();
      await server().stop();
      await server().start();
    }
    const client = await server().connect();
    const { token: next } = await client.ok("login", { token });
    await client.barrier(); // a request shows that the answer has arrived
    const other = await server().connect();
    await other.fails("login", { token }, 401);
    await client.ok("common_chat", {});
    await other.ok("login", { token: next });
  });

  it("that nobody has used yet gives way to the next one with the same token, and its own is void", async () => {
    const ann = await server().newPerson("ann");
    const { token } = ann.loggedIn;
    const first = await server().connect();
    const { token: unused } = await first.ok("login", { token });
    const second = await server().connect();
    const { token: next } = await second.ok("login", { token });
    assert.match((await first.nextEvent("closing")).reason, /another connection/);
    await first.closed();
    const third = await server().connect();
    await third.fails("login", { token: unused }, 401);
    await second.barrier();
    await third.fails("login", { token }, 401);
    await third.ok("login", { token: next });
  });

  it("with requests in the same packet has not been answered for sure when they arrive", async () => {
    const ann = await server().newPerson("ann");
    const { token } = ann.loggedIn;
    const client = await server().connect();
    client.raw(
      Buffer.concat([
        client.frame({ action: "login", id: 1, data: { token } }),
        client.frame({ action: "ping", id: 2 }),
        client.frame({ action: "common_chat", id: 3 }),
      ]),
    );
    for (const id of [1, 2, 3]) assert.equal((await client.replies.first((reply) => reply.id === id)).code, 200);
    const again = await server().connect();
    await again.ok("login", { token });
    await again.barrier();
    await (await server().connect()).fails("login", { token }, 401);
  });
});
