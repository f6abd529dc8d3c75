// Batches whose storage thread is lost: the real threads and store, and a thread that dies after a commit.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GroupCommit } from "../../../../src/server/commit/group-commit.ts";
import { CommitPacer } from "../../../../src/server/commit/commit-pacer.ts";
import { COMMON_CHAT, directChatId, groupChatId, type ChatId } from "../../../../src/protocol/ids.ts";
import { FrameDecoder } from "../../../../src/protocol/frame.ts";
import type { Message } from "../../../../src/protocol/entities.ts";
import type { Write } from "../../../../src/domain/writes/table.ts";
import { monotonicClock } from "../../../../src/util/clock.ts";
import { Pools } from "../../../../src/threads/pools.ts";
import type { Effect, GroupChange, GroupReset } from "../../../../src/domain/effects.ts";
import type { EventChunk, GroupResult } from "../../../../src/threads/task.ts";
import { seqs } from "../../../support/lists.ts";
import { appendOf, codesOf, groupOf, userOf } from "../../../support/pending-writes.ts";
import { MemoryLog } from "../../../support/memory-log.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";

const DYING_THREAD = new URL("../../../support/dying-storage-thread.js", import.meta.url);
const ANN = "a".repeat(24);
const BEN = "b".repeat(24);
const GROUP = groupChatId("d".repeat(24));
const LIMITS = { members: 9, groups: 9 };

const append = (messageId: string, chatId?: ChatId): Write => appendOf(ANN, messageId, chatId);

/** The messages of chunks of events. */
function messagesIn(chunks: readonly EventChunk[]): Message[] {
  const payloads: Buffer[] = [];
  for (const { bytes } of chunks) new FrameDecoder("prefixed", 1 << 20).push(Buffer.from(bytes), payloads);
  return payloads.map((payload) => (JSON.parse(payload.toString()) as { data: Message }).data);
}

