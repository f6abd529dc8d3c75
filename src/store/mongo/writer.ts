// The writing side of the MongoDB store: carries batches out in order, again where an answer got lost.
import { setTimeout as pause } from "node:timers/promises";
import type { Message } from "../../protocol/entities.ts";
import { TOKEN_LIFETIME_MS } from "../../protocol/limits.ts";
import { isChange, isGroupWrite } from "../../domain/writes/table.ts";
import { StoreUnavailableError } from "../store.ts";
import type { Write, WriteKind, WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import { outcomeOfRepeat } from "../../domain/writes/table.ts";
import type { LateGroup, StoreWriter } from "../store.ts";
import { tokenTimes } from "../token-times.ts";
import { AccountWrites } from "./account-writes.ts";
import type { AccountTimes } from "./account-writes.ts";
import { Appends } from "./appends.ts";
import { changeMessage } from "./changes.ts";
import { ChatBatch } from "./chat-batch.ts";
import type { WriterState } from "./chat-batch.ts";
import type { MongoConnection } from "./connection.ts";
import { storeError } from "./errors.ts";
import { GroupErasure } from "./group-erasure.ts";
import { GroupWrites } from "./groups.ts";
import { LastSeqs } from "./last-seqs.ts";
import { LateGroups } from "./late-groups.ts";
import type { ServerFacts } from "./server-facts.ts";
import { Unanswered } from "./unanswered.ts";
import { KnownUsers } from "./users.ts";

/** For so long a batch is tried again when the way to the server breaks; then its writes are refused. */
const COMMIT_TIMEOUT_MS = 4_000;
/** Between two tries. */
const RETRY_PAUSE_MS = 100;
/** Expired tokens are removed so often. */
const PURGE_INTERVAL_MS = 3_600_000;

/** Writes that change who may write in chats after them. */
const CHANGES_STANDING: ReadonlySet<WriteKind> = new Set([
  "createUser",
  "setAccountState",
  "deleteAccount",
  "block",
  "unblock",
]);

/** After these a group may be gone, and what was written in it is to be erased. */
const MAY_END_GROUPS: ReadonlySet<WriteKind> = new Set(["deleteGroup", "removeMember", "deleteAccount", "createGroup"]);

/** A part of a batch that must be whole before the next begins. `run` may be called again after it has failed. */
interface Step {
  run(outcomes: (WriteOutcome | undefined)[]): Promise<void>;
}

/** See StoreWriter. Owns the connection. */
export class MongoWriter implements StoreWriter {
  readonly guarantee: string;
  readonly #connection: MongoConnection;
  readonly #state: WriterState;
  readonly #accounts: AccountWrites;
  readonly #groups: GroupWrites;
  readonly #lateGroups: LateGroups;
  readonly #groupErasure: GroupErasure;
  #isBegun = false;
  readonly #unanswered: Unanswered;
  #nextPurgeMs = 0;

  constructor(connection: MongoConnection, facts: ServerFacts) {
    const { collections } = connection;
    const lastSeqs = new LastSeqs(collections);
    const users = new KnownUsers(collections);
    this.guarantee = `${facts.product}, ${facts.topology}: ${facts.guarantee}`;
    this.#connection = connection;
    this.#state = {
      collections,
      users,
      lastSeqs,
      appends: new Appends(collections, lastSeqs, facts.documentsPerInsert),
    };
    this.#groups = new GroupWrites(this.#state);
    this.#lateGroups = new LateGroups(collections);
    this.#groupErasure = new GroupErasure(collections);
    this.#accounts = new AccountWrites(this.#state, this.#groups);
    this.#unanswered = new Unanswered(collections, users, lastSeqs);
  }

  async commit(writes: readonly Write[], nowMs: number, steadyMs = nowMs): Promise<WriteOutcome[]> {
    const timeMs = Math.round(nowMs);
    const deadlineMs = performance.now() + COMMIT_TIMEOUT_MS;
    const outcomes = new Array<WriteOutcome | undefined>(writes.length).fill(undefined);
    const chatBatches: ChatBatch[] = [];
    const steps = this.#steps(writes, { nowMs: timeMs, tokens: tokenTimes(nowMs, steadyMs) }, () => {
      const batch = new ChatBatch(this.#state, timeMs, deadlineMs);
      chatBatches.push(batch);
      return batch;
    });
    this.#groups.begin();
    try {
      await this.#attempt(deadlineMs, () => this.#begin(writes, timeMs));
      for (const step of steps) await this.#attempt(deadlineMs, () => step.run(outcomes));
    } catch (error) {
      for (const batch of chatBatches) this.#remember(batch);
      this.#lateGroups.add(this.#groups.begun, timeMs);
      throw error;
    }
    return outcomes.map((outcome) => outcome ?? missing());
  }

  takeLateMessages(): Message[] {
    return this.#unanswered.takeStored();
  }

  takeLateGroups(): LateGroup[] {
    return this.#lateGroups.take();
  }

  get isUnsettled(): boolean {
    return this.#unanswered.isOpen || this.#lateGroups.isOpen || this.#groupErasure.isPending;
  }

  async maintain(nowMs: number): Promise<boolean> {
    if (this.#groupErasure.isPending) return this.#connection.run(() => this.#groupErasure.step());
    if (nowMs < this.#nextPurgeMs) return false;
    await this.#connection.run(async () => {
      await this.#state.collections.tokens.deleteMany({ created_ms: { $lt: nowMs - TOKEN_LIFETIME_MS } });
    });
    this.#nextPurgeMs = nowMs + PURGE_INTERVAL_MS;
    return false;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Runs `operations` until they succeed, the deadline is over, or the error is a bug. */
  async #attempt(deadlineMs: number, operations: () => Promise<void>): Promise<void> {
    for (;;) {
      this.#connection.check();
      try {
        await operations();
        return;
      } catch (raw) {
        this.#state.lastSeqs.forget();
        this.#state.users.forget();
        const error = storeError(raw, this.#connection.url);
        const isOver = performance.now() + RETRY_PAUSE_MS > deadlineMs;
        if (!(error instanceof StoreUnavailableError) || this.#connection.isClosed || isOver) throw error;
        await pause(RETRY_PAUSE_MS);
      }
    }
  }

  /** Work before the writes of a batch: what others have left unfinished. */
  async #begin(writes: readonly Write[], timeMs: number): Promise<void> {
    await this.#unanswered.resolve();
    await this.#lateGroups.resolve(timeMs);
    if (!this.#isBegun) {
      await this.#groups.finishAll();
      await this.#groupErasure.load();
      this.#isBegun = true;
    }
    await this.#groupErasure.step();
    if (writes.some(({ kind }) => MAY_END_GROUPS.has(kind))) this.#groupErasure.note();
  }

  /** Neighbours that concern chats become one step; what concerns accounts is done one by one. */
  #steps(writes: readonly Write[], times: AccountTimes, newBatch: () => ChatBatch): Step[] {
    const steps: Step[] = [];
    let open: ChatBatch | undefined;
    for (const [index, write] of writes.entries()) {
      if (write.kind === "append" || write.kind === "markRead" || write.kind === "typing") {
        if (write.kind === "append" && write.replyTo !== undefined && this.#mayBeOf(open, write)) open = undefined;
        if (open === undefined) steps.push((open = newBatch()));
        open.add(index, write);
        continue;
      }
      if (isGroupWrite(write)) {
        open = undefined;
        const carryOut = (isRepeat: boolean) => this.#groups.carryOut(write, times.nowMs, isRepeat);
        steps.push(repeatable(index, write, carryOut));
        continue;
      }
      if (isChange(write)) {
        open = undefined; // it may concern a message of this batch
        steps.push(repeatable(index, write, (isRepeat) => changeMessage(this.#state, write, times.nowMs, isRepeat)));
        continue;
      }
      if (CHANGES_STANDING.has(write.kind)) open = undefined;
      steps.push(repeatable(index, write, () => this.#accounts.carryOut(write, times)));
    }
    return steps;
  }

  /** Whether a message of this batch may be the one that is answered. */
  #mayBeOf(batch: ChatBatch | undefined, { chatId, replyTo = 0 }: WriteOf<"append">): boolean {
    return batch?.appendsTo(chatId) === true && replyTo > this.#state.lastSeqs.of(chatId);
  }

  /** After a batch that failed: what of it is stored, or may be, is to be announced later. */
  #remember(batch: ChatBatch): void {
    for (const { write, id, isSent, outcome } of batch.appends) {
      if (outcome?.done === true && outcome.result.isNew) this.#unanswered.addStored(outcome.result.message);
      else if (isSent && outcome === undefined) this.#unanswered.add(write, id);
    }
  }
}

/** A step of one write. `carryOut` is told whether it was begun before and nobody knows how that ended. */
function repeatable(index: number, write: Write, carryOut: (isRepeat: boolean) => Promise<WriteOutcome>): Step {
  let wasBegun = false;
  return {
    run: async (outcomes) => {
      const isRepeat = wasBegun;
      wasBegun = true;
      const outcome = await carryOut(isRepeat);
      outcomes[index] = isRepeat ? outcomeOfRepeat(write, outcome) : outcome;
    },
  };
}

function missing(): never {
  throw new Error("store: a write was left without outcome");
}
