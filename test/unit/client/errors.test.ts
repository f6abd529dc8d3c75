// Errors of the client: which are an answer for a person, and which a fault for the log.
import assert from "node:assert/strict";
import { DisconnectedError, isAnswer, RequestError } from "../../../src/client/errors.ts";
import { UserError } from "../../../src/util/user-error.ts";

describe("isAnswer", () => {
  it("is true of what the server, the network or our own advice says, and of no fault of the program", () => {
    const answers = [
      new RequestError(404, "no such user"),
      new DisconnectedError("no network"),
      new UserError("no home"),
    ];
    for (const answer of answers) assert.ok(isAnswer(answer), answer.name);
    for (const fault of [new TypeError("x is undefined"), new Error("bug"), "text", undefined])
      assert.ok(!isAnswer(fault));
  });
});
