// The selftest's comparison has to see each thing that it says is not there.
import assert from "node:assert/strict";
import type { Message } from "../../../src/protocol/entities.ts";
import { COMMON_CHAT, type ChatId } from "../../../src/protocol/ids.ts";
import {
  chatOf,
  codeOf,
  editedTextOf,
  messageIdOf,
  partsOf,
  REACTION,
  stateOf,
  textOf,
  type Cast,
} from "../../../src/selftest/cast.ts";
import { readChatState, type ChatState } from "../../../src/selftest/chat-states.ts";
import { compare } from "../../../src/selftest/comparison.ts";
import type { StoreReader } from "../../../src/store/store.ts";

const TALKER = "a".repeat(24);
const LISTENER = "b".repeat(24);
const cast: Cast = {
  talkers: [{ username: "talker", userId: TALKER }],
  listeners: [{ username: "listener", userId: LISTENER }],
};
const NONE = {
  lost: 0,
  doubled: 0,
  holes: 0,
  outOfOrder: 0,
  altered: 0,
  unheard: 0,
  phantom: 0,
  changesLost: 0,
  changesDoubled: 0,
  changesOutOfOrder: 0,
  stale: 0,
  otherwise: 0,
};

/** Messages of the common chat: number 2, 4, 6 … of the talker. */
function messages(...numbers: number[]): Message[] {
  return numbers.map((number, index) => ({
    chat_id: COMMON_CHAT,
    seq: index + 1,
    message_id: messageIdOf(0, number),
    user_id: TALKER,
    username: "talker",
    message: textOf(0, number),
    time: 1,
  }));
}

const revOf = (stored: readonly Message[]): number => Math.max(0, ...stored.map(({ rev = 0 }) => rev));

interface Told {
  readonly heard?: readonly Message[];
  /** Messages whose change was acknowledged, with its revision, in the order in which they were asked for. */
  readonly changed?: readonly (readonly [number, number])[];
  /** The revision of the chat. */
  readonly rev?: number;
  readonly fresh?: readonly Message[];
}

/** The findings when this is stored, and each of the talker's messages was acknowledged with that seq. */
async function found(stored: readonly Message[], acknowledged: readonly number[], told: Told = {}) {
  const { heard = stored, changed = [], rev = revOf(stored), fresh } = told;
  const history = async (chatId: ChatId) =>
    chatId === COMMON_CHAT
      ? { lastSeq: 0, rev, messages: [...stored], hasMore: false }
      : { lastSeq: 0, rev: 0, messages: [], hasMore: false };
  const codes = [0];
  const states = new Map<number, object>();
  for (const message of heard) {
    const { seq, message_id, rev } = message;
    codes[seq] = codeOf(message_id);
    if (rev !== undefined) states.set(seq, { rev, state: stateOf(message) });
  }
  const changesSent = new Set(changed.map(([number]) => number));
  const refusals = { refused: new Set<number>(), refusedChanges: new Set<number>() };
  const talkers = [
    { acknowledged, sentCount: acknowledged.length - 1, ...refusals, changed: new Map(changed), changesSent },
  ];
  const chats = new Map<ChatId, ChatState>();
  if (fresh) {
    const page = async () => ({ messages: fresh, rev: revOf(fresh), hasMore: false });
    chats.set(COMMON_CHAT, await readChatState(page));
  }
  const listeners = [{ chats: new Map([[COMMON_CHAT, { codes: Array.from(codes, (code) => code ?? 0), states }]]) }];
  const played = { cast, talkers, listeners, fresh: chats } as unknown as Parameters<typeof compare>[1];
  const { stored: _count, ...findings } = await compare({ history } as unknown as StoreReader, played);
  return findings;
}

