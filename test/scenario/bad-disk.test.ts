// A real disk that is full, refuses writes, or becomes read-only under a running server.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Message } from "../../src/protocol/entities.ts";
import { DiskImage } from "../support/disk-image.ts";
import { eventually } from "../support/eventually.ts";
import { range, seqs } from "../support/lists.ts";
import { Person } from "../support/person.ts";
import { ServerProcess } from "../support/server-process.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";
import { WireClient } from "../support/wire-client.ts";

const PASSWORD = "bad sectors everywhere";
/** More messages of this size than the free part of a block of the log holds. */
const TRIES = 50;
const LONG = "x".repeat(4000);

describe("a server on a bad disk", function () {
  this.timeout(60_000);
  let disk: DiskImage | undefined;
  let server: ServerProcess | undefined;
  // Before the folder of the test is removed, which the disk is mounted in.
  afterEach(async () => {
    await server?.kill();
    disk?.remove();
    disk = server = undefined;
  });
  const folder = tempDirPerTest();

  /** A server whose data is on a disk of its own, and somebody who has said something. */
  const start = async (): Promise<Stage | undefined> => {
    disk = DiskImage.make(folder());
    if (disk === undefined) return undefined;
    server = await ServerProcess.start([], join(disk.path, "data"));
    const client = await WireClient.connect(server.port);
    await client.ok("register", { username: "Ann", password: PASSWORD });
    const stage = { disk, server, ann: await Person.login(client, "Ann", PASSWORD), acknowledged: [] };
    await say(stage, "before");
    return stage;
  };

  it("answers 503 while it is full, serves what reads, and goes on when there is room", async function () {
    const stage = (await start()) ?? this.skip();
    stage.disk.fill();
    await untilRefused(stage);
    await assertReading(stage);
    await eventually("the log says it", () => /refuses writes.*SQLITE_FULL/.test(stage.server.stderr));
    stage.disk.free();
    await assertGoesOn(stage);
    await assertKept(stage, (await stage.server.kill(), await again(stage)));
  });

  it("answers 503 while it refuses writes, serves what reads, and goes on when it takes them", async function () {
    const stage = (await start()) ?? this.skip();
    const data = join(stage.disk.path, "data");
    stage.disk.setImmutable(data, true);
    await untilRefused(stage);
    await assertReading(stage);
    await eventually("the log says it", () => /refuses writes.*SQLITE_/.test(stage.server.stderr));
    stage.disk.setImmutable(data, false);
    await assertGoesOn(stage);
    await assertKept(stage, (await stage.server.kill(), await again(stage)));
  });

  it("answers 503 once it is read-only, serves what reads, and has everything after a repair", async function () {
    const stage = (await start()) ?? this.skip();
    stage.disk.writeBack();
    stage.disk.breakDown();
    await untilRefused(stage);
    await assertReading(stage);
    await eventually("the log says it", () => /refuses writes.*SQLITE_/.test(stage.server.stderr));
    assert.deepEqual(await stage.server.stop(), { code: 0, signal: null });
    stage.disk.repair();
    const ann = await again(stage);
    await assertKept(stage, ann);
    await ann.ok("add_message", { chat_id: "common", message: "repaired", message_id: "repaired" });
  });

  /** A new server on the same data, and Ann on it. */
  async function again(stage: Stage): Promise<Person> {
    server = await ServerProcess.start([], join(stage.disk.path, "data"));
    return Person.login(await WireClient.connect(server.port), "Ann", PASSWORD);
  }
});

interface Stage {
  readonly disk: DiskImage;
  readonly server: ServerProcess;
  readonly ann: Person;
  /** Ids of messages that were answered with 200, in order. */
  readonly acknowledged: string[];
}

/** Says something; whether it was acknowledged. Anything but 200 and 503 is wrong. */
async function say({ ann, acknowledged }: Stage, id: string): Promise<boolean> {
  const { code } = await ann.client.request("add_message", { chat_id: "common", message: LONG, message_id: id });
  assert.ok(code === 200 || code === 503, `code ${code}`);
  if (code === 200) acknowledged.push(id);
  return code === 200;
}

async function untilRefused(stage: Stage): Promise<void> {
  for (const index of range(1, TRIES)) if (!(await say(stage, `m${index}`))) return;
  assert.fail(`${TRIES} messages were stored on a disk that takes none`);
}

/** What reads is served, what writes is not, and nobody is told what is not stored. */
async function assertReading({ ann, acknowledged }: Stage): Promise<void> {
  const { messages } = await ann.ok("common_chat", {});
  assert.deepEqual(seqs(messages), range(1, acknowledged.length));
  assert.deepEqual(
    (await ann.events("message")).map(({ message_id }) => message_id),
    acknowledged,
  );
  await ann.fails("update_profile", { bio: "new" }, 503);
  await ann.ok("search_in_chat", { chat_id: "common", word: "xxx" });
  await ann.ok("profile", {});
}

/** What was refused is stored when it is sent again, on the same connection. */
async function assertGoesOn(stage: Stage): Promise<void> {
  for (const index of range(1, TRIES)) {
    const id = `m${index}`;
    if (!stage.acknowledged.includes(id)) assert.ok(await say(stage, id), id);
  }
  await eventually("the log says it", () => /takes writes again/.test(stage.server.stderr));
}

async function assertKept({ acknowledged }: Stage, ann: Person): Promise<void> {
  const messages: Message[] = [];
  for (let isMore = true; isMore;) {
    const page = await ann.ok("common_chat", { after: messages.at(-1)?.seq ?? 0, limit: 200 });
    messages.push(...page.messages);
    isMore = page.has_more;
  }
  assert.deepEqual(
    messages.map(({ message_id }) => message_id),
    acknowledged,
  );
  assert.deepEqual(seqs(messages), range(1, acknowledged.length));
}