describe("GroupCommit, when the storage thread dies", function () {
  this.timeout(20_000);
  const folder = tempDirPerTest();
  let pools: Pools;
  let commits: GroupCommit;
  let chunks: EventChunk[];
  let groups: (GroupChange | GroupReset)[];
  let ends: Effect[];

  const dies = (count: number): void => writeFileSync(join(folder(), "die"), String(count));
  const submit = (...writes: Write[]): Promise<GroupResult> => commits.submit(groupOf(...writes));

  beforeEach(async () => {
    const log = new MemoryLog();
    const settings = { storeUrl: "sqlite:test.db", dataDir: folder(), bcryptCost: 4, editWindowMs: 0, groupMembers: 9 };
    const sizes = { requestThreads: 1, passwordThreads: 1 };
    pools = new Pools({ ...settings, registration: { kind: "open" }, directory: "everybody" }, sizes, log, {
      storage: DYING_THREAD,
    });
    chunks = [];
    groups = [];
    ends = [];
    commits = new GroupCommit({
      pools,
      pacer: new CommitPacer(monotonicClock),
      log,
      onCommitted: (batch) => {
        for (const one of batch.chunks) {
          if ("bytes" in one) chunks.push(one);
          else groups.push(one);
        }
        return undefined;
      },
      onLost: (batch) => {
        groups.push(...batch.resets);
        ends.push(...batch.ends);
      },
    });
    assert.equal((await pools.openStore()).problem, undefined);
    await submit(userOf(ANN, "ann"), userOf(BEN, "ben"));
    await submit(append("first"));
  });
  afterEach(async () => {
    await commits.drain();
    await pools.close();
  });

  it("announces what the thread had committed, once and in order, and what comes after", async () => {
    const direct = directChatId(ANN, BEN);
    dies(1);
    // A repeat of an earlier message, and one within the batch, are no news.
    const result = await submit(append("first"), append("m1"), append("d1", direct), append("m1"), append("m2"));
    assert.deepEqual(codesOf(result), [200, 200, 200, 200, 200]);
    await submit(append("after"));
    const messages = messagesIn(chunks);
    assert.deepEqual(seqs(messages.filter(({ chat_id }) => chat_id === COMMON_CHAT)), [1, 2, 3, 4]);
    assert.deepEqual(seqs(messages.filter(({ chat_id }) => chat_id === direct)), [1]);
    assert.deepEqual(
      messages.map(({ message_id }) => message_id),
      ["first", "m1", "m2", "d1", "after"],
    );
  });

  it("answers that to be done which was done", async () => {
    dies(1);
    const added = await submit(
      { kind: "addContact", userId: ANN, contactId: BEN },
      { kind: "block", userId: BEN, blockedId: ANN },
    );
    assert.deepEqual(codesOf(added), [200, 200]);
    dies(1);
    const removed = await submit(
      { kind: "deleteContact", userId: ANN, contactId: BEN },
      { kind: "unblock", userId: BEN, blockedId: ANN },
      { kind: "addContact", userId: ANN, contactId: "c".repeat(24) },
    );
    assert.deepEqual(codesOf(removed), [200, 200, 404]);
    assert.deepEqual(codesOf(await submit({ kind: "deleteContact", userId: ANN, contactId: BEN })), [404]);
  });

  const makeGroup = (): Promise<GroupResult> =>
    submit({
      kind: "createGroup",
      chatId: GROUP,
      userId: ANN,
      title: "t",
      topic: "",
      memberIds: [BEN],
      limits: LIMITS,
    });

  it("answers who has left since, and tells their groups", async () => {
    await makeGroup();
    groups = [];
    dies(1);
    const left = await submit(
      appendOf(BEN, "bye", GROUP),
      { kind: "removeMember", chatId: GROUP, userId: ANN, memberId: BEN },
      append("on", GROUP),
    );
    assert.deepEqual(codesOf(left), [200, 200, 200]);
    assert.deepEqual(
      messagesIn(chunks.slice(-2)).map(({ message_id }) => message_id),
      ["bye", "on"],
    );
    assert.deepEqual(
      groups.map((change) => change.event === "group" && change.left),
      [[BEN]],
    );
    await submit({ kind: "addMember", chatId: GROUP, userId: ANN, memberId: BEN, role: "member", limits: LIMITS });
    groups = [];
    dies(1);
    const gone = { kind: "deleteAccount", userId: BEN, username: "deleted-1", usernameKey: "deleted:1" } as const;
    assert.deepEqual(codesOf(await submit(gone)), [200]);
    const [change] = groups;
    assert.ok(change?.event === "group");
    assert.deepEqual(change.left, [BEN]);
    assert.match(change.notices[0]?.text ?? "", /"member".*"ben"/);
  });

  it("has those begin anew whose groups a batch may have changed that was lost twice", async () => {
    await makeGroup();
    groups = [];
    dies(2);
    const change = submit(append("last"), { kind: "removeMember", chatId: GROUP, userId: ANN, memberId: BEN });
    await assert.rejects(change);
    assert.deepEqual(groups, [{ event: "reset", chatId: GROUP, memberIds: [ANN, BEN] }]);
    dies(2);
    await assert.rejects(submit({ kind: "deleteAccount", userId: BEN, username: "gone", usernameKey: "gone:1" }));
    assert.deepEqual(groups[1], { event: "reset", chatId: undefined, memberIds: [BEN] });
    dies(2);
    await assert.rejects(submit(append("no group")));
    assert.equal(groups.length, 2);
  });

  it("has the sessions end that a batch was to end which was lost twice", async () => {
    const end = { kind: "endOtherSessions", userId: BEN, reason: "the account was disabled" } as const;
    const write = { kind: "setAccountState", userId: BEN, state: "disabled" } as const;
    dies(2);
    await assert.rejects(commits.write({ write, effects: [{ kind: "accountDeleted", userId: BEN }, end] }));
    assert.deepEqual(ends, [end], "what can be undone, and nothing else");
  });
});
