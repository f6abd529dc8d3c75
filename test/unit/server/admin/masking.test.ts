// Requests and responses as an administrator is shown them: what is known to be harmless, and nothing else.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIONS } from "../../../../src/protocol/actions.ts";
import { maskedText } from "../../../../src/server/admin/masking.ts";

const SECRET = "SECRET-4711";
const shown = (text: string, showsTexts = false): string => maskedText(Buffer.from(text), "data", showsTexts);
const answered = (fields: object, showsTexts = false): string =>
  maskedText(Buffer.from(JSON.stringify(fields)), "result", showsTexts);

describe("masking", () => {
  it("shows who and what of a request, and masks passwords, tokens and codes", () => {
    const data = { username: "ann", password: SECRET, repeat_password: SECRET, invitation: SECRET };
    assert.equal(
      shown(JSON.stringify({ action: "register", id: 7, data })),
      '{"action":"register","id":7,"data":{"username":"ann","password":"•••","repeat_password":"•••","invitation":"•••"}}',
    );
  });

  it("shows texts only when it is asked to", () => {
    const request = JSON.stringify({ action: "add_message", data: { chat_id: "common", message: "hello" } });
    assert.equal(shown(request), '{"action":"add_message","data":{"chat_id":"common","message":"•••"}}');
    assert.equal(shown(request, true), request);
    const chats = [{ chat_id: "common", last_seq: 3, last_message: { username: "ann", message: "hello" } }];
    const login = { action: "login", code: 200, token: SECRET, contacts: { bert: "1" }, online: ["bert"], chats };
    assert.match(answered(login), /"token":"•••","contacts":\{"bert":"1"\},"online":\["bert"\].*"message":"•••"/);
    assert.match(answered(login, true), /"token":"•••".*"message":"hello"/);
  });

  for (const [what, request] of [
    ["a field written in capitals", `{"action":"register","data":{"Password":"${SECRET}","PASSWORD":"${SECRET}"}}`],
    ["data that is a text", `{"action":"login","password":"${SECRET}","data":"${SECRET}"}`],
    ["data that is a list", `{"action":"login","data":["${SECRET}",{"username":"${SECRET}"}]}`],
    ["a harmless field that holds an object", `{"action":"login","data":{"username":{"password":"${SECRET}"}}}`],
    ["a brace that is missing", `{"action":"login","data":{"password":"${SECRET}"}`],
    ["an action that there is not", `{"action":"${SECRET}","data":{"username":"${SECRET}"}}`],
    ["an id that is a text", `{"action":"ping","id":"${SECRET}"}`],
    ["a name of a field", `{"action":"ping","data":{"${SECRET}":1},"${SECRET}":2}`],
    ["a field of another action", `{"action":"ping","data":{"username":"${SECRET}","message":"${SECRET}"}}`],
    ["a text", JSON.stringify(SECRET)],
    ["a list", JSON.stringify([{ username: SECRET }])],
  ] as const) {
    it(`masks what is hidden in ${what}`, () =>
      assert.ok(!shown(request, true).includes(SECRET), shown(request, true)));
  }

  it("masks every field that no action's table names, at any depth, in requests and responses", () => {
    const name = fc.constantFrom(
      "data",
      "ftp",
      "user_data",
      "chats",
      "sessions",
      "x",
      "token",
      "password",
      "constructor",
      "__proto__",
    );
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constant(SECRET),
        fc.array(tie("node"), { maxLength: 2 }),
        fc.dictionary(name, tie("node"), { maxKeys: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(ACTIONS)), tree, fc.boolean(), (action, value, showsTexts) => {
        const text = JSON.stringify({ action, data: value, token: value, ftp: { password: value, username: value } });
        for (const part of ["data", "result"] as const) {
          assert.ok(!maskedText(Buffer.from(text), part, showsTexts).includes(SECRET), action);
        }
      }),
    );
  });
});
