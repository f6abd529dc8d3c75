// Accounts and sessions: register, login, logout, tokens, change_password, a second login on a connection.
import assert from "node:assert/strict";
import { useServer } from "../support/server.ts";
import { Person } from "../support/person.ts";
import type { WireClient } from "../support/wire-client.ts";

const USER_ID = /^[0-9a-f]{24}$/;
const PASSWORD = "correct horse";

describe("register", () => {
  const server = useServer();
  let client: WireClient;
  let count = 0;

  beforeEach(async () => {
    client = await server().connect();
  });

  function refused(data: object, info: RegExp): Promise<unknown> {
    return client.fails("register", { username: `user${(count += 1)}`, password: PASSWORD, ...data }, 400, info);
  }

  it("answers with the name and a new id, and does not log in", async () => {
    const { username, user_id, info } = await client.ok("register", { username: "Ann", password: PASSWORD });
    assert.equal(username, "Ann");
    assert.match(user_id, USER_ID);
    assert.equal(info, "Client registered");
    const other = await client.ok("register", { username: "Ben", password: PASSWORD, repeat_password: PASSWORD });
    assert.notEqual(other.user_id, user_id);
    await client.fails("common_chat", {}, 401);
  });

  it("takes names of 3 to 32 letters, marks, digits, _ . - in any script", async () => {
    const names = [
      "abc",
      "a_.-",
      "1st",
      "x".repeat(32),
      "Анна",
      "Ωμέγα",
      "张三丰",
      "محمد",
      "אברהם",
      "हिन्दी",
      "ไทยแลนด์",
    ];
    for (const username of [...names, "Ğülşen", "José", "𐐀𐐁𐐂", "𐐨".repeat(32), "٣٤٥", "ßßß", "then", "constructor"]) {
      const reply = await client.ok("register", { username, password: PASSWORD });
      assert.equal(reply.username, username.normalize("NFKC"));
      const person = await Person.login(await server().connect(), username, PASSWORD);
      assert.equal(person.loggedIn.username, username.normalize("NFKC"));
    }
  });

  it("refuses names of another form", async () => {
    const short = [
      "",
      "a",
      "ab",
      "😀😀😀",
      "a b c",
      " abc",
      "abc ",
      "_abc",
      ".abc",
      "-abc",
      "\u0301abc",
      "ab\u0000c",
      "a/b/c",
      "ab@c",
    ];
    const odd = [
      "x".repeat(33),
      "abc\n",
      "a\u00ADbc",
      "a\u200Bbc",
      "a\u200Dbc",
      "abc\uFE0F",
      "\u115Fab",
      "a\u3164bc",
      "a\u202Ebc",
      "ﷺ".repeat(5),
    ];
    for (const username of [...short, ...odd]) await refused({ username }, /^username: /);
  });

  it("knows one name in any case and any compatible form", async () => {
    const same = [
      ["Straße", "STRASSE", "strasse", "ＳＴＲＡＳＳＥ"],
      ["Σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ"],
      ["ﬁona", "FIONA", "fiona"],
      ["Zoe\u0308", "Zo\u00EB", "ZOË"],
      ["Ⅷth", "VIIITH"],
    ];
    for (const [first = "", ...others] of same) {
      await client.ok("register", { username: first, password: PASSWORD });
      for (const username of others) {
        await client.fails("register", { username, password: PASSWORD }, 409, /^username: /);
        const person = await Person.login(await server().connect(), username, PASSWORD);
        assert.equal(person.loggedIn.username, first.normalize("NFKC"), "shown as registered");
      }
    }
  });

  it("takes passwords from 8 characters to 256 bytes, all of which count", async () => {
    const passwords = [
      "8 charac",
      "😀".repeat(8),
      "x".repeat(256),
      "é".repeat(128),
      "😀".repeat(64),
      " leading and trailing ",
      "\ttab\nnew line",
    ];
    for (const [index, password] of passwords.entries()) {
      const username = `password${index}`;
      await client.ok("register", { username, password });
      await client.ok("login", { username, password });
      const last = password.slice(0, -1);
      await client.fails("login", { username, password: `${[...last].slice(0, -1).join("")}y` }, 401);
    }
    const username = "bytes.73.to.256";
    await client.ok("register", { username, password: "p".repeat(255) + "1" });
    await client.fails("login", { username, password: "p".repeat(255) + "2" }, 401);
    await client.fails("login", { username, password: "p".repeat(72) }, 401);
  });

  it("does not normalise passwords", async () => {
    await client.ok("register", { username: "combining", password: "Zoe\u0308 Zoe\u0308" });
    await client.fails("login", { username: "combining", password: "Zo\u00EB Zo\u00EB" }, 401);
  });

  it("refuses other passwords", async () => {
    const passwords = [
      "",
      "7 chars",
      "😀".repeat(7),
      "x".repeat(257),
      "é".repeat(128) + "x",
      "😀".repeat(64) + "x",
      "nul \u0000 inside",
      "\u0000".repeat(8),
    ];
    for (const password of passwords) await refused({ password }, /^password: /);
  });

  it("refuses a repeated password that differs", async () => {
    for (const repeat_password of ["", "correct horse ", "CORRECT HORSE"]) {
      await refused({ repeat_password }, /^repeat_password: /);
    }
  });

  it("gives a name once only, also when many ask for it at the same time", async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => server().connect()));
    const replies = await Promise.all(
      clients.map((one) => one.request("register", { username: "Wanted", password: PASSWORD })),
    );
    const codes = replies.map(({ code }) => code).sort((one, other) => one - other);
    assert.deepEqual(codes, [200, ...Array<number>(7).fill(409)]);
  });
});

