// Encoder of a committed batch: the responses of each group, and per chat the events of its new messages.
import { ProtocolError } from "../protocol/codes.ts";
import { errorResponse, okResponse } from "../protocol/envelope.ts";
import { compressFrames } from "../protocol/compressed-frame.ts";
import { eventText } from "../protocol/events.ts";
import { isPlainMessage, MessageTexts } from "../protocol/message-texts.ts";
import { FrameWriter, type Framing } from "../protocol/frame.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { Message } from "../protocol/entities.ts";
import type { LateGroup } from "../store/store.ts";
import type { ChatEvent, Completion } from "../domain/writes/rules.ts";
import { completionOf, refusedAnswerOf } from "../domain/writes/table.ts";
import type { WriteKind, WriteOutcome, WriteResults } from "../domain/writes/table.ts";
import type { Effect, GroupChange, GroupReset } from "../domain/effects.ts";
import type { Compression, CommitResult, EventChunk, GroupResult, OwnOutcome, PendingWrite } from "./task.ts";

/**
 * Bytes after which a chat's events go on in a new chunk. An outbox takes, leaves or drops a chunk as a whole, so it must
 * be well below an outbox's size (1 MiB). A write per receiver and chunk is what fan-out costs, so not too small; beyond
 * about 128 KiB the kernel's copies fall out of the processor's caches and a larger write costs as much as two.
 */
export const CHUNK_BYTES = 128 * 1024;

/** Events of a chat that follow one another and are of one kind. */
interface EventRun {
  readonly event: EventChunk["event"];
  /** As EventChunk numbers them; ascending. */
  readonly numbers: number[];
  /** Of the messages. */
  readonly seqs: number[];
  /** JSON texts. */
  readonly texts: string[];
}

type Unencoded = GroupChange | GroupReset;
type ChatRun = EventRun | Unencoded;

interface OpenGroup {
  readonly framing: Framing | undefined;
  /** JSON texts. */
  readonly replies: string[];
  readonly outcomes: OwnOutcome[] | undefined;
  readonly effects: Effect[];
  messageCount: number;
  refusedCount: number;
}

/** The part of a batch that goes back to the gateway. */
interface EncodedBatch {
  readonly groupResults: readonly GroupResult[];
  readonly chunks: CommitResult["chunks"];
  readonly messageCount: number;
  /** All ArrayBuffers of the other fields, to be transferred. */
  readonly buffers: readonly ArrayBufferLike[];
}

export class BatchEncoder {
  readonly #nowMs: number;
  readonly #isRepeat: boolean;
  readonly #texts: MessageTexts;
  readonly #groups: OpenGroup[] = [];
  /** By chat, in the order of the writes. */
  readonly #runs = new Map<ChatId, ChatRun[]>();
  #messageCount = 0;

  /** `nowMs` is the time of the batch, in milliseconds. `isRepeat`: see CommitTask. */
  constructor(nowMs: number, isRepeat = false) {
    this.#nowMs = nowMs;
    this.#isRepeat = isRepeat;
    this.#texts = new MessageTexts(nowMs);
  }

  /** Begins the next group; the following `add` calls are its. `framing`: see WriteGroup. */
  beginGroup(framing: Framing | undefined): void {
    const outcomes = framing === undefined ? [] : undefined;
    this.#groups.push({ framing, replies: [], outcomes, effects: [], messageCount: 0, refusedCount: 0 });
  }

  /** Answers one write by its outcome; without one the store could not be reached. */
  add(pending: PendingWrite, outcome: WriteOutcome | undefined): void {
    if (outcome === undefined) {
      this.refuse(
        pending,
        new ProtocolError("store_away", "the store cannot be reached; nothing was stored, try again"),
      );
    } else if (outcome.done) this.#addDone(pending, outcome.result);
    else {
      const { error, effects } = refusedAnswerOf(pending.write, outcome.refusal);
      this.refuse(pending, error);
      if (effects !== undefined) this.#group.effects.push(...effects);
    }
  }

  #addDone(pending: PendingWrite, result: WriteResults[WriteKind]): void {
    const group = this.#group;
    const completion = completionOf(pending.write, result, this.#nowMs);
    group.effects.push(...pending.effects);
    if (completion.effects !== undefined) group.effects.push(...completion.effects);
    if (completion.event !== undefined) this.#addChatEvent(completion.event);
    for (const change of completion.groups ?? []) this.#runsOf(change.chatId).push(change);
    if (group.outcomes !== undefined) group.outcomes.push({ done: true, result });
    else if (pending.finish !== undefined)
      group.effects.push({ ...pending.finish, replyTo: pending.replyTo, reply: pending.reply });
    else group.replies.push(this.#answer(pending, completion));
  }

  #answer({ write, replyTo, reply }: PendingWrite, { event, fields }: Completion): string {
    const { info, fields: known } = reply;
    if (write.kind === "append" && event !== undefined) return this.#texts.response(replyTo, info, event.message);
    return okResponse(replyTo, info, { ...known, ...fields }, this.#nowMs);
  }

  /** Changes by the first try of this batch have been announced to nobody yet, although they are not new now. */
  #addChatEvent({ event, message, isNew, timeMs }: ChatEvent): void {
    const isOfLostTry = !isNew && this.#isRepeat && timeMs === this.#nowMs;
    const number = event === "message" ? message.seq : (message.rev ?? 0);
    if (!isNew && !(isOfLostTry && number > this.#announced(message.chat_id, event))) return;
    if (event === "changed") return this.#addEvent(event, number, message, eventText(event, message, this.#nowMs));
    this.#group.messageCount += 1;
    this.#addMessage(message);
  }

  /** Has those begin anew who are in groups that an earlier batch has changed; to be called first. */
  addLateGroups(groups: readonly LateGroup[]): void {
    for (const { chatId, memberIds } of groups) this.#runsOf(chatId).push({ event: "reset", chatId, memberIds });
  }

  /** Announces messages that an earlier batch has stored; to be called before the first group. */
  addLate(messages: readonly Message[]): void {
    for (const message of messages) this.#addMessage(message);
  }

  /** The greatest number of the chat's events of this kind in this batch; 0 before the first. */
  #announced(chatId: ChatId, event: EventChunk["event"]): number {
    const runs = this.#runs.get(chatId) ?? [];
    for (const run of runs.toReversed()) if (run.event === event) return run.numbers.at(-1) ?? 0;
    return 0;
  }

  get #group() {
    const group = this.#groups.at(-1);
    if (group === undefined) throw new Error("add before beginGroup");
    return group;
  }