describe("the selftest's comparison", () => {
  it("finds nothing where all is as it was acknowledged", async () => {
    assert.deepEqual(await found(messages(2, 4, 6), [0, 0, 1, 0, 2, 0, 3]), NONE);
  });

  it("counts what was acknowledged and is not there, or is elsewhere", async () => {
    assert.deepEqual(await found(messages(2), [0, 0, 1, 0, 2]), { ...NONE, lost: 1 });
    assert.deepEqual(await found(messages(2, 4), [0, 0, 1, 0, 1]), { ...NONE, lost: 1 });
  });

  it("counts what is there twice, and what is there too late", async () => {
    const twice = await found(messages(2, 2), [0, 0, 1]);
    assert.deepEqual(twice, { ...NONE, doubled: 1 });
    assert.deepEqual(await found(messages(4, 2), [0, 0, 2, 0, 1]), { ...NONE, outOfOrder: 1 });
  });

  it("counts holes", async () => {
    const [first, , third] = messages(2, 4, 6);
    assert.ok(first && third);
    const acknowledged = [0, 0, 1, 0, 0, 0, 3];
    assert.deepEqual(await found([first, third], acknowledged), { ...NONE, holes: 1 });
  });

  it("counts what is not as it was sent, and what nobody sent", async () => {
    const [first] = messages(2);
    assert.ok(first);
    const acknowledged = [0, 0, 1];
    const altered = [{ ...first, message: "another text" }];
    assert.deepEqual(await found(altered, [0, 0, 0]), { ...NONE, altered: 1 });
    assert.deepEqual(await found([{ ...first, user_id: LISTENER }], [0, 0, 0]), { ...NONE, altered: 1 });
    assert.equal((await found(messages(2, 4), acknowledged)).altered, 1);
    assert.equal((await found([{ ...first, message_id: "of-nobody" }], [0, 0, 0])).altered, 1);
  });

  it("counts what a listener has not heard, and what it heard and is not stored", async () => {
    const acknowledged = [0, 0, 1, 0, 2];
    const all = messages(2, 4);
    assert.deepEqual(await found(all, acknowledged, { heard: messages(2) }), { ...NONE, unheard: 1 });
    assert.deepEqual(await found(messages(2), [0, 0, 1], { heard: all }), { ...NONE, phantom: 1 });
    assert.deepEqual(await found(messages(2), [0, 0, 1], { heard: messages(4) }), { ...NONE, phantom: 1 });
  });

  it("counts changes that are not stored, are others, or have not been heard", async () => {
    const [second, fourth, sixth] = messages(2, 4, 6);
    assert.ok(second && fourth && sixth);
    const edited = { ...second, rev: 1, message: editedTextOf(0, 2), edited: 2 };
    const deleted = { ...fourth, rev: 2, message: "", deleted: "author" as const };
    const reacted = { ...sixth, rev: 3, reactions: { [REACTION]: { count: 1, user_ids: [TALKER] } } };
    const all = [edited, deleted, reacted];
    const acknowledged = [0, 0, 1, 0, 2, 0, 3];
    const changed = [
      [2, 1],
      [4, 2],
      [6, 3],
    ] as const;
    assert.deepEqual(await found(all, acknowledged, { changed, fresh: all }), NONE);
    assert.deepEqual(await found(messages(2), [0, 0, 1], { changed: [[2, 1]] }), { ...NONE, changesLost: 1 });
    assert.deepEqual(await found([second], [0, 0, 1], { heard: [edited] }), { ...NONE, stale: 1 });
    assert.deepEqual(await found(all, acknowledged, { heard: [edited, deleted, sixth] }), { ...NONE, stale: 1 });
    const late = [changed[1], changed[0], changed[2]];
    assert.deepEqual(await found(all, acknowledged, { changed: late }), { ...NONE, changesOutOfOrder: 1 });
    assert.deepEqual(await found(all, acknowledged, { changed, rev: 4 }), { ...NONE, changesDoubled: 1 });
    for (const fresh of [
      [edited, deleted],
      [edited, deleted, { ...sixth, rev: 3 }],
    ]) {
      assert.ok((await found(all, acknowledged, { changed, fresh })).otherwise > 0);
    }
    const wrong = [
      { ...edited, message: "another" },
      { ...deleted, message: "still there" },
      { ...reacted, reactions: {} },
    ];
    assert.deepEqual(await found(wrong, [0, 0, 0, 0, 0, 0, 0]), { ...NONE, altered: 3 });
    assert.equal((await found([{ ...messages(20)[0], rev: 1 } as Message], [0])).altered, 1);
  });

  it("knows every message by its id", () => {
    assert.deepEqual(partsOf(codeOf(messageIdOf(5, 123_456_789))), { talker: 5, number: 123_456_789 });
    assert.equal(codeOf("other"), 0);
    assert.notEqual(chatOf(cast, 0, 1), COMMON_CHAT);
  });
});
