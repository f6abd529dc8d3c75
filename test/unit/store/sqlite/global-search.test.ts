// Search in all chats of a user in the embedded store: by its index, by scans, and by both, in slices of any length.
import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMON_CHAT, directChatId, groupChatId, type ChatId } from "../../../../src/protocol/ids.ts";
import type { Message } from "../../../../src/protocol/entities.ts";
import { searchForm } from "../../../../src/protocol/text.ts";
import { positionOf } from "../../../../src/actions/global-search.ts";
import { openSqliteReader, openSqliteWriter } from "../../../../src/store/sqlite/open.ts";
import type { ReaderOptions } from "../../../../src/store/sqlite/reader.ts";
import { append, newUser } from "../../../contract/fixture.ts";
import { searchAll } from "../../../support/global-search.ts";
import { range } from "../../../support/lists.ts";
import { tempDirPerTest } from "../../../support/temp-dir.ts";
import { maintainAll } from "../../../support/maintain.ts";

const ANNA = "a".repeat(24);
const OTHERS = range(1, 30).map((index) => index.toString(16).padStart(24, "b"));
const GROUP = groupChatId("c".repeat(24));
/** Some of them frequent, some rare, some of which ASCII is not all. */
const WORDS = ["the", "other", "Thé", "STRASSE", "straße", "ночь", "x", "\u212aelvin", "a\0b", "\u{1f9a1}", "q"];
const SEARCHED = ["the", "th", "t", "other one", "thé", "strasse", "ss", "НОЧЬ", "но", "kelvin", "k", "\0", "q", "qq"];
const OPTIONS: readonly (readonly [string, ReaderOptions])[] = [
  ["as usual", {}],
  ["in slices of no time", { sliceMs: 0 }],
  ["where all words are frequent", { sliceMs: 0, maxCandidates: 3, shortWordScanCount: 10 }],
];

describe("search in all chats of the embedded store", function () {
  this.timeout(60_000);
  const folder = tempDirPerTest();
  const chats: readonly ChatId[] = [COMMON_CHAT, GROUP, ...OTHERS.map((userId) => directChatId(ANNA, userId))];
  /** The messages that Anna may see, newest first. */
  let all: Message[];

  beforeEach(async () => {
    const writer = openSqliteWriter(join(folder(), "search.db"), { indexFromCount: 20 });
    let state = 7;
    const random = (count: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * count);
    };
    const [first = "", second = ""] = OTHERS;
    const limits = { members: 9, groups: 9 };
    await writer.commit(
      [
        ...[ANNA, ...OTHERS].map((userId) => newUser(`user ${userId}`, userId)),
        { kind: "createGroup", chatId: GROUP, userId: first, title: "t", topic: "", memberIds: [], limits },
        { kind: "updateGroup", chatId: GROUP, userId: first, changes: { history: "joined" } },
      ],
      1,
    );
    // Of others alone: not to be found, whether before, between or after the chats of Anna.
    const foreign = [directChatId(first, second), ...OTHERS.slice(2).map((userId) => directChatId(first, userId))];
    all = [];
    for (let index = 0; index < 3_000; index += 1) {
      const isForeign = random(4) === 0;
      const chatId =
        (isForeign ? foreign[random(foreign.length)] : chats[Math.min(random(40), chats.length - 1)]) ?? "";
      const isOwn = !isForeign && chatId !== GROUP && random(2) === 0;
      const other = /^dm:(\w+):(\w+)$/
        .exec(chatId)
        ?.slice(1)
        .find((id) => id !== ANNA);
      const userId = isOwn ? ANNA : isForeign || chatId === COMMON_CHAT || chatId === GROUP ? first : (other ?? first);
      const text = range(1, 1 + random(4)).map(() => WORDS[Math.min(random(WORDS.length), random(30))] ?? "the");
      const timeMs = 1_000_000 + Math.floor(index / 3);
      const [outcome] = await writer.commit(
        [append(chatId, userId, `m${index}`, `${text.join(" ")} ${index}`)],
        timeMs,
      );
      assert.ok(outcome?.done && "message" in outcome.result, JSON.stringify(outcome));
      if (!isForeign) all.push(outcome.result.message);
      if (index === 1_500) {
        const deed = {
          kind: "addMember",
          chatId: GROUP,
          userId: first,
          memberId: ANNA,
          role: "member",
          limits,
        } as const;
        await writer.commit([deed], timeMs);
        all = all.filter(({ chat_id }) => chat_id !== GROUP);
      }
      if (index % 100 === 0) await maintainAll(writer, timeMs);
    }
    await writer.close();
    all.sort((one, other) => {
      if (one.time !== other.time) return other.time - one.time;
      return one.chat_id === other.chat_id ? other.seq - one.seq : one.chat_id < other.chat_id ? -1 : 1;
    });
  });

  it("finds what a look at every message finds, in pages", async () => {
    for (const [name, options] of OPTIONS) {
      const reader = openSqliteReader(join(folder(), "search.db"), options);
      for (const word of SEARCHED) {
        const expected = all.filter(({ message }) => searchForm(message).includes(searchForm(word)));
        for (const limit of [3, 200]) {
          const found: Message[] = [];
          let after: ReturnType<typeof positionOf> | undefined;
          for (let page = 0; page < 3; page += 1) {
            const { messages, hasMore } = await searchAll(reader, ANNA, { word, limit, after });
            found.push(...messages);
            assert.equal(hasMore, found.length < expected.length, `${name}: ${word}`);
            const last = messages.at(-1);
            if (!hasMore || last === undefined) break;
            after = positionOf(last);
          }
          const seqsOf = (some: readonly Message[]) => some.map(({ chat_id, seq }) => `${chat_id} ${seq}`);
          assert.deepEqual(seqsOf(found), seqsOf(expected.slice(0, found.length)), `${name}: ${word}`);
        }
      }
      await reader.close();
    }
  });
});
