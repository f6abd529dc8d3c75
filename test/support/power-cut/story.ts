// The batches of writes that a store gets until the power is cut, the same each time, and what they leave.
// As a program: node story.js FILE ACKNOWLEDGED FIRST LAST [close] carries them out and writes down what it has acknowledged.
import { closeSync, openSync, writeSync } from "node:fs";
import { directChatId } from "../../../src/protocol/ids.ts";
import type { ChatId } from "../../../src/protocol/ids.ts";
import { openSqliteWriter } from "../../../src/store/sqlite/open.ts";
import type { WriterOptions } from "../../../src/store/sqlite/writer.ts";
import type { Write } from "../../../src/domain/writes/table.ts";
import { append, markRead, newUser, putToken, START_MS } from "../../contract/fixture.ts";
import { maintainAll } from "../maintain.ts";

export const ANNA = "a".repeat(24);
export const BERT = "b".repeat(24);
export const DIRECT = directChatId(ANNA, BERT);
/** A word that every message has, for the search index. */
export const WORD = "power";
const COMMON_PER_BATCH = 5;
const EVERY_DIRECT = 3;

/** Small, so that a short story has index steps and many checkpoints in it. */
export const STORY_OPTIONS: WriterOptions = { indexFromCount: 16, checkpointPages: 40 };

/** The batch with this number, from 0 on; batch 0 makes the users. */
export function batch(number: number): Write[] {
  if (number === 0) return [newUser("anna", ANNA), newUser("bert", BERT)];
  const writes = texts(number).map(([chatId, text], index) =>
    append(chatId, index % 2 === 0 ? ANNA : BERT, `m${number}-${index}`, text),
  );
  writes.push(markRead(BERT, "common", number), putToken(ANNA, `token ${number}`));
  writes.push({ kind: "updateProfile", userId: ANNA, changes: { bio: `batch ${number}` } });
  return writes;
}

/** What a chat holds after the batches up to `last`. */
export function textsAfter(last: number, chat: ChatId): string[] {
  const all = Array.from({ length: last + 1 }, (_, number) => (number === 0 ? [] : texts(number))).flat();
  return all.filter(([chatId]) => chatId === chat).map(([, text]) => text);
}

function texts(number: number): [ChatId, string][] {
  const count = COMMON_PER_BATCH + (number % EVERY_DIRECT === 0 ? 1 : 0);
  return Array.from({ length: count }, (_, index) => [
    index < COMMON_PER_BATCH ? "common" : DIRECT,
    // Some are longer than a page, and with it than several sectors.
    `batch ${number} message ${index} ${WORD} ${"and so on ".repeat(number % 7 === 0 ? 500 : 5)}`,
  ]);
}

if (process.argv[1] === import.meta.filename) {
  const [, , file = "", acknowledged = "", first = "", last = "", how] = process.argv;
  const writer = openSqliteWriter(file, STORY_OPTIONS);
  const marks = openSync(acknowledged, "a");
  for (let number = Number(first); number <= Number(last); number++) {
    await writer.commit(batch(number), START_MS + number);
    writeSync(marks, `${number}\n`);
    await maintainAll(writer, START_MS + number);
  }
  closeSync(marks);
  if (how === "close") await writer.close();
  else process.kill(process.pid, "SIGKILL");
}
