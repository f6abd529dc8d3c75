// Router: where errors become responses. With a store that fails in the ways that stores do.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProtocolError } from "../../../src/protocol/codes.ts";
import { compare, getRounds, hash } from "bcrypt";
import { openReader, openWriter } from "../../../src/store/open.ts";
import type { PasswordRequest, PasswordVerdict } from "../../../src/actions/again.ts";
import { Router, type PlannedRequest } from "../../../src/actions/router.ts";
import { StoreUnavailableError, type StoreReader } from "../../../src/store/store.ts";
import { LazyReader } from "../../../src/threads/lazy-reader.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const IDENTITY = { userId: "64b0c0ffee64b0c0ffee0001", username: "anna", tokenHash: "h", features: [] };

function refusalOf({ plan }: PlannedRequest): ProtocolError {
  assert.ok("refusal" in plan);
  return plan.refusal;
}

/** The password work that a request asks for. */
function passwordRequestOf({ plan }: PlannedRequest): PasswordRequest {
  assert.ok("again" in plan && plan.again.kind === "password");
  return plan.again.request;
}

describe("Router", () => {
  let log: MemoryLog;

  beforeEach(() => {
    log = new MemoryLog();
  });

  /** On a store whose every opening fails with this error. */
  function routerOn(fault: Error): Router {
    const reader: StoreReader = new LazyReader(() => Promise.reject(fault), new ManualClock());
    return new Router(
      {
        reader,
        bcryptCost: 4,
        registration: { kind: "open" },
        directory: "everybody",
        editWindowMs: 0,
        groupMembers: 9,
        now: () => 0,
      },
      log,
    );
  }

  function route(
    request: object,
    error: Error,
    identity: typeof IDENTITY | undefined,
    router = routerOn(error),
  ): PlannedRequest | Promise<PlannedRequest> {
    const caller = { identity, verdict: undefined, loginRetryAfter: 0, framing: "prefixed" } as const;
    return router.route(Buffer.from(JSON.stringify(request)), caller);
  }

  it("answers a fault of ours with 500 and a reference that the log has, and tells nothing more", async () => {
    const fault = new Error("secret detail of the fault");
    const planned = await route({ action: "common_chat", id: 7 }, fault, IDENTITY);
    const error = refusalOf(planned);
    assert.equal(error.code, 500);
    assert.deepEqual(planned.replyTo, { action: "common_chat", id: 7 });
    const [, reference = ""] = /^internal error, reference ([0-9a-f]{12})$/.exec(error.message) ?? [];
    assert.equal(log.entries.length, 1);
    assert.equal(log.entries[0]?.fields["reference"], reference);
    assert.equal(log.entries[0]?.fields["error"], fault);
  });

  it("answers a store that is away with 503, and says why in the log once, not for each request", async () => {
    const away = new StoreUnavailableError("store: away");
    const router = routerOn(away);
    for (const action of ["common_chat", "profile"]) {
      const planned = await route({ action }, away, IDENTITY, router);
      const error = refusalOf(planned);
      assert.equal(error.code, 503);
      assert.ok(!error.message.includes("away"));
    }
    const login = { action: "login", data: { username: "anna", password: "x" } };
    const planned = await route(login, away, undefined, router);
    assert.equal(refusalOf(planned).code, 503);
    assert.deepEqual(
      log.entries.map(({ text, fields }) => [text, fields["error"]]),
      [["the store cannot be read", away]],
    );
  });

  it("does the same work for names that somebody has and that nobody has, and says the same", async () => {
    const folder = mkdtempSync(join(tmpdir(), "messenger-router-"));
    const writer = await openWriter("sqlite:test.db", { dataDir: folder });
    const passwordHash = await hash("the right password", 4);
    await writer.commit(
      [{ kind: "createUser", userId: IDENTITY.userId, username: "anna", usernameKey: "anna", passwordHash }],
      0,
    );
    const reader = await openReader("sqlite:test.db", { dataDir: folder });
    const context = {
      reader,
      bcryptCost: 4,
      registration: { kind: "open" as const },
      directory: "everybody" as const,
      editWindowMs: 0,
      groupMembers: 9,
      now: () => 0,
    };
    const router = new Router(context, log);
    const ask = (
      action: string,
      username: string,
      verdict?: PasswordVerdict,
    ): PlannedRequest | Promise<PlannedRequest> => {
      const payload = Buffer.from(JSON.stringify({ action, data: { username, password: "a wrong password" } }));
      return router.route(payload, { identity: undefined, verdict, loginRetryAfter: 0, framing: "prefixed" });
    };
    for (const username of ["anna", "nobody"]) {
      const { job } = passwordRequestOf(await ask("login", username));
      assert.ok(job.verify !== undefined, "a hash is compared for every name");
      const { password, hash: compared } = job.verify;
      assert.equal(getRounds(compared), 4);
      const result = { verified: await compare(password, compared), verifiedHash: compared, hash: undefined };
      assert.equal(result.verified, false);
      const refused = await ask("login", username, { granted: true, result });
      const error = refusalOf(refused);
      assert.deepEqual([error.code, error.message], [401, "wrong username, password or token"]);
      const request = passwordRequestOf(await ask("register", username));
      assert.deepEqual(request, { kind: "register", account: username, job: { hash: "a wrong password" } });
    }
    await reader.close();
    await writer.close();
    rmSync(folder, { recursive: true });
  });

  it("needs no store to refuse", async () => {
    const codes: [string, number][] = [];
    for (const [request, identity] of [
      [{ action: "nonsense" }, IDENTITY],
      [{ action: "typing", data: {} }, IDENTITY],
      [{ action: "logout" }, undefined],
      [{ action: "__proto__" }, undefined],
    ] as const) {
      const planned = await route(request, new Error("not to be asked"), identity);
      codes.push([request.action, refusalOf(planned).code]);
    }
    assert.deepEqual(codes, [
      ["nonsense", 404],
      ["typing", 400],
      ["logout", 401],
      ["__proto__", 401],
    ]);
  });
});