describe("login", () => {
  const server = useServer({ failedLoginsPerAddress: 0 });

  it("answers with everything that a client needs to begin", async () => {
    const ben = await server().newPerson("ben");
    const cid = await server().newPerson("cid");
    const ann = await server().newPerson("ann");
    await ann.addContact(ben);
    await ann.addContact(cid);
    cid.client.destroy();
    await ann.client.nextEvent("presence");
    await ben.say("one");
    await ben.say("two");
    await ben.say("for you", ben.chatWith(ann));
    const { loggedIn } = await server().anotherSession(ann);
    const { token, chats, ...rest } = loggedIn;
    assert.deepEqual(
      { ...rest, time: 0, id: 0 },
      {
        action: "login",
        time: 0,
        id: 0,
        code: 200,
        info: "Client logged in",
        username: ann.username,
        user_id: ann.userId,
        contacts: { [ben.username]: ben.userId, [cid.username]: cid.userId },
        online: [ben.username],
        user_data: {
          user_id: ann.userId,
          username: ann.username,
          first_name: "",
          second_name: "",
          bio: "",
          file_name: null,
        },
      },
    );
    assert.match(token, /^\S{40,}$/);
    const [common, ...direct] = chats;
    assert.ok(common?.last_message !== undefined);
    assert.deepEqual(
      [common.chat_id, common.last_seq - common.read_seq, common.unread, common.last_message.message],
      ["common", 2, 2, "two"],
    );
    assert.ok(!("contact_user_id" in common) && !("contact_username" in common));
    const byContact = new Map(direct.map((chat) => [chat.contact_username, chat]));
    const { last_message, ...chat } = byContact.get(ben.username) ?? {};
    assert.deepEqual(chat, {
      chat_id: ann.chatWith(ben),
      contact_user_id: ben.userId,
      contact_username: ben.username,
      last_seq: 1,
      read_seq: 0,
      unread: 1,
    });
    assert.equal(last_message?.message, "for you");
    assert.deepEqual(byContact.get(cid.username), {
      chat_id: ann.chatWith(cid),
      contact_user_id: cid.userId,
      contact_username: cid.username,
      last_seq: 0,
      read_seq: 0,
      unread: 0,
    });
  });

  it("tells unknown users and wrong passwords apart by nothing", async () => {
    const { username } = await server().newPerson("ann");
    const client = await server().connect();
    const wrong = await client.fails("login", { username, password: "wrong password" }, 401);
    const unknown = await client.fails("login", { username: "nobody.at.all", password: "wrong password" }, 401);
    const noName = await client.fails("login", { username: "\u0000 no name", password: "" }, 401);
    const noToken = await client.fails("login", { token: "no token" }, 401);
    for (const other of [unknown, noName, noToken]) {
      assert.deepEqual({ ...other, time: 0, id: 0 }, { ...wrong, time: 0, id: 0 });
    }
  });

  it("needs name and password, or a token, which wins", async () => {
    const ann = await server().newPerson("ann");
    const { username, password } = ann;
    const client = await server().connect();
    await client.fails("login", {}, 400, /^username: missing/);
    await client.fails("login", { username }, 400, /^password: missing/);
    await client.fails("login", { password }, 400, /^username: missing/);
    await client.fails("login", { username, password, token: "no token" }, 401);
    const ben = await server().newPerson("ben");
    const reply = await client.ok("login", { username: ben.username, password: "wrong", token: ann.loggedIn.token });
    assert.equal(reply.username, username);
  });

  it("ends the first session of a connection by the second", async () => {
    const [ann, ben, cid] = [
      await server().newPerson("ann"),
      await server().newPerson("ben"),
      await server().newPerson("cid"),
    ];
    await cid.addContact(ann);
    await cid.addContact(ben);
    ben.client.destroy();
    await cid.client.nextEvent("presence");
    const now = await Person.login(ann.client, ben.username, ben.password);
    assert.deepEqual(await cid.events("presence"), [
      { user_id: ann.userId, username: ann.username, online: false },
      { user_id: ben.userId, username: ben.username, online: true },
    ]);
    await cid.say("for ann", cid.chatWith(ann));
    await cid.say("for ben", cid.chatWith(ben));
    const messages = await now.events("message");
    assert.deepEqual(
      messages.map(({ message }) => message),
      ["for ben"],
    );
  });

  it("keeps the first session when the second login fails", async () => {
    const ann = await server().newPerson("ann");
    await ann.fails("login", { username: ann.username, password: "wrong password" }, 401);
    await ann.say("still here");
  });

  it("works in one packet with what follows it", async () => {
    const { username, password, client } = await server().newPerson("ann");
    const other = await server().connect();
    const requests = [
      { action: "common_chat", id: 1 },
      { action: "login", id: 2, data: { username, password } },
      { action: "common_chat", id: 3 },
      { action: "add_message", id: 4, data: { chat_id: "common", message: "hello" } },
      { action: "common_chat", id: 5, data: { limit: 1 } },
      { action: "logout", id: 6 },
      { action: "common_chat", id: 7 },
      { action: "ping", id: 8 },
    ];
    other.raw(Buffer.concat(requests.map((request) => other.frame(request))));
    const replies = [];
    while (replies.length < requests.length) replies.push(await other.replies.next());
    assert.deepEqual(
      replies.map(({ id, code }) => [id, code]),
      [401, 200, 200, 200, 200, 200, 401, 200].map((code, index) => [index + 1, code]),
    );
    assert.deepEqual(
      (replies[4]?.["messages"] as { message: string }[]).map(({ message }) => message),
      ["hello"],
    );
    await client.barrier();
  });
});

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

  it("are given once when many try one at the same time", async () => {
    const ann = await server().newPerson("ann");
    const clients = await Promise.all(Array.from({ length: 5 }, () => server().connect()));
    const replies = await Promise.all(clients.map((one) => one.request("login", { token: ann.loggedIn.token })));
    const codes = replies.map(({ code }) => code).sort((one, other) => one - other);
    assert.deepEqual(codes, [200, 401, 401, 401, 401]);
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
    const ann = await server().newPerson("ann");
    const ben = await server().newPerson("ben");
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