  /** Answers one write that is not done. */
  refuse(pending: PendingWrite, error: ProtocolError): void {
    const group = this.#group;
    group.refusedCount += 1;
    if (group.outcomes === undefined) group.replies.push(errorResponse(pending.replyTo, error, this.#nowMs));
    else group.outcomes.push({ done: false, refusal: error.facts });
  }

  #addMessage(message: Message): void {
    this.#messageCount += 1;
    const isPlain = isPlainMessage(message); // one that is told late may have been changed meanwhile
    const text = isPlain ? this.#texts.event(message) : eventText("message", message, this.#nowMs);
    this.#addEvent("message", message.seq, message, text);
  }

  #addEvent(event: EventChunk["event"], number: number, { chat_id: chatId, seq }: Message, text: string): void {
    const runs = this.#runsOf(chatId);
    let run = runs.at(-1);
    if (run?.event !== event) runs.push((run = { event, numbers: [], seqs: [], texts: [] }));
    run.numbers.push(number);
    run.seqs.push(seq);
    run.texts.push(text);
  }

  #runsOf(chatId: ChatId): ChatRun[] {
    let runs = this.#runs.get(chatId);
    if (runs === undefined) this.#runs.set(chatId, (runs = []));
    return runs;
  }

  /** All that was added; called once. With `compression`, chunks have their compressed frames as well. */
  finish(compression?: Compression): EncodedBatch {
    const frames = new FrameWriter();
    const replyEnds = this.#groups.map(({ replies, framing }) => {
      if (framing !== undefined) for (const json of replies) frames.add(json, framing);
      return frames.length;
    });
    const chunkEnds: (ChunkEnd | Unencoded)[] = [];
    for (const [chatId, runs] of this.#runs) {
      for (const run of runs) {
        if (!("texts" in run)) chunkEnds.push(run);
        else addChunks(frames, chatId, run, chunkEnds);
      }
    }
    const bytes = frames.finish();
    let start = 0;
    const next = (end: number): Uint8Array => bytes.subarray(start, (start = end));
    const groupResults = this.#groups.map((group, index) => ({ ...group, replies: next(replyEnds[index] ?? start) }));
    const plain = chunkEnds.map((chunk) => ("end" in chunk ? chunkOf(chunk, next(chunk.end)) : chunk));
    const buffers = [bytes.buffer];
    const chunks = compression === undefined ? plain : withCompressed(plain, compression, buffers);
    return { groupResults, chunks, messageCount: this.#messageCount, buffers };
  }
}

/** A chunk, and where its bytes end. */
type ChunkEnd = Omit<EventChunk, "bytes"> & { readonly end: number };

function chunkOf({ end: _, ...chunk }: ChunkEnd, bytes: Uint8Array): EventChunk {
  return { ...chunk, bytes };
}

/** The chunks, with compressed frames where they are worth it, whose buffers are added to `buffers`. */
function withCompressed(
  chunks: readonly (EventChunk | Unencoded)[],
  { fromBytes, chatsOfMany }: Compression,
  buffers: ArrayBufferLike[],
): (EventChunk | Unencoded)[] {
  return chunks.map((chunk) => {
    if (!("bytes" in chunk) || (chunk.bytes.length < fromBytes && !chatsOfMany.has(chunk.chatId))) return chunk;
    const compressed = compressFrames(chunk.bytes);
    if (compressed === undefined) return chunk;
    buffers.push(compressed.buffer);
    return { ...chunk, compressed };
  });
}

/** Writes the events of a run, and notes the chunks that they make. */
function addChunks(frames: FrameWriter, chatId: ChatId, run: EventRun, ends: (ChunkEnd | Unencoded)[]): void {
  const { event, numbers, texts } = run;
  let first = 0;
  let start = frames.length;
  const note = (next: number, end: number): void => {
    const [from = 0, to = 0] = [numbers[first], numbers[next - 1]];
    const hasSeqs = event === "changed" || to - from >= next - first;
    const seqs = hasSeqs && { seqs: run.seqs.slice(first, next) };
    ends.push({ chatId, event, from, to, ...seqs, end });
    first = next;
    start = end;
  };
  for (const [index, text] of texts.entries()) {
    const end = frames.length;
    frames.add(text, "prefixed");
    if (end > start && frames.length - start > CHUNK_BYTES) note(index, end);
  }
  note(texts.length, frames.length);
}
