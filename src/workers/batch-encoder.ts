// Turns a committed batch into bytes: the responses of each group, and per chat the events of its new messages.
import { Code, ProtocolError } from "../protocol/codes.ts";
import { errorResponse, okResponse } from "../protocol/envelope.ts";
import { eventText } from "../protocol/events.ts";
import { encodeFrames, frameBytes, type Framing } from "../protocol/frame.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { Message } from "../protocol/entities.ts";
import type { WriteKind, WriteOutcome, WriteResults } from "../store/store.ts";
import { complete, refusalError } from "./completions.ts";
import type { Effect, EventChunk, GroupResult, PendingWrite } from "./task.ts";

/**
 * Bytes after which a chat's events go on in a new chunk. An outbox takes or drops a chunk as a whole, so it must be
 * well below an outbox's size (1 MiB); a write per receiver and chunk is what fan-out costs, so not too small.
 */
export const CHUNK_BYTES = 256 * 1024;

interface OpenChunk {
  readonly chatId: ChatId;
  readonly fromSeq: number;
  toSeq: number;
  byteCount: number;
  /** JSON texts. */
  readonly events: string[];
}

interface OpenGroup {
  readonly framing: Framing;
  /** JSON texts. */
  readonly replies: string[];
  readonly effects: Effect[];
  messageCount: number;
  refusedCount: number;
}

/** What of a batch goes back to the gateway. */
interface EncodedBatch {
  readonly groupResults: readonly GroupResult[];
  readonly chunks: readonly EventChunk[];
  readonly messageCount: number;
  /** All ArrayBuffers of the other fields, to be transferred. */
  readonly buffers: readonly ArrayBufferLike[];
}

export class BatchEncoder {
  readonly #nowMs: number;
  readonly #isRepeat: boolean;
  readonly #groups: OpenGroup[] = [];
  readonly #chunks: OpenChunk[] = [];
  readonly #openChunks = new Map<ChatId, OpenChunk>();
  #messageCount = 0;

  /** `nowMs` is the time of the batch, in milliseconds. `isRepeat`: see CommitTask. */
  constructor(nowMs: number, isRepeat = false) {
    this.#nowMs = nowMs;
    this.#isRepeat = isRepeat;
  }

  /** Begins the next connection's writes; the following `add` calls are its. */
  beginGroup(framing: Framing): void {
    this.#groups.push({ framing, replies: [], effects: [], messageCount: 0, refusedCount: 0 });
  }

  /** Answers one write by its outcome; without one the store could not be reached. */
  add(pending: PendingWrite, outcome: WriteOutcome | undefined): void {
    const { write } = pending;
    if (outcome === undefined) {
      this.refuse(
        pending,
        new ProtocolError(Code.Unavailable, "the store cannot be reached; nothing was stored, try again"),
      );
    } else if (!outcome.done && write.kind === "deleteToken") {
      // The token was void already (resumed elsewhere since): its session ends all the same.
      this.#answer(pending, {});
    } else if (!outcome.done) {
      const error = refusalError(write.kind, outcome.refusal);
      this.refuse(pending, error);
      if (write.kind === "putToken") this.#group.effects.push({ kind: "loginFailed" });
    } else {
      this.#answer(pending, outcome.result);
      if (write.kind === "append") {
        const { message, isNew } = outcome.result as WriteResults["append"];
        if (!isNew && !this.#isOfLostTry(message)) return;
        this.#group.messageCount += 1;
        this.#addEvent(message);
      }
    }
  }

  /** Announces messages that an earlier batch has stored; to be called before the first group. */
  addLate(messages: readonly Message[]): void {
    for (const message of messages) this.#addEvent(message);
  }

  /** Whether a message that is there already was stored by this batch's first try, and so told to nobody yet. */
  #isOfLostTry({ chat_id, seq, time }: Message): boolean {
    const announcedSeq = this.#openChunks.get(chat_id)?.toSeq ?? 0;
    return this.#isRepeat && time === this.#nowMs / 1000 && seq > announcedSeq;
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
    group.replies.push(errorResponse(pending.replyTo, error, this.#nowMs));
  }

  #answer(pending: PendingWrite, result: WriteResults[WriteKind]): void {
    const { fields, effects, answered } = complete(pending.write, result, pending, this.#nowMs);
    const group = this.#group;
    if (effects !== undefined) group.effects.push(...effects);
    group.effects.push(...pending.effects);
    if (answered) return;
    group.replies.push(okResponse(pending.replyTo, pending.info, { ...pending.fields, ...fields }, this.#nowMs));
  }

  #addEvent(message: Message): void {
    this.#messageCount += 1;
    const text = eventText("message", message, this.#nowMs);
    const byteCount = frameBytes(text, "prefixed");
    let chunk = this.#openChunks.get(message.chat_id);
    if (chunk === undefined || chunk.byteCount + byteCount > CHUNK_BYTES) {
      chunk = { chatId: message.chat_id, fromSeq: message.seq, toSeq: message.seq, byteCount: 0, events: [] };
      this.#openChunks.set(message.chat_id, chunk);
      this.#chunks.push(chunk);
    }
    chunk.events.push(text);
    chunk.byteCount += byteCount;
    chunk.toSeq = message.seq;
  }

  finish(): EncodedBatch {
    const groupResults = this.#groups.map((group) => ({
      ...group,
      replies: encodeFrames(group.replies, group.framing),
    }));
    const chunks = this.#chunks.map(({ chatId, fromSeq, toSeq, events }) => ({
      chatId,
      fromSeq,
      toSeq,
      bytes: encodeFrames(events, "prefixed"),
    }));
    const buffers = [
      ...groupResults.map((group) => group.replies.buffer),
      ...chunks.map((chunk) => chunk.bytes.buffer),
    ];
    return { groupResults, chunks, messageCount: this.#messageCount, buffers };
  }
}
