// Comparison of what was acknowledged and what was heard with what the store holds when all is over.
import type { Message } from "../protocol/entities.ts";
import { COMMON_CHAT, type ChatId } from "../protocol/ids.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import type { StoreReader } from "../store/store.ts";
import { changeOf, chatOf, chatsOf, codeOf, editedTextOf, partsOf, REACTION, textOf, type Cast } from "./cast.ts";
import { readChatState, type ChatState } from "./chat-states.ts";
import type { Listener } from "./listener.ts";
import type { Talker } from "./talker.ts";

/** Each number counts messages or changes, and has to be 0. */
export interface Findings {
  /** Acknowledged, and not stored under that seq. */
  lost: number;
  /** Stored twice. */
  doubled: number;
  /** Sequence numbers that no message has. */
  holes: number;
  /** Stored after a message that the same talker sent later. */
  outOfOrder: number;
  /** Stored with another text, in another chat or from another user than sent, or never sent. */
  altered: number;
  /** Stored, and not heard by a listener of the chat. */
  unheard: number;
  /** Heard by a listener, and not stored so. */
  phantom: number;
  /** Changes that were acknowledged, and are not stored. */
  changesLost: number;
  /** Revisions of a chat beyond one for each message that was changed: a change was made twice. */
  changesDoubled: number;
  /** Changes that were made after one that the same talker asked for later. */
  changesOutOfOrder: number;
  /** Known to a listener in another state than the stored one. */
  stale: number;
  /** Fetched by a new session in another state than the stored one, or not at all. */
  otherwise: number;
}

interface Played {
  readonly cast: Cast;
  readonly talkers: readonly Talker[];
  readonly listeners: readonly Listener[];
  /** Each chat as a new session has fetched it; empty when it did not come to that. */
  readonly fresh: ReadonlyMap<ChatId, ChatState>;
}

const NOTHING = {
  ...{ lost: 0, doubled: 0, holes: 0, outOfOrder: 0, altered: 0, unheard: 0, phantom: 0 },
  ...{ changesLost: 0, changesDoubled: 0, changesOutOfOrder: 0, stale: 0, otherwise: 0 },
};

/** Places of a talker's stored messages, by their number; 0 for none. */
interface StoredNumbers {
  readonly seqs: Float64Array;
  readonly revs: Float64Array;
}

/** Reads every chat of the cast. `stored` counts messages. */
export async function compare(reader: StoreReader, played: Played): Promise<Findings & { stored: number }> {
  const { cast, talkers, listeners, fresh } = played;
  const findings = { stored: 0, ...NOTHING };
  const numbers = talkers.map(({ sentCount }) => ({
    seqs: new Float64Array(sentCount + 1),
    revs: new Float64Array(sentCount + 1),
  }));
  const chats = new Set<ChatId>([
    COMMON_CHAT,
    ...cast.listeners.flatMap((member) => [...chatsOf(cast, member).keys()]),
  ]);
  for (const chatId of chats) {
    const stored = await readStored(reader, chatId, played, numbers, findings);
    findings.changesDoubled += Math.max(0, stored.rev - stored.states.size);
    for (const listener of listeners) {
      const heard = listener.chats.get(chatId);
      if (heard === undefined) continue; // not this listener's chat
      compareHeard(heard.codes, stored.codes, findings);
      for (const [seq, state] of stored.states) if (heard.states.get(seq)?.state !== state) findings.stale += 1;
      for (const seq of heard.states.keys()) if (!stored.states.has(seq)) findings.stale += 1;
    }
    const fetched = fresh.get(chatId);
    if (fetched !== undefined) findings.otherwise += differences(fetched, stored);
  }
  for (const [index, talker] of talkers.entries()) {
    const { seqs = new Float64Array(), revs = new Float64Array() } = numbers[index] ?? {};
    for (let number = 1; number <= talker.sentCount; number++) {
      const told = talker.acknowledged[number] ?? 0;
      if (told !== 0 && seqs[number] !== told) findings.lost += 1;
    }
    compareChanges(talker, (number) => chatOf(cast, index, number), revs, findings);
  }
  return findings;
}

