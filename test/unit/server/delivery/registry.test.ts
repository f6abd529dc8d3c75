// Registry: who is online and who watches whom, whatever comes and goes. With sessions of real connections' form.
import assert from "node:assert/strict";
import { Socket } from "node:net";
import fc from "fast-check";
import { Outbox } from "../../../../src/server/delivery/outbox.ts";
import { Registry } from "../../../../src/server/delivery/registry.ts";
import { Session } from "../../../../src/server/delivery/session.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const SEED = { seed: 20_260_105, numRuns: 200 };
const outbox = new Outbox(new Socket(), "lines", 1, new ManualClock());

function session(userId: string, contacts: readonly string[]): Session {
  const peer = { id: 1, address: "127.0.0.1", activeMs: 0, close: () => undefined };
  return new Session({
    identity: { userId, username: userId, tokenHash: "h", features: [] },
    outbox,
    contacts,
    peer,
    sinceMs: 0,
  });
}

describe("Registry", () => {
  it("knows the first session of a user and the last", () => {
    const registry = new Registry();
    const [one, other] = [session("ann", []), session("ann", [])];
    assert.deepEqual([registry.add(one), registry.add(other)], [true, false]);
    assert.deepEqual([registry.userCount, registry.sessions.size], [1, 2]);
    assert.deepEqual([registry.remove(one), registry.hasSession("ann"), registry.remove(other)], [false, true, true]);
    assert.deepEqual([registry.hasSession("ann"), registry.userCount, registry.sessions.size], [false, 0, 0]);
  });

  it("agrees with a list of sessions, whatever is added, removed and watched", () => {
    const name = fc.constantFrom("ann", "ben", "cid", "dan");
    const step = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), user: name, contacts: fc.uniqueArray(name) }),
      fc.record({ kind: fc.constant("remove" as const), index: fc.nat(20) }),
      fc.record({ kind: fc.constant("watch" as const), user: name, contact: name, on: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const registry = new Registry();
        const model: { session: Session; contacts: Set<string> }[] = [];
        for (const action of steps) {
          if (action.kind === "add") {
            const added = session(action.user, action.contacts);
            registry.add(added);
            model.push({ session: added, contacts: new Set(action.contacts) });
          } else if (action.kind === "remove") {
            const [removed] = model.splice(action.index % Math.max(1, model.length), 1);
            if (removed !== undefined) registry.remove(removed.session);
          } else {
            registry.watch(action.user, action.contact, action.on);
            for (const {
              session: { identity },
              contacts,
            } of model) {
              if (identity.userId !== action.user) continue;
              if (action.on) contacts.add(action.contact);
              else contacts.delete(action.contact);
            }
          }
        }
        assert.deepEqual(new Set(registry.sessions), new Set(model.map((entry) => entry.session)));
        assert.equal(registry.sessions.size, model.length);
        for (const user of ["ann", "ben", "cid", "dan"]) {
          const own = model.filter((entry) => entry.session.identity.userId === user).map((entry) => entry.session);
          assert.deepEqual(new Set(registry.sessionsOf(user)), new Set(own));
          assert.equal(registry.hasSession(user), own.length > 0);
          const watchers = model.filter((entry) => entry.contacts.has(user)).map((entry) => entry.session);
          assert.deepEqual(new Set(registry.watchersOf(user)), new Set(watchers));
        }
      }),
      SEED,
    );
  });
});
