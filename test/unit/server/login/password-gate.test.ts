// PasswordGate: how many are worked on, in which order, and who is refused; with work that the test ends by hand.
import assert from "node:assert/strict";
import { PasswordGate } from "../../../../src/server/login/password-gate.ts";
import type { PasswordJob, PasswordRequest, PasswordResult, PasswordVerdict } from "../../../../src/actions/again.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

interface Job {
  readonly password: string | undefined;
  end(verified: boolean): void;
  fail(): void;
}

const LIMITS = { passwordThreads: 2, failedLoginsPerName: 3, failedLoginsPerAddress: 4, registrationsPerAddress: 2 };

describe("PasswordGate", () => {
  let clock: ManualClock;
  let gate: PasswordGate;
  let jobs: Job[];

  beforeEach(() => {
    clock = new ManualClock();
    jobs = [];
    const work = (job: PasswordJob): Promise<PasswordResult> =>
      new Promise((resolve, reject) => {
        const end = (verified: boolean): void => resolve({ verified, verifiedHash: job.verify?.hash, hash: undefined });
        jobs.push({ password: job.verify?.password, end, fail: () => reject(new Error("the thread died")) });
      });
    gate = new PasswordGate(work, LIMITS, clock);
  });

  const login = (account: string, password = "x"): PasswordRequest => ({
    kind: "login",
    account,
    job: { verify: { password, hash: "h" } },
  });
  const from = (address: string) => ({ address, isClosed: false });
  const register = (account: string): PasswordRequest => ({ kind: "register", account, job: { hash: "x" } });

  /** Lets what follows from a job's end happen. */
  async function settle(): Promise<void> {
    await new Promise(setImmediate);
  }

  async function end(index: number, verified: boolean): Promise<void> {
    jobs[index]?.end(verified);
    await settle();
  }

  /** Fails so many logins, one after the other. */
  async function fail(account: string, address: string, times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      const verdict = gate.admit(login(account), from(address));
      await end(jobs.length - 1, false);
      assert.ok((await verdict).granted);
    }
  }

  it("delays a stranger by one turn when others log in without end, from there or elsewhere", async () => {
    const regulars = Array.from({ length: 100 }, (_, index) => `regular ${index}`);
    const again = (name: string): void => void gate.admit(login(name, name), from("2001:db8::1"));
    regulars.forEach(again);
    await settle();
    for (let turn = 0; turn < 250; turn += 1) {
      await end(turn, true);
      again(jobs[turn]?.password ?? "");
    }
    void gate.admit(login("elsewhere", "elsewhere"), from("192.0.2.1"));
    void gate.admit(login("same network", "same network"), from("2001:db8::2"));
    const next: (string | undefined)[] = [];
    for (let turn = 250; turn < 254; turn += 1) {
      await end(turn, true);
      next.push(jobs[turn + 2]?.password);
    }
    assert.deepEqual(next.slice(0, 2), ["elsewhere", "same network"]);
    assert.match(next[2] ?? "", /^regular/);
  });

  it("gives a place of a full queue to who has fewer of them", async () => {
    const crowd = Array.from({ length: 1_002 }, (_, index) => gate.admit(login(`${index}`), from("192.0.2.1")));
    const late = gate.admit(login("late"), from("192.0.2.1"));
    assert.equal((await late).granted, false);
    const other = gate.admit(login("other", "other"), from("192.0.2.2"));
    assert.equal((await crowd.at(-1))?.granted, false);
    await end(0, true);
    assert.equal(jobs.at(-1)?.password, "other");
    await end(jobs.length - 1, true);
    assert.equal((await other).granted, true);
  });

  it("works on as many as there are threads, the others in the order they came", async () => {
    const verdicts = ["a", "b", "c", "d"].map((name) => gate.admit(login(name, name), from("192.0.2.1")));
    await settle();
    assert.deepEqual(
      jobs.map(({ password }) => password),
      ["a", "b"],
    );
    await end(1, true);
    await end(0, true);
    assert.deepEqual(
      jobs.map(({ password }) => password),
      ["a", "b", "c", "d"],
    );
    await end(2, true);
    await end(3, true);
    for (const verdict of await Promise.all(verdicts)) assert.ok(verdict.granted);
  });

  it("works on one at a time of a name, and on others meanwhile", async () => {
    const verdicts = ["a", "a", "b"].map((name, index) =>
      gate.admit(login(name, `${name}${index}`), from("192.0.2.1")),
    );
    await settle();
    assert.deepEqual(
      jobs.map(({ password }) => password),
      ["a0", "b2"],
    );
    await end(0, true);
    assert.deepEqual(
      jobs.map(({ password }) => password),
      ["a0", "b2", "a1"],
    );
    await end(1, true);
    await end(2, true);
    await Promise.all(verdicts);
  });

  it("refuses a name after its failures, until the minute is over", async () => {
    await fail("a", "192.0.2.1", 3);
    const refused: PasswordVerdict = { granted: false, info: "too many failed logins", retryAfter: 60 };
    assert.deepEqual(await gate.admit(login("a"), from("192.0.2.2")), refused);
    assert.equal(jobs.length, 3);
    clock.advance(60_000);
    await fail("a", "192.0.2.2", 1);
  });

  it("refuses those who wait when the failures before them were enough", async () => {
    const verdicts = Array.from({ length: 6 }, () => gate.admit(login("a"), from("192.0.2.1")));
    for (let index = 0; index < 3; index += 1) await end(index, false);
    const results = await Promise.all(verdicts);
    assert.deepEqual(
      results.map(({ granted }) => granted),
      [true, true, true, false, false, false],
    );
  });

  it("lets an address fail so often and no more, also with several at work at once", async () => {
    const verdicts = Array.from({ length: 8 }, (_, index) => gate.admit(login(`name${index}`), from("192.0.2.1")));
    for (let index = 0; index < 4; index += 1) await end(index, false);
    const results = await Promise.all(verdicts);
    assert.equal(results.filter(({ granted }) => granted).length, 4);
    assert.equal(jobs.length, 4);
    assert.ok(gate.retryAfter("192.0.2.1") > 0);
    assert.equal(gate.retryAfter("192.0.2.2"), 0);
  });

  it("takes a /64 network of IPv6 for one address", async () => {
    for (const host of ["1", "2", "3", "4"]) await fail(`name${host}`, `2001:db8:0:1::${host}`, 1);
    assert.ok(gate.retryAfter("2001:db8:0:1:ffff::9") > 0);
    assert.equal(gate.retryAfter("2001:db8:0:2::1"), 0);
  });

  it("counts tokens that are none for the address", () => {
    for (let count = 0; count < 4; count += 1) gate.countFailure("192.0.2.1");
    assert.equal(gate.retryAfter("192.0.2.1"), 60);
  });

  it("limits registrations of an address, but not on loopback", async () => {
    const results: boolean[] = [];
    for (const address of [
      "192.0.2.1",
      "192.0.2.1",
      "192.0.2.1",
      "127.0.0.1",
      "127.0.0.1",
      "127.0.0.1",
      "::1",
      "192.0.2.2",
    ]) {
      const verdict = gate.admit(register(`name${jobs.length}`), from(address));
      await end(jobs.length - 1, true);
      results.push((await verdict).granted);
    }
    assert.deepEqual(results, [true, true, false, true, true, true, true, true]);
  });

  it("does not work for who has gone", async () => {
    const first = gate.admit(login("a"), from("192.0.2.1"));
    const attempt = { address: "192.0.2.1", isClosed: false };
    const second = gate.admit(login("a"), attempt);
    attempt.isClosed = true;
    await end(0, true);
    assert.deepEqual([(await first).granted, (await second).granted, jobs.length], [true, false, 1]);
  });

  it("goes on when the work itself fails", async () => {
    const first = gate.admit(login("a"), from("192.0.2.1"));
    const second = gate.admit(login("a"), from("192.0.2.1"));
    jobs[0]?.fail();
    await assert.rejects(first, /the thread died/);
    await settle();
    await end(1, true);
    assert.ok((await second).granted);
  });

  it("refuses more than a thousand who wait", async () => {
    const verdicts = Array.from({ length: 1_003 }, (_, index) =>
      gate.admit(login(`name${index}`), from(`10.0.${index >> 8}.${index & 255}`)),
    );
    const last = await verdicts.at(-1);
    assert.deepEqual(last, { granted: false, info: "too many logins are waiting", retryAfter: 30 });
    for (let index = 0; index < 1_002; index += 1) await end(index, true);
    const results = await Promise.all(verdicts);
    assert.equal(results.filter(({ granted }) => granted).length, 1_002);
  });
});