async function readStored(
  reader: StoreReader,
  chatId: ChatId,
  { cast, talkers }: Played,
  numbers: readonly StoredNumbers[],
  findings: Findings & { stored: number },
): Promise<ChatState> {
  const lastNumbers = talkers.map(() => 0);
  let lastSeq = 0;
  const page = (after: number) => reader.history(chatId, { before: undefined, after, limit: MAX_PAGE });
  return readChatState(page, (message) => {
    findings.stored += 1;
    findings.holes += Math.max(0, message.seq - lastSeq - 1);
    lastSeq = message.seq;
    const { talker, number } = partsOf(codeOf(message.message_id));
    const known = numbers[talker];
    if (known === undefined || !isAsSent(message, cast, talker, number) || number >= known.seqs.length) {
      findings.altered += 1;
      return;
    }
    if (known.seqs[number] !== 0) findings.doubled += 1;
    else known.seqs[number] = message.seq;
    known.revs[number] = message.rev ?? 0;
    const isLate = number < (lastNumbers[talker] ?? 0);
    if (isLate && talkers[talker]?.refused.has(number) !== true) findings.outOfOrder += 1;
    lastNumbers[talker] = Math.max(number, lastNumbers[talker] ?? 0);
  });
}

/** A message has one change at most, so the revision that was acknowledged is the one that is stored. */
function compareChanges(
  { changed, changesSent, refused, refusedChanges }: Talker,
  chatIdOf: (number: number) => ChatId,
  revs: Float64Array,
  findings: Findings,
): void {
  for (const [number, rev] of changed) if (revs[number] !== rev) findings.changesLost += 1;
  const lastRevs = new Map<ChatId, number>();
  for (const number of changesSent) {
    const rev = revs[number] ?? 0;
    if (rev === 0) continue; // never acknowledged
    const lastRev = lastRevs.get(chatIdOf(number)) ?? 0;
    const mayBeLate = refused.has(number) || refusedChanges.has(number);
    if (rev < lastRev && !mayBeLate) findings.changesOutOfOrder += 1;
    if (!mayBeLate) lastRevs.set(chatIdOf(number), Math.max(rev, lastRev));
  }
}

/** Places in which one state of a chat is not the other. */
function differences(one: ChatState, other: ChatState): number {
  let count = one.rev === other.rev ? 0 : 1;
  for (let seq = 1; seq < Math.max(one.codes.length, other.codes.length); seq++) {
    const isSame = one.codes[seq] === other.codes[seq] && one.states.get(seq) === other.states.get(seq);
    if (!isSame) count += 1;
  }
  return count;
}

function isAsSent(message: Message, cast: Cast, talker: number, number: number): boolean {
  return (
    message.chat_id === chatOf(cast, talker, number) &&
    message.user_id === cast.talkers[talker]?.userId &&
    hasStateOf(message, talker, number)
  );
}

/** Whether it is as it was sent, or as its change has made it. */
function hasStateOf({ rev, message, deleted, reactions }: Message, talker: number, number: number): boolean {
  const isAsSentFirst = message === textOf(talker, number) && deleted === undefined;
  if (rev === undefined) return isAsSentFirst;
  switch (changeOf(number)) {
    case "edited":
      return rev > 0 && message === editedTextOf(talker, number);
    case "deleted":
      return message === "" && deleted === "author";
    case "reacted":
      return isAsSentFirst && reactions?.[REACTION]?.count === 1;
    case undefined:
      return false;
  }
}

function compareHeard(heard: readonly number[], stored: readonly number[], findings: Findings): void {
  for (let seq = 1; seq < Math.max(heard.length, stored.length); seq++) {
    const one = heard[seq] ?? 0;
    if (one === (stored[seq] ?? 0)) continue;
    if (one === 0) findings.unheard += 1;
    else findings.phantom += 1;
  }
}
