// Comparison of what was acknowledged and what was heard with what the store holds when all is over.
import type { Message } from "../protocol/entities.ts";
import { COMMON_CHAT, type ChatId } from "../protocol/ids.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import type { StoreReader } from "../store/store.ts";
import {
  changeOf,
  chatOf,
  chatsOf,
  codeOf,
  editedTextOf,
  partsOf,
  REACTION,
  stateOf,
  textOf,
  type Cast,
} from "./cast.ts";
import type { Listener } from "./listener.ts";
import type { Talker } from "./talker.ts";

/** Each number counts messages, and has to be 0. */
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
  /** Messages whose change was acknowledged, and is not stored. */
  unchanged: number;
  /** Known to a listener in another state than the stored one. */
  stale: number;
}

interface Played {
  readonly cast: Cast;
  readonly talkers: readonly Talker[];
  readonly listeners: readonly Listener[];
}

const CHANGES_FOUND = { unchanged: 0, stale: 0 };

/** The stored messages of a chat, by seq. */
interface StoredChat {
  readonly codes: number[];
  /** Of messages that were changed. */
  readonly states: Map<number, string>;
}

/** Reads every chat of the cast. `stored` counts messages. */
export async function compare(reader: StoreReader, played: Played): Promise<Findings & { stored: number }> {
  const { cast, talkers, listeners } = played;
  const findings = {
    stored: 0,
    lost: 0,
    doubled: 0,
    holes: 0,
    outOfOrder: 0,
    altered: 0,
    unheard: 0,
    phantom: 0,
    ...CHANGES_FOUND,
  };
  const seqs = talkers.map((talker) => new Float64Array(talker.sentCount + 1));
  const chats = new Set<ChatId>([
    COMMON_CHAT,
    ...cast.listeners.flatMap((member) => [...chatsOf(cast, member).keys()]),
  ]);
  for (const chatId of chats) {
    const stored = await readChat(reader, chatId, played, seqs, findings);
    for (const listener of listeners) {
      const heard = listener.chats.get(chatId);
      if (heard === undefined) continue; // not this listener's chat
      compareHeard(heard.codes, stored.codes, findings);
      for (const [seq, state] of stored.states) if (heard.states.get(seq)?.state !== state) findings.stale += 1;
      for (const seq of heard.states.keys()) if (!stored.states.has(seq)) findings.stale += 1;
    }
  }
  for (const [index, talker] of talkers.entries()) {
    for (let number = 1; number <= talker.sentCount; number++) {
      const told = talker.acknowledged[number] ?? 0;
      if (told !== 0 && seqs[index]?.[number] !== told) findings.lost += 1;
    }
  }
  return findings;
}

async function readChat(
  reader: StoreReader,
  chatId: ChatId,
  { cast, talkers }: Played,
  seqs: readonly Float64Array[],
  findings: Findings & { stored: number },
): Promise<StoredChat> {
  const codes = [0];
  const states = new Map<number, string>();
  const lastNumbers = talkers.map(() => 0);
  for await (const message of messagesOf(reader, chatId)) {
    findings.stored += 1;
    findings.holes += Math.max(0, message.seq - codes.length);
    while (codes.length < message.seq) codes.push(0);
    codes[message.seq] = codeOf(message.message_id);
    if (message.rev !== undefined) states.set(message.seq, stateOf(message));
    const { talker, number } = partsOf(codeOf(message.message_id));
    if (message.rev === undefined && talkers[talker]?.changed.has(number) === true) findings.unchanged += 1;
    const known = seqs[talker];
    if (known === undefined || !isAsSent(message, cast, talker, number) || number >= known.length) {
      findings.altered += 1;
      continue;
    }
    if (known[number] !== 0) findings.doubled += 1;
    else known[number] = message.seq;
    const isLate = number < (lastNumbers[talker] ?? 0);
    if (isLate && talkers[talker]?.refused.has(number) !== true) findings.outOfOrder += 1;
    lastNumbers[talker] = Math.max(number, lastNumbers[talker] ?? 0);
  }
  return { codes, states };
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

async function* messagesOf(reader: StoreReader, chatId: ChatId): AsyncGenerator<Message> {
  let after = 0;
  for (let hasMore = true; hasMore;) {
    const page = await reader.history(chatId, { before: undefined, after, limit: MAX_PAGE });
    yield* page.messages;
    after = page.messages.at(-1)?.seq ?? after;
    hasMore = page.hasMore;
  }
}
