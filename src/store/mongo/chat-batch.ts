// The writes of a batch that concern chats: appends and read marks, carried out in few commands.
import { setTimeout as pause } from "node:timers/promises";
import { chatForm } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { directRefusal, writerRefusal } from "../may.ts";
import { Refusal } from "../../domain/refusal.ts";
import { StoreUnavailableError } from "../store.ts";
import type { WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import { Append } from "./appends.ts";
import type { Appends } from "./appends.ts";
import { pairId } from "./documents.ts";
import type { Collections } from "./documents.ts";
import { GroupStandings } from "./group-standings.ts";
import type { LastSeqs } from "./last-seqs.ts";
import { Marks } from "./marks.ts";
import { findStored, keyText } from "./sent-messages.ts";
import type { KnownUsers } from "./users.ts";
import { NOT_FOUND } from "../write-outcomes.ts";

/** State that the batches of a writer share. */
export interface WriterState {
  readonly collections: Collections;
  readonly users: KnownUsers;
  readonly lastSeqs: LastSeqs;
  readonly appends: Appends;
}

export type ChatWrite = WriteOf<"append"> | WriteOf<"markRead"> | WriteOf<"typing">;

/** Longest pause before a round that follows one without success, in milliseconds. */
const MAX_PAUSE_MS = 40;

interface Entry {
  readonly index: number;
  readonly write: ChatWrite;
  /** Of an append that is carried out; shared by those that repeat it. */
  append?: Append;
}

/** A run of such writes. `run` may be called again after it has failed: what was done is not done again. */
export class ChatBatch {
  readonly #state: WriterState;
  readonly #entries: Entry[] = [];
  readonly #nowMs: number;
  readonly #deadlineMs: number;
  readonly #appends = new Map<string, Append>();
  readonly #startSeqs = new Map<ChatId, number>();
  /** `pairId` of who has blocked whom, of the users of the batch's one-to-one chats. */
  #blocks: ReadonlySet<string> = new Set();
  /** `answerKey` of the messages of the chats that may be answered, of those that are. */
  #answerable: ReadonlySet<string> = new Set();
  readonly #groups = new GroupStandings();
  #isPlanned = false;
  #look = false;
  /** True when a message was found stored by a command that nobody answered, so perhaps not durably yet. */
  #needsBarrier = false;
  #marks: Marks | undefined;

  /** `deadlineMs` is on performance.now()'s clock. */
  constructor(state: WriterState, nowMs: number, deadlineMs: number) {
    this.#state = state;
    this.#nowMs = nowMs;
    this.#deadlineMs = deadlineMs;
  }

  add(index: number, write: ChatWrite): void {
    this.#entries.push({ index, write });
  }

  appendsTo(chatId: ChatId): boolean {
    return this.#entries.some(({ write }) => write.kind === "append" && write.chatId === chatId);
  }

  /** The messages of the batch, in order. */
  get appends(): Iterable<Append> {
    return this.#appends.values();
  }

  async run(outcomes: (WriteOutcome | undefined)[]): Promise<void> {
    await this.#plan(outcomes);
    await this.#store();
    this.#marks ??= await this.#move(outcomes);
    const chatIds = [...this.#appends.values()].map(({ write }) => write.chatId);
    const [marked] = await Promise.all([
      this.#marks.write(this.#state.collections),
      this.#state.lastSeqs.writeHints(chatIds),
    ]);
    if (this.#needsBarrier && marked === 0) await this.#passBarrier();
  }

  /** Refuses what cannot be, and finds repeats within the batch. */
  async #plan(outcomes: (WriteOutcome | undefined)[]): Promise<void> {
    const { users, lastSeqs } = this.#state;
    const concerned = this.#entries.flatMap(({ write }) => [write.userId, ...(pairIn(write.chatId) ?? [])]);
    await users.load(concerned);
    await lastSeqs.load(this.#entries.map(({ write }) => write.chatId).filter((chatId) => this.#isChat(chatId)));
    if (this.#isPlanned) return;
    this.#blocks = await this.#readBlocks();
    this.#answerable = await this.#readAnswerable();
    const writes = this.#entries.map(({ write }) => write);
    await this.#groups.load(this.#state.collections, writes);
    const repeats = await this.#storedOfRefused();
    for (const entry of this.#entries) {
      const { index, write } = entry;
      const username = users.nameOf(write.userId);
      const refusal = this.#refusal(write);
      const isRepeat = write.kind === "append" && repeats.has(keyText(write));
      if (username === undefined) outcomes[index] = NOT_FOUND;
      else if (refusal !== undefined && !isRepeat) outcomes[index] = { done: false, refusal };
      else if (write.kind === "typing") outcomes[index] = { done: true, result: { otherIds: this.#othersIn(write) } };
      else if (write.kind === "append") entry.append = this.#append(write, username);
      if (!this.#startSeqs.has(write.chatId)) this.#startSeqs.set(write.chatId, lastSeqs.of(write.chatId));
    }
    this.#isPlanned = true;
  }

  /**
   * Of messages that may not be sent those that are stored already: they are answered, new ones are not taken. A sender who
   * is not in a group is told nothing of it, unless the first try of this batch has stored the message.
   */
  async #storedOfRefused(): Promise<ReadonlySet<string>> {
    const refused = this.#entries.flatMap(({ write }) => {
      if (write.kind !== "append" || this.#state.users.nameOf(write.userId) === undefined) return [];
      const refusal = this.#refusal(write);
      const isOutside = refusal === Refusal.NoChat && chatForm(write.chatId)?.kind === "group";
      return refusal === undefined ? [] : [{ write, isOutside }];
    });
    const stored = await findStored(
      this.#state.collections,
      refused.map(({ write }) => write),
    );
    const told = refused.filter(({ write, isOutside }) => {
      const document = stored.get(keyText(write));
      return document !== undefined && (!isOutside || document.time_ms === this.#nowMs);
    });
    return new Set(told.map(({ write }) => keyText(write)));
  }

  #othersIn({ chatId, userId }: WriteOf<"typing">): UserId[] {
    const pair = pairIn(chatId);
    return pair === undefined ? this.#groups.othersIn(chatId, userId) : pair.filter((id) => id !== userId);
  }

  async #readBlocks(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for (const { write } of this.#entries) {
      const [one, other] = pairIn(write.chatId) ?? [];
      if (one !== undefined && other !== undefined) ids.add(pairId(one, other)).add(pairId(other, one));
    }
    if (ids.size === 0) return ids;
    const found = this.#state.collections.blocks.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } });
    return new Set((await found.toArray()).map(({ _id }) => _id));
  }

  #refusal(write: ChatWrite): Refusal | undefined {
    return this.#standingRefusal(write) ?? (this.#isAnswerable(write) ? undefined : Refusal.NoMessage);
  }

  #isAnswerable(write: ChatWrite): boolean {
    if (write.kind !== "append" || write.replyTo === undefined) return true;
    const { chatId, userId, replyTo } = write;
    return this.#answerable.has(answerKey(chatId, replyTo)) && !this.#groups.isHidden(chatId, userId, replyTo);
  }

  /** Why the user may not write; reading goes on with who is gone or blocked. */
  #standingRefusal(write: ChatWrite): Refusal | undefined {
    const { kind, userId, chatId } = write;
    const { users } = this.#state;
    const own = writerRefusal(users.stateOf(userId));
    const form = chatForm(chatId);
    if (own !== undefined || form?.kind === "everyone") return own;
    if (form?.kind === "group") return this.#groups.refusal(write);
    if (form?.kind !== "direct" || !form.users.includes(userId)) return Refusal.NotFound;
    const pair = form.users;
    const partner = users.stateOf(pair[0] === userId ? pair[1] : pair[0]);
    if (kind === "markRead") return partner === undefined ? Refusal.NotFound : undefined;
    return directRefusal({ partner, isBlocked: this.#isBlocked(pair) });
  }

  /** Those that are not deleted of the messages that the batch answers. */
  async #readAnswerable(): Promise<ReadonlySet<string>> {
    const seqs = new Map<ChatId, number[]>();
    for (const { write } of this.#entries) {
      if (write.kind !== "append" || write.replyTo === undefined) continue;
      seqs.set(write.chatId, [...(seqs.get(write.chatId) ?? []), write.replyTo]);
    }
    const answerable = new Set<string>();
    for (const [chat_id, some] of seqs) {
      const filter = { chat_id, seq: { $in: some } };
      const found = this.#state.collections.messages.find(filter, { projection: { seq: 1, deleted: 1 } });
      for await (const { seq, deleted } of found) if (deleted === undefined) answerable.add(answerKey(chat_id, seq));
    }
    return answerable;
  }

  #isBlocked([one, other]: readonly [UserId, UserId]): boolean {
    return this.#blocks.has(pairId(one, other)) || this.#blocks.has(pairId(other, one));
  }

  #append(write: WriteOf<"append">, username: string): Append {
    const key = keyText(write);
    const append = this.#appends.get(key) ?? new Append(write, username, this.#nowMs);
    this.#appends.set(key, append);
    return append;
  }

  #isChat(chatId: ChatId): boolean {
    return chatForm(chatId) !== undefined;
  }

  async #store(): Promise<void> {
    const all = [...this.#appends.values()];
    for (let open = all; ;) {
      open = open.filter(({ outcome }) => outcome === undefined);
      if (open.length === 0) return;
      if (performance.now() > this.#deadlineMs) throw new StoreUnavailableError("store: too many others write");
      const look = this.#look;
      this.#look = true;
      if (await this.#state.appends.store(open, look)) this.#needsBarrier = true;
      if (open.every(({ outcome }) => outcome === undefined)) await pause(Math.random() * MAX_PAUSE_MS);
    }
  }

  /** Gives every write its outcome, in order; the marks are written by the caller. */
  async #move(outcomes: (WriteOutcome | undefined)[]): Promise<Marks> {
    const marks = new Marks();
    const asked = this.#entries.filter(({ write }) => write.kind === "markRead").map(({ write }) => write);
    await marks.load(this.#state.collections, asked);
    const lastSeqs = new Map(this.#startSeqs);
    const seen = new Set<Append>();
    for (const { index, write, append } of this.#entries) {
      if (outcomes[index] !== undefined) continue;
      const lastSeq = lastSeqs.get(write.chatId) ?? 0;
      if (write.kind === "markRead") {
        const pair = pairIn(write.chatId);
        outcomes[index] = mark(marks, write, lastSeq, pair !== undefined && this.#isBlocked(pair));
      } else if (append?.outcome?.done === true) {
        const { message, isNew } = append.outcome.result;
        const isFirst = isNew && !seen.has(append);
        seen.add(append);
        outcomes[index] = { done: true, result: { message, isNew: isFirst } };
        lastSeqs.set(write.chatId, Math.max(lastSeq, message.seq));
        if (isFirst && this.#groups.hasMark(write.chatId, write.userId)) {
          marks.raise(write.userId, write.chatId, message.seq);
        }
      } else {
        outcomes[index] = append?.outcome;
      }
    }
    return marks;
  }

  /** A write that is acknowledged when a majority has it in its journal, and with it everything before. */
  async #passBarrier(): Promise<void> {
    await this.#state.collections.meta.updateOne({ _id: "barrier" }, { $inc: { count: 1 } }, { upsert: true });
  }
}

function pairIn(chatId: ChatId): readonly [UserId, UserId] | undefined {
  const form = chatForm(chatId);
  return form?.kind === "direct" ? form.users : undefined;
}

function answerKey(chatId: ChatId, seq: number): string {
  return `${chatId}|${seq}`;
}

function mark(marks: Marks, write: WriteOf<"markRead">, lastSeq: number, isPrivate: boolean): WriteOutcome<"markRead"> {
  const before = marks.of(write.userId, write.chatId);
  const after = Math.min(write.seq, lastSeq);
  if (after <= before) return { done: true, result: { readSeq: before, changed: false, isPrivate } };
  marks.raise(write.userId, write.chatId, after);
  return { done: true, result: { readSeq: after, changed: true, isPrivate } };
}
