// The embedded store's writer when the disk is full or the process is killed.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SqliteDatabase } from "../../../../src/util/sqlite-driver.ts";
import { COMMON_CHAT, directChatId } from "../../../../src/protocol/ids.ts";
import { MAX_PAGE } from "../../../../src/protocol/limits.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import { StoreLock } from "../../../../src/store/sqlite/store-lock.ts";
import { SqliteWriter } from "../../../../src/store/sqlite/writer.ts";
import { StoreUnavailableError } from "../../../../src/store/store.ts";
import type { StoreReader } from "../../../../src/store/store.ts";
import { append, appended, newUser } from "../../../contract/fixture.ts";
import { COMMITTING_USER } from "../../../support/committing-process.ts";
import { useCommittingProcess } from "../../../support/use-committing-process.ts";
import type { CommittingProcess } from "../../../support/use-committing-process.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";
import { searchToEnd } from "../../../support/search.ts";
import { maintainAll } from "../../../support/maintain.ts";

const ANNA = "a".repeat(24);
const BERT = "b".repeat(24);
const SECRET = "the text that must not be in an error";

describe("the embedded store's writer", () => {
  const folder = tempDirPerTest();
  const startCommitting = useCommittingProcess();
  const file = (): string => join(folder(), "m.db");

  it("stores nothing of a batch that finds the disk full, and everything of the next when there is room", async () => {
    const first = openSqliteWriter(file());
    await first.commit([newUser("anna", ANNA), newUser("bert", BERT), append(COMMON_CHAT, ANNA, "m1", "one")], 0);
    await first.close();
    const database = new SqliteDatabase(file());
    const pages = Number(database.pragma("page_count", { simple: true }));
    database.pragma(`max_page_count = ${pages + 4}`);
    const writer = new SqliteWriter(database, StoreLock.take(file()), {});
    const big = [append(directChatId(ANNA, BERT), ANNA, "d1", "new chat"), append(COMMON_CHAT, ANNA, "m2", "two")];
    for (let index = 0; index < 100; index++) big.push(append(COMMON_CHAT, BERT, `b${index}`, SECRET.repeat(10)));
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(writer.commit(big, 0), (error) => {
        assert.ok(error instanceof StoreUnavailableError);
        assert.match(error.message, /SQLITE_FULL/);
        assert.ok(!String(error.stack).includes(SECRET));
        return true;
      });
    }
    assert.equal(appended((await writer.commit([append(COMMON_CHAT, BERT, "s1", "small")], 0))[0]).message.seq, 2);
    database.pragma(`max_page_count = ${pages + 1000}`);
    const outcomes = (await writer.commit(big, 0)).map(appended);
    assert.deepEqual(
      outcomes.map(({ message, isNew }) => [message.seq, isNew]),
      [1, ...outcomes.slice(1).map((_, index) => index + 3)].map((seq) => [seq, true]),
    );
    await writer.close();
  });

  it("loses no acknowledged message when its process is killed, and numbers without holes", async function () {
    this.timeout(30_000);
    const writer = openSqliteWriter(file());
    await writer.commit([newUser("anna", COMMITTING_USER)], 0);
    await writer.close();
    const acknowledged: string[] = [];
    for (const [round, batches] of [3, 11, 20].entries()) {
      const last = await killAfter(startCommitting(file(), round), batches);
      for (let number = 0; number <= last; number++) acknowledged.push(`${round}-${number}-0`, `${round}-${number}-36`);
    }
    const after = openSqliteWriter(file(), { indexFromCount: 64 });
    const reader = openSqliteReader(file(), { shortWordScanCount: 0 });
    const messages = await everything(reader);
    assert.deepEqual(
      messages.map((message) => message.seq),
      messages.map((_, index) => index + 1),
    );
    const ids = new Set(messages.map((message) => message.message_id));
    assert.equal(ids.size, messages.length);
    assert.deepEqual(
      acknowledged.filter((id) => !ids.has(id)),
      [],
    );
    await assertFound(reader, messages);
    await maintainAll(after, 0);
    await assertFound(reader, messages);
    await reader.close();
    await after.close();
  });
});

/** Kills the process after it has acknowledged so many batches; the last one that it acknowledged. */
async function killAfter(child: CommittingProcess, batches: number): Promise<number> {
  let last = -1;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    if (last >= batches) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  return last;
}

type Messages = Awaited<ReturnType<StoreReader["history"]>>["messages"];

async function everything(reader: StoreReader): Promise<Messages> {
  const messages: Messages = [];
  for (let more = true; more;) {
    const after = messages.length;
    const page = await reader.history(COMMON_CHAT, { before: undefined, after, limit: MAX_PAGE });
    messages.push(...page.messages);
    more = page.hasMore;
  }
  return messages;
}

async function assertFound(reader: StoreReader, messages: Messages): Promise<void> {
  for (const word of ["round 1 batch", "message 36 of", "ch 9", "36", "that was not written"]) {
    const expected = messages.filter((message) => message.message.includes(word)).reverse();
    const { messages: found, hasMore } = await searchToEnd(reader, COMMON_CHAT, word, undefined, MAX_PAGE);
    assert.deepEqual(found, expected.slice(0, MAX_PAGE), word);
    assert.equal(hasMore, expected.length > MAX_PAGE);
  }
}
