// Rules of the kinds of writes: what a repeat comes to, what a refusal is answered, what a change makes of a message.
import assert from "node:assert/strict";
import { Refusal } from "../../../src/domain/refusal.ts";
import { changeOf, outcomeOfRepeat, refusedAnswerOf, type Write } from "../../../src/domain/writes/table.ts";

const refused = (refusal: Refusal) => ({ done: false, refusal }) as const;
const pair = { userId: "u", contactId: "v" };
const target = { chatId: "common", seq: 1 } as const;

describe("the rules of writes", () => {
  it("take for done what a repeat is refused for because it was done before, and nothing else", () => {
    const add: Write = { kind: "addContact", ...pair };
    const remove: Write = { kind: "deleteContact", ...pair };
    assert.deepEqual(outcomeOfRepeat(add, refused(Refusal.Conflict)), { done: true, result: { isBlocked: true } });
    assert.deepEqual(outcomeOfRepeat(add, refused(Refusal.NotFound)), refused(Refusal.NotFound));
    assert.deepEqual(outcomeOfRepeat(remove, refused(Refusal.NotFound)), { done: true, result: {} });
    assert.deepEqual(outcomeOfRepeat(remove, refused(Refusal.Disabled)), refused(Refusal.Disabled));
    const user: Write = { kind: "createUser", userId: "u", username: "n", usernameKey: "n", passwordHash: "x" };
    assert.deepEqual(outcomeOfRepeat(user, refused(Refusal.Conflict)), refused(Refusal.Conflict));
  });

  it("answer a refusal in the words of the kind, else in those of most", () => {
    const login: Write = {
      kind: "putToken",
      userId: "u",
      passwordHash: undefined,
      oldTokenHash: "o",
      newTokenHash: "n",
    };
    const wrong = refusedAnswerOf(login, Refusal.NotFound);
    assert.deepEqual([wrong.error.reason, wrong.effects], ["wrong_credentials", [{ kind: "loginFailed" }]]);
    assert.deepEqual(refusedAnswerOf(login, Refusal.Disabled).error.reason, "account_disabled");
    const mark: Write = { kind: "markRead", userId: "u", ...target };
    assert.equal(refusedAnswerOf(mark, Refusal.NotFound).error.message, "the account is gone");
  });

  it("say what a change makes of a message", () => {
    const found = { userId: "u", text: "one", sentMs: 5, isDeleted: false };
    const edit = { kind: "editMessage", userId: "u", ...target, text: "two", sinceMs: 5 } as const;
    assert.deepEqual(changeOf(edit, found).made, { text: "two" });
    assert.deepEqual(changeOf({ ...edit, mentions: ["v"] }, found).made, { text: "two", mentions: ["v"] });
    assert.equal(changeOf({ ...edit, text: "one" }, found).made, undefined);
    assert.equal(changeOf({ ...edit, sinceMs: 6 }, found).made, Refusal.TooLate);
    assert.equal(changeOf({ ...edit, userId: "v" }, found).made, Refusal.Forbidden);
    assert.equal(changeOf(edit, { ...found, isDeleted: true }).made, Refusal.NotFound);
    const drop = { kind: "deleteMessage", userId: "u", ...target } as const;
    assert.deepEqual(changeOf(drop, found).made, { deleted: "author" });
    assert.equal(changeOf(drop, { ...found, isDeleted: true }).made, undefined);
    assert.equal(changeOf({ ...drop, userId: "v" }, found).made, Refusal.Forbidden);
  });
});
