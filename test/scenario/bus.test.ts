// The bus: other nodes are handed what the sessions here are told, and who is online there is online here.
import assert from "node:assert/strict";
import type { Effect, Identity } from "../../src/domain/effects.ts";
import type { Bus } from "../../src/server/delivery/bus.ts";
import type { CommitResult } from "../../src/threads/task.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";

class RecordingBus implements Bus {
  readonly told: CommitResult["chunks"][number][] = [];
  readonly carriedOut: Effect[] = [];
  readonly presences: string[] = [];
  readonly elsewhere = new Set<string>();

  events(events: CommitResult["chunks"]): void {
    this.told.push(...events);
  }

  effects(effects: readonly Effect[]): void {
    this.carriedOut.push(...effects);
  }

  presence({ username }: Identity, online: boolean): void {
    this.presences.push(`${username} ${online ? "came" : "went"}`);
  }

  isOnlineElsewhere(userId: string): boolean {
    return this.elsewhere.has(userId);
  }
}

describe("a server with a bus", () => {
  let bus: RecordingBus;
  let server: TestServer;
  beforeEach(async () => {
    bus = new RecordingBus();
    server = await TestServer.start({}, undefined, {}, { bus });
  });
  afterEach(() => server.remove());

  it("hands on events and effects, each once, and who came and went", async () => {
    const [ann, ben] = await server.newPeople("Ann", "Ben");
    await ann.addContact(ben);
    await ann.say("one");
    await ann.say("two", ann.chatWith(ben));
    const told = bus.told.map((one) => ("bytes" in one ? [one.chatId, one.event, one.from, one.to] : []));
    assert.deepEqual(told, [
      ["common", "message", 1, 1],
      [ann.chatWith(ben), "message", 1, 1],
    ]);
    const watched = bus.carriedOut.filter(({ kind }) => kind === "watch");
    assert.deepEqual(watched, [{ kind: "watch", userId: ann.userId, contactId: ben.userId, on: true }]);
    const again = await server.anotherSession(ben);
    ben.client.destroy();
    again.client.destroy();
    await eventually("Ben went", () => bus.presences.length === 3);
    assert.deepEqual(bus.presences, [`${ann.username} came`, `${ben.username} came`, `${ben.username} went`]);
  });

  it("tells nobody of who comes and goes here and is online elsewhere, and lists them as online", async () => {
    const [ann, ben] = await server.newPeople("Ann", "Ben");
    await ann.addContact(ben);
    bus.elsewhere.add(ben.userId);
    ben.client.destroy();
    await eventually("Ben went", () => bus.presences.length === 3);
    assert.deepEqual(await ann.events("presence"), []);
    const { contacts } = await ann.ok("contacts", {});
    assert.deepEqual(contacts, [{ user_id: ben.userId, username: ben.username, online: true }]);
  });
});
