// Registering: the forms of names and passwords, and that a name is one in any case.
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
