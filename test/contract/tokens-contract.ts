// Contract of tokens in every store: rotation, lifetime, number.
import assert from "node:assert/strict";
import { TOKEN_LIFETIME_MS } from "../../src/protocol/limits.ts";
import { TOKENS_PER_USER } from "../../src/domain/writes/put-token.ts";
import { ANNA, BERT, DONE, Fixture, NOBODY, NOT_FOUND, putToken } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

export function tokensContract(kind: StoreKind): void {
  let store: Fixture;
  beforeEach(async () => {
    store = await Fixture.openWithUsers(kind);
  });
  afterEach(() => store.close());

  const holder = async (token: string) => (await store.reader.userByToken(token, store.nowMs))?.username;

  it("finds the user of a token", async () => {
    assert.deepEqual(await store.commit(putToken(ANNA, "a1"), putToken(BERT, "b1")), [DONE, DONE]);
    assert.deepEqual([await holder("a1"), await holder("b1"), await holder("A1")], ["anna", "bert", undefined]);
  });

  const confirm = (tokenHash: string) => ({ kind: "confirmToken", tokenHash }) as const;

  it("rotates a token: the old one is void when the new one is confirmed", async () => {
    await store.one(putToken(ANNA, "a1"));
    assert.deepEqual(await store.one(putToken(ANNA, "a2", "a1")), DONE);
    assert.deepEqual([await holder("a1"), await holder("a2")], ["anna", "anna"]);
    await store.reopen();
    assert.deepEqual([await holder("a1"), await holder("a2")], ["anna", "anna"]);
    assert.deepEqual(await store.one(confirm("a2")), DONE);
    assert.deepEqual([await holder("a1"), await holder("a2")], [undefined, "anna"]);
    assert.deepEqual(await store.one(putToken(ANNA, "a3", "a1")), NOT_FOUND);
    assert.equal(await holder("a3"), undefined);
    assert.deepEqual(await store.one(confirm("a1")), NOT_FOUND);
  });

  it("rotates a token: the old one is void when the new one is rotated", async () => {
    await store.commit(putToken(ANNA, "a1"), putToken(ANNA, "a2", "a1"), putToken(ANNA, "a3", "a2"));
    assert.deepEqual([await holder("a1"), await holder("a2"), await holder("a3")], [undefined, "anna", "anna"]);
  });

  it("lets an old token take the place of a successor that was never used", async () => {
    await store.commit(putToken(ANNA, "a1"), putToken(ANNA, "a2", "a1"));
    const again = await store.one(putToken(ANNA, "a3", "a1"));
    assert.deepEqual(again, { done: true, result: { replacedHash: "a2" } });
    const holders = await Promise.all(["a1", "a2", "a3"].map(holder));
    assert.deepEqual(holders, ["anna", undefined, "anna"]);
    assert.deepEqual(await store.one(confirm("a3")), DONE);
    assert.equal(await holder("a1"), undefined);
  });

  it("makes an old token void with its successor, and where all others are dropped; it lives no longer than it would", async () => {
    await store.commit(putToken(ANNA, "a1"), putToken(ANNA, "a2", "a1"), { kind: "deleteToken", tokenHash: "a2" });
    assert.equal(await holder("a1"), undefined);
    await store.commit(putToken(ANNA, "b1"), putToken(ANNA, "b2", "b1"));
    assert.deepEqual(await store.one({ kind: "deleteToken", tokenHash: "b1" }), DONE);
    assert.deepEqual([await holder("b1"), await holder("b2")], [undefined, "anna"]);
    await store.commit(putToken(ANNA, "c1"), putToken(ANNA, "c2", "c1"));
    await store.one({ kind: "dropTokens", userId: ANNA, keepTokenHash: "c2" });
    assert.deepEqual([await holder("b2"), await holder("c1"), await holder("c2")], [undefined, undefined, "anna"]);
    store.nowMs += TOKEN_LIFETIME_MS - 1;
    await store.one(putToken(ANNA, "c3", "c2"));
    store.nowMs += 2;
    assert.deepEqual([await holder("c2"), await holder("c3")], [undefined, "anna"]);
    assert.deepEqual(await store.one(putToken(ANNA, "c4", "c2")), NOT_FOUND);
  });

  it("rotates in order within a batch too: the last one counts", async () => {
    const outcomes = await store.commit(
      putToken(ANNA, "a1"),
      putToken(ANNA, "a2", "a1"),
      putToken(ANNA, "a3", "a1"),
      putToken(ANNA, "a4", "a2"),
    );
    assert.deepEqual(outcomes, [DONE, DONE, { done: true, result: { replacedHash: "a2" } }, NOT_FOUND]);
    const holders = await Promise.all(["a1", "a2", "a3", "a4"].map(holder));
    assert.deepEqual(holders, ["anna", undefined, "anna", undefined]);
  });

  it("does not rotate the token of another user", async () => {
    await store.one(putToken(BERT, "b1"));
    assert.deepEqual(await store.one(putToken(ANNA, "a1", "b1")), NOT_FOUND);
    assert.deepEqual([await holder("a1"), await holder("b1")], [undefined, "bert"]);
  });

  it("gives no token by a password that is the user's no more", async () => {
    const before = (await store.reader.userById(ANNA))?.passwordHash ?? "";
    assert.deepEqual(await store.one(putToken(ANNA, "a1", undefined, before)), DONE);
    await store.one({ kind: "setPassword", userId: ANNA, passwordHash: "another hash", keepTokenHash: undefined });
    assert.deepEqual(await store.one(putToken(ANNA, "a2", undefined, before)), NOT_FOUND);
    assert.deepEqual(await store.one(putToken(ANNA, "a3", undefined, "another hash")), DONE);
    assert.deepEqual([await holder("a1"), await holder("a2"), await holder("a3")], [undefined, undefined, "anna"]);
  });

  it("answers the same write again as done", async () => {
    await store.one(putToken(ANNA, "a1"));
    assert.deepEqual(await store.one(putToken(ANNA, "a1")), DONE);
    assert.deepEqual(await store.one(putToken(ANNA, "a2", "a1")), DONE);
    assert.deepEqual(await store.one(putToken(ANNA, "a2", "a1")), DONE);
    assert.deepEqual([await holder("a1"), await holder("a2")], ["anna", "anna"]);
  });

  it("refuses a user that is not there", async () => {
    assert.deepEqual(await store.one(putToken(NOBODY, "n1")), NOT_FOUND);
    assert.equal(await holder("n1"), undefined);
  });

  it("drops all tokens of a user but one", async () => {
    await store.commit(putToken(ANNA, "a1"), putToken(ANNA, "a2"), putToken(ANNA, "a3"), putToken(BERT, "b1"));
    assert.deepEqual(await store.one({ kind: "dropTokens", userId: ANNA, keepTokenHash: "a2" }), DONE);
    const holders = await Promise.all(["a1", "a2", "a3", "b1"].map(holder));
    assert.deepEqual(holders, [undefined, "anna", undefined, "bert"]);
    assert.deepEqual(await store.one({ kind: "dropTokens", userId: NOBODY, keepTokenHash: "a2" }), NOT_FOUND);
  });

  it("deletes a token, also one that is void already", async () => {
    await store.commit(putToken(ANNA, "a1"), putToken(ANNA, "a2"));
    const drop = { kind: "deleteToken", tokenHash: "a1" } as const;
    assert.deepEqual(await store.commit(drop, drop), [DONE, DONE]);
    assert.deepEqual([await holder("a1"), await holder("a2")], [undefined, "anna"]);
  });

  it("lets a token live for its lifetime and no longer", async () => {
    await store.one(putToken(ANNA, "a1"));
    store.nowMs += TOKEN_LIFETIME_MS;
    assert.equal(await holder("a1"), "anna");
    store.nowMs += 1;
    assert.equal(await holder("a1"), undefined);
    assert.deepEqual(await store.one(putToken(ANNA, "a2", "a1")), NOT_FOUND);
    assert.equal(await holder("a2"), undefined);
  });

  it("begins a new lifetime with each rotation", async () => {
    await store.one(putToken(ANNA, "a1"));
    store.nowMs += TOKEN_LIFETIME_MS - 1;
    await store.one(putToken(ANNA, "a2", "a1"));
    store.nowMs += TOKEN_LIFETIME_MS - 1;
    assert.equal(await holder("a2"), "anna");
  });

  it("keeps the newest tokens of a user when there are too many", async () => {
    await store.one(putToken(BERT, "b1"));
    for (let number = 1; number <= TOKENS_PER_USER + 2; number++) {
      store.nowMs += 1;
      assert.deepEqual(await store.one(putToken(ANNA, `a${number}`)), DONE);
    }
    assert.deepEqual([await holder("a1"), await holder("a2")], [undefined, undefined]);
    assert.deepEqual([await holder("a3"), await holder(`a${TOKENS_PER_USER + 2}`)], ["anna", "anna"]);
    assert.equal(await holder("b1"), "bert");
  });
}
