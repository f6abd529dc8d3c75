// Tokens, logout and change_password: how sessions go on and end.
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { Person } from "../support/person.ts";

describe("tokens", () => {
  const server = useServer();

  it("resume a session once: each login gives another", async () => {
    const ann = await server().newPerson("ann");
    const client = await server().connect();
    const second = await client.ok("login", { token: ann.loggedIn.token });
    assert.deepEqual([second.username, second.user_id], [ann.username, ann.userId]);
    assert.notEqual(second.token, ann.loggedIn.token);
    await client.fails("login", { token: ann.loggedIn.token }, 401);
    await client.ok("login", { token: second.token });
  });

  it("begin one session when many try one at the same time: the last counts, the others end", async () => {
    const ann = await server().newPerson("ann");
    const { token } = ann.loggedIn;
    const clients = await Promise.all(Array.from({ length: 5 }, () => server().connect()));
    // One that ends before it is answered is closed without an answer.
    const replies = await Promise.all(clients.map((one) => one.request("login", { token }).catch(() => undefined)));
    await eventually("all but one have ended", () => clients.filter((one) => !one.isClosed).length === 1);
    const left = clients.findIndex((one) => !one.isClosed);
    await clients[left]?.barrier();
    const fresh = await server().connect();
    for (const [index, reply] of replies.entries()) {
      if (index !== left) await fresh.fails("login", { token: reply?.["token"] ?? "none" }, 401);
    }
    await fresh.fails("login", { token }, 401);
    await fresh.ok("login", { token: String(replies[left]?.["token"]) });
  });

  it("of one session are not touched by the login or logout of another", async () => {
    const ann = await server().newPerson("ann");
    const phone = await server().anotherSession(ann);
    await phone.ok("logout", {});
    const client = await server().connect();
    await client.fails("login", { token: phone.loggedIn.token }, 401);
    await client.ok("login", { token: ann.loggedIn.token });
  });

  it("survive a restart of the server", async () => {
    const ann = await server().newPerson("ann");
    await ann.say("before the restart");
    await server().stop();
    await server().start();
    const client = await server().connect();
    const again = await client.ok("login", { token: ann.loggedIn.token });
    assert.equal(again.username, ann.username);
    assert.equal(again.chats[0]?.last_message?.message, "before the restart");
  });

  it("are neither in the log nor in any store file as they are, and neither are passwords", async () => {
    const ann = await server().newPerson("ann");
    await ann.fails("change_password", { password: "not the right one", new_password: "unused password" }, 401);
    const { text } = server().log;
    for (const secret of [ann.loggedIn.token, ann.password, "not the right one", "unused password"]) {
      assert.ok(!text.includes(secret));
    }
  });
});

describe("logout", () => {
  const server = useServer();

  it("answers who it was, voids the token, and keeps the connection", async () => {
    const ann = await server().newPerson("ann");
    const reply = await ann.ok("logout", {});
    assert.deepEqual([reply.username, reply.user_id], [ann.username, ann.userId]);
    await ann.fails("common_chat", {}, 401);
    await ann.fails("logout", {}, 401);
    await ann.client.fails("login", { token: ann.loggedIn.token }, 401);
    await Person.login(ann.client, ann.username, ann.password);
    await ann.say("back again");
  });

  it("ends the events", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    await ann.ok("logout", {});
    await ben.say("to nobody");
    await ben.say("for ann", ben.chatWith(ann));
    await ann.heardNothing();
  });

  it("works also when its token is void already", async () => {
    const ann = await server().newPerson("ann");
    await (await server().connect()).ok("login", { token: ann.loggedIn.token });
    await ann.ok("logout", {});
    await ann.fails("common_chat", {}, 401);
  });
});

describe("the own sessions", () => {
  const server = useServer();

  it("are listed, this one first, with where and since when, and nobody else's", async () => {
    const startS = Date.now() / 1000 - 1;
    const [ann] = await server().newPeople("ann", "ben");
    const phone = await server().anotherSession(ann);
    await phone.client.barrier();
    const { sessions } = await ann.ok("sessions", {});
    assert.deepEqual(
      sessions.map(({ address, current }) => [address, current]),
      [
        ["127.0.0.1", true],
        ["127.0.0.1", false],
      ],
    );
    for (const { since, last_active: lastActive } of sessions) {
      assert.ok(since > startS && lastActive >= since - 0.1 && lastActive < Date.now() / 1000 + 1);
    }
    phone.client.destroy();
    await eventually("the session has ended", () => server().running.registry.sessionsOf(ann.userId).size === 1);
    assert.equal((await ann.ok("sessions", {})).sessions.length, 1);
    await (await server().connect()).fails("sessions", {}, 401);
  });

  it("all end but the one that asks, and so do the tokens of those that are not connected", async () => {
    const [ann, ben] = await server().newPeople("ann", "ben");
    const [phone, away] = [await server().anotherSession(ann), await server().anotherSession(ann)];
    away.client.destroy();
    await ann.ok("end_sessions", {});
    assert.match((await phone.client.nextEvent("closing")).reason, /another session/);
    await phone.client.closed();
    const client = await server().connect();
    for (const { loggedIn } of [phone, away]) await client.fails("login", { token: loggedIn.token }, 401);
    await ann.say("still here");
    await ben.say("me too");
    await client.ok("login", { token: ann.loggedIn.token });
  });
});

describe("change_password", () => {
  const server = useServer();

  it("closes every other session of the user, voids their tokens, and keeps its own", async () => {
    const ann = await server().newPerson("ann");
    const phone = await server().anotherSession(ann);
    const ben = await server().newPerson("ben");
    const new_password = "another password";
    await ann.ok("change_password", { password: ann.password, new_password });
    assert.match((await phone.client.nextEvent("closing")).reason, /password/);
    await phone.client.closed();
    await ann.say("still here");
    await ben.say("me too");
    const client = await server().connect();
    await client.fails("login", { token: phone.loggedIn.token }, 401);
    await client.fails("login", { username: ann.username, password: ann.password }, 401);
    await client.ok("login", { username: ann.username, password: new_password });
    await client.ok("login", { token: ann.loggedIn.token });
    assert.deepEqual(ann.client.takeEvents("closing"), []);
  });

  it("refuses a wrong password with 401, and a new one that has not the form with 400", async () => {
    const ann = await server().newPerson("ann");
    const { password } = ann;
    await ann.fails("change_password", { password: "wrong password", new_password: "another password" }, 401);
    for (const new_password of ["", "7 chars", "x".repeat(257), "nul\u0000 inside"]) {
      await ann.fails("change_password", { password, new_password }, 400, /^new_password: /);
    }
    await ann.fails("change_password", { password }, 400, /^new_password: missing/);
    await ann.fails("change_password", { new_password: "another password" }, 400, /^password: missing/);
    await server().anotherSession(ann);
  });

  it("lets nobody in by the old password once it is answered, whatever was under way", async () => {
    for (let round = 0; round < 5; round += 1) {
      const ann = await server().newPerson("ann");
      const { username, password } = ann;
      const others = await Promise.all(Array.from({ length: 6 }, () => server().connect()));
      const changed = ann.ok("change_password", { password, new_password: "another password" });
      const logins = others.map((other) => other.request("login", { username, password }));
      await changed;
      const tokens = (await Promise.all(logins)).flatMap(({ token }) => (typeof token === "string" ? [token] : []));
      const client = await server().connect();
      for (const token of tokens) await client.fails("login", { token }, 401);
    }
  });
});
