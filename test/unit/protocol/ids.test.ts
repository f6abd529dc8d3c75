// The forms of ids.
import assert from "node:assert/strict";
import { chatForm, directChatId, groupChatId, isUserId, otherUser } from "../../../src/protocol/ids.ts";

const [LOW, HIGH] = ["0".repeat(23) + "a", "f".repeat(24)];

describe("ids", () => {
  it("of users are 24 hexadecimal digits in lower case", () => {
    for (const id of [LOW, HIGH, "64b0c0ffee64b0c0ffee0001"]) assert.ok(isUserId(id));
    for (const id of ["", "0".repeat(23), "0".repeat(25), "F".repeat(24), "g".repeat(24), `${LOW}\n`, ` ${LOW}`])
      assert.ok(!isUserId(id), id);
  });

  it("of one-to-one chats are the same from both sides, and tell who may use them", () => {
    assert.equal(directChatId(LOW, HIGH), `dm:${LOW}:${HIGH}`);
    assert.equal(directChatId(HIGH, LOW), `dm:${LOW}:${HIGH}`);
    assert.deepEqual(chatForm(`dm:${LOW}:${HIGH}`), { kind: "direct", users: [LOW, HIGH] });
    assert.deepEqual(
      [LOW, HIGH, "a".repeat(24)].map((id) => otherUser(`dm:${LOW}:${HIGH}`, id)),
      [HIGH, LOW, undefined],
    );
  });

  it("of the common chat and of groups tell what they are, and nobody in them", () => {
    assert.deepEqual(chatForm("common"), { kind: "everyone" });
    assert.deepEqual(chatForm(groupChatId("A".repeat(24))), { kind: "group" });
    for (const id of ["common", groupChatId(LOW)]) assert.equal(otherUser(id, LOW), undefined);
  });

  it("of no chat tell of nobody", () => {
    const none = [
      "",
      "dm:",
      `dm:${HIGH}:${LOW}`,
      `dm:${LOW}:${LOW}`,
      `dm:${LOW}:${HIGH}\n`,
      `DM:${LOW}:${HIGH}`,
      `dm:${LOW}:${HIGH}:${HIGH}`,
      `group:${"A".repeat(24)}`,
      `group:${LOW}0`,
      ` group:${LOW}`,
      "group:",
    ];
    for (const id of none) assert.equal(chatForm(id), undefined, id);
  });
});
