// News of a user for many watchers: in slices, the newest only, and not without end.
import assert from "node:assert/strict";
import { Announcements, type Watcher } from "../../../../src/server/delivery/announcements.ts";
import { EventFrames } from "../../../../src/server/delivery/shared-frames.ts";
import { eventually } from "../../../support/eventually.ts";
import { range } from "../../../support/lists.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

/** The event loop has its turn after every event. */
const LIMITS = { eventsPerSec: 100, burstCount: 1_000, ms: 0, visitsPerLook: 1 };

describe("Announcements", () => {
  let clock: ManualClock;
  let heard: string[][];
  let watchers: Set<Watcher>;
  let announcements: Announcements;

  function begin(watcherCount: number, limits = LIMITS): void {
    clock = new ManualClock();
    heard = [];
    watchers = new Set();
    for (const _ of range(1, watcherCount)) join();
    announcements = new Announcements(() => watchers, clock, limits);
  }

  function join(): Watcher {
    const events: string[] = [];
    heard.push(events);
    const watcher = {
      id: heard.length,
      outbox: { event: (frames: EventFrames) => void events.push(frames.in("lines").toString().trim()) },
    };
    watchers.add(watcher);
    return watcher;
  }

  const tell = (state: string, cause?: Watcher): void =>
    announcements.tell("user", { kind: "presence", frames: new EventFrames(state), state, exceptId: cause?.id });
  const allHeard = (...events: string[]): void => assert.deepEqual(heard, Array(heard.length).fill(events));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("are told at once where they are for few", () => {
    begin(10, { ...LIMITS, ms: 60_000 });
    for (const state of ["on", "off", "on"]) tell(state);
    allHeard("on", "off", "on");
  });

  it("leave the event loop to others in between, and reach all, also who joins, not who leaves or is the cause", async () => {
    begin(50);
    const [cause, leaving] = [join(), join()];
    tell("on", cause);
    assert.ok(heard.filter(({ length }) => length > 0).length < 50);
    watchers.delete(leaving);
    join();
    await eventually("the newcomer is told", () => heard.at(-1)?.length === 1);
    assert.equal(heard.filter(({ length }) => length === 1).length, 51);
    assert.deepEqual([heard[50], heard[51]], [[], []]);
  });

  it("tell nobody what is old by then, and everybody what is new", async () => {
    begin(50);
    tell("on");
    await turn();
    tell("off");
    await eventually("everybody is told", () => heard.every((events) => events.at(-1) === "off"));
    assert.ok(heard.filter((events) => events.includes("on")).length < 50);
    assert.deepEqual(heard.at(-1), ["off"]);
  });

  it("wait when there were too many, and then tell the newest only if it is news", async () => {
    begin(500, { ...LIMITS, ms: 60_000 });
    for (const state of ["on", "off", "on", "off", "on", "off", "on"]) tell(state);
    allHeard("on", "off", "on");
    for (const state of ["off", "on"]) tell(state);
    const tellOther = (state: string): void =>
      announcements.tell("other", { kind: "presence", frames: new EventFrames(state), state });
    for (const state of ["in", "out", "in", "out"]) tellOther(state); // waits as long, from a little later on
    allHeard("on", "off", "on", "in", "out", "in");
    clock.advance(60_000);
    await eventually("the last of the other", () => heard[0]?.at(-1) === "out");
    allHeard("on", "off", "on", "in", "out", "in", "out");
    tell("off");
    allHeard("on", "off", "on", "in", "out", "in", "out", "off");
  });
});
