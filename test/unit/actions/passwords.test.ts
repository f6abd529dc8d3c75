// Passwords and tokens: every byte counts, unknown users cost as much as known ones, nothing comes twice.
import assert from "node:assert/strict";
import bcrypt from "bcrypt";
import { doPasswordJob, hashToken, newToken, newUserId, unknownUserHash } from "../../../src/actions/passwords.ts";
import { isUserId } from "../../../src/protocol/ids.ts";

const COST = 4;

function hashOf(password: string): string {
  const { hash } = doPasswordJob({ hash: password }, COST);
  assert.ok(hash !== undefined);
  return hash;
}

const verifies = (password: string, hash: string): boolean | undefined =>
  doPasswordJob({ verify: { password, hash } }, COST).verified;

describe("passwords", () => {
  it("are verified to their last byte", () => {
    const long = "x".repeat(255);
    const hash = hashOf(`${long}1`);
    assert.equal(verifies(`${long}1`, hash), true);
    for (const wrong of [`${long}2`, long, `${long}11`, "x".repeat(72), ""]) assert.equal(verifies(wrong, hash), false);
  });

  it("are hashed with a salt of their own and the work that is asked for", () => {
    const [one, other] = [hashOf("the same"), hashOf("the same")];
    assert.notEqual(one, other);
    assert.equal(bcrypt.getRounds(one), COST);
  });

  it("are hashed again only when the old one was right", () => {
    const hash = hashOf("old password");
    const right = doPasswordJob({ verify: { password: "old password", hash }, hash: "new password" }, COST);
    assert.deepEqual([right.verified, right.verifiedHash], [true, hash]);
    assert.equal(verifies("new password", right.hash ?? ""), true);
    const wrong = doPasswordJob({ verify: { password: "wrong password", hash }, hash: "new password" }, COST);
    assert.deepEqual(wrong, { verified: false, verifiedHash: hash, hash: undefined });
  });

  it("of unknown users are verified against a hash of the same form and work, which none has", () => {
    for (const cost of [4, 12]) {
      const unknown = unknownUserHash(cost);
      assert.equal(unknown.length, hashOf("x").length);
      assert.equal(bcrypt.getRounds(unknown), cost);
    }
    assert.equal(verifies("", unknownUserHash(COST)), false);
  });
});

describe("secrets and ids", () => {
  it("have their forms, and differ", () => {
    const tokens = Array.from({ length: 100 }, newToken);
    for (const token of tokens) assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(new Set([...tokens, ...tokens.map(hashToken)]).size, 200);
    const ids = Array.from({ length: 100 }, newUserId);
    for (const id of ids) assert.ok(isUserId(id));
    assert.equal(new Set(ids).size, 100);
  });
});
