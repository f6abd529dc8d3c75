// The writing side of the embedded store: one transaction, one fsync per batch.
import type Database from "better-sqlite3";
import { isChange, isGroupWrite, isPlainChange } from "../../domain/writes/table.ts";
import { Refusal } from "../../domain/refusal.ts";
import { StoreUnavailableError } from "../store.ts";
import type { Write, WriteKind, WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { StoreWriter } from "../store.ts";
import { tokenTimes, type TokenTimes } from "../token-times.ts";
import { AccountWrites } from "./accounts.ts";
import { BatchNotes, type NotedOutcomes } from "./batch-notes.ts";
import { MessageChanges } from "./changes.ts";
import { Erasure } from "./erasure.ts";
import { storeError } from "./errors.ts";
import { GroupErasure } from "./group-erasure.ts";
import { GroupWrites } from "./groups.ts";
import { INDEX_FROM_COUNT, Indexer } from "./indexer.ts";
import { MessageWrites } from "./messages.ts";
import type { StoreLock } from "./store-lock.ts";
import { TokenWrites } from "./tokens.ts";
import { UserWrites } from "./users.ts";
import { CHECKPOINT_PAGES } from "./write-ahead-log.ts";

/** For how long a writer that is closed goes on erasing what was written in groups that are gone, in milliseconds. */
const MAX_CLOSE_MS = 2_000;

export interface WriterOptions {
  /** A chat's messages go into the search index when so many are not in it; INDEX_FROM_COUNT by default. */
  readonly indexFromCount?: number;
  /** Pages at which the write-ahead log is written back to the file; 4,096 (16 MiB) by default. */
  readonly checkpointPages?: number;
}

/** See StoreWriter. Owns the connection and the lock. */
export class SqliteWriter implements StoreWriter {
  readonly guarantee = "SQLite: every batch has been written through to the disk (WAL, fsync)";
  readonly #database: Database.Database;
  readonly #lock: StoreLock;
  readonly #tokens: TokenWrites;
  readonly #users: UserWrites;
  readonly #accounts: AccountWrites;
  readonly #messages: MessageWrites;
  readonly #changes: MessageChanges;
  readonly #groups: GroupWrites;
  readonly #groupErasure: GroupErasure;
  readonly #eraseSome: Database.Transaction<() => boolean>;
  readonly #indexer: Indexer;
  readonly #erasure: Erasure;
  readonly #notes: BatchNotes;
  readonly #look: Database.Statement<[], number>;
  readonly #carryOut: Database.Transaction<
    (writes: readonly Write[], nowMs: number, tokens: TokenTimes) => WriteOutcome[]
  >;

  constructor(database: Database.Database, lock: StoreLock, options: WriterOptions) {
    const { indexFromCount = INDEX_FROM_COUNT, checkpointPages = CHECKPOINT_PAGES } = options;
    this.#database = database;
    this.#lock = lock;
    this.#users = new UserWrites(database);
    this.#tokens = new TokenWrites(database, this.#users);
    this.#indexer = new Indexer(database, indexFromCount);
    this.#messages = new MessageWrites(database, this.#users, this.#indexer, indexFromCount);
    this.#changes = new MessageChanges(database, this.#users, this.#messages);
    this.#groups = new GroupWrites(database, this.#users, this.#messages);
    this.#groupErasure = new GroupErasure(database);
    this.#eraseSome = database.transaction(() => this.#groupErasure.step());
    this.#accounts = new AccountWrites(database, this.#users, this.#groups);
    this.#erasure = new Erasure(database, checkpointPages);
    this.#notes = new BatchNotes(database);
    this.#look = database.prepare<[], number>("SELECT id FROM chats LIMIT 1");
    this.#carryOut = database.transaction((writes: readonly Write[], nowMs: number, tokens: TokenTimes) => {
      const noted = this.#notes.recall(writes, nowMs);
      if (noted !== undefined) return this.#again(writes, noted, nowMs, tokens);
      const outcomes: WriteOutcome[] = [];
      for (let index = 0; index < writes.length; index = outcomes.length) {
        const write = writes[index];
        if (write === undefined) break;
        if (write.kind === "append") outcomes.push(...this.#messages.appendAll(appendsFrom(writes, index), nowMs));
        else outcomes.push(this.#one(write, nowMs, tokens));
      }
      this.#messages.flush();
      this.#notes.note(writes, outcomes, nowMs);
      return outcomes;
    });
  }

  async commit(writes: readonly Write[], nowMs: number, steadyMs = nowMs): Promise<WriteOutcome[]> {
    if (!this.#database.open) throw new StoreUnavailableError("store: closed");
    try {
      const times = tokenTimes(nowMs, steadyMs);
      const hasWork = writes.length > 0 || this.#notes.isThere;
      const outcomes = hasWork ? this.#carryOut.immediate(writes, Math.round(nowMs), times) : [];
      if (hasWork) this.#erasure.note(writes.some((write, index) => leavesText(write, outcomes[index])));
      this.#settle(() => {
        if (this.#eraseGone()) this.#erasure.note(true);
        this.#erasure.settle(writes.length === 0 && !this.#groupErasure.isPending);
      });
      return outcomes;
    } catch (error) {
      this.#users.forget();
      this.#messages.forget();
      this.#notes.forget();
      this.#erasure.noteFailure();
      throw storeError(error, this.#database.name);
    }
  }

  /** A deleted text may still be found in the files; commits without writes erase it. */
  get isUnsettled(): boolean {
    return this.#erasure.isPending || this.#groupErasure.isPending;
  }

  async maintain(): Promise<boolean> {
    if (!this.#database.open) throw new StoreUnavailableError("store: closed");
    try {
      // Index entries that a power cut takes away are made again; the next commit syncs the log as a whole.
      this.#database.pragma("synchronous = NORMAL");
      const hasErased = this.#eraseGone();
      const isMore = this.#indexer.step() || hasErased;
      if (isMore) this.#erasure.note(hasErased);
      const isToErase = this.#erasure.idleStep();
      this.#settle();
      return isMore || isToErase;
    } catch (error) {
      this.#erasure.noteFailure();
      throw storeError(error, this.#database.name);
    } finally {
      this.#database.pragma("synchronous = FULL");
    }
  }

  async close(): Promise<void> {
    if (!this.#database.open) return;
    this.#settle(() => this.#eraseAll());
    this.#settle(() => this.#notes.remove());
    this.#settle(() => this.#erasure.finish());
    this.#database.close();
    this.#erasure.close();
    this.#lock.free();
  }

  /** Erases a part of what was written in groups that are gone; returns whether there was any. */
  #eraseGone(): boolean {
    return this.#groupErasure.isPending && this.#eraseSome.immediate();
  }

  /** All of it, unless that takes too long: the rest is erased after the next start. */
  #eraseAll(): void {
    const endMs = performance.now() + MAX_CLOSE_MS;
    while (performance.now() < endMs && this.#eraseGone()) this.#erasure.note(true);
  }

  /**
   * The first look after a commit notes in the shared file `-shm`, which is mapped into memory, how far the log goes. On
   * a disk that has become read-only the system ends a process that writes there (SIGBUS), where a write to the log is
   * only refused. So that look is taken at once, while the disk takes writes. `before` is work that may fail as well.
   */
  #settle(before: () => void = () => {}): void {
    try {
      before();
      this.#look.get();
    } catch (error) {
      this.#erasure.noteFailure();
      // Committed writes stay; the next commit meets the same trouble, and says so.
      if (!(storeError(error, this.#database.name) instanceof StoreUnavailableError)) throw error;
    }
  }

  /** A batch that was stored before, and not answered: nothing is decided again. */
  #again(writes: readonly Write[], noted: NotedOutcomes, nowMs: number, tokens: TokenTimes): WriteOutcome[] {
    const outcomes = writes.map((write, index) => noted.get(index) ?? this.#doneBefore(write, nowMs, tokens));
    this.#messages.flush();
    return outcomes;
  }

  #doneBefore(write: Write, nowMs: number, tokens: TokenTimes): WriteOutcome {
    if (write.kind === "append") return this.#messages.storedBefore(write) ?? { done: false, refusal: Refusal.NoChat }; // its group has ended since
    return (isChange(write) && this.#changes.madeBefore(write)) || this.#one(write, nowMs, tokens);
  }

  #one(write: Exclude<Write, { kind: "append" }>, nowMs: number, tokens: TokenTimes): WriteOutcome {
    if (isChange(write)) return this.#changes.carryOut(write, nowMs);
    if (isGroupWrite(write)) {
      this.#groupErasure.note();
      return this.#groups.carryOut(write, nowMs);
    }
    switch (write.kind) {
      case "markRead":
        return this.#messages.markRead(write);
      case "typing":
        return this.#messages.typing(write);
      case "createUser":
        return this.#users.create(write, this.#messages.commonSeq(), nowMs);
      case "putToken":
        return this.#tokens.put(write, nowMs, tokens);
      case "confirmToken":
        return this.#tokens.confirm(write);
      case "deleteToken":
        return this.#tokens.delete(write);
      case "addContact":
        return this.#users.addContact(write);
      case "dropTokens":
        return this.#tokens.dropTokens(write);
      case "deleteContact":
        return this.#users.deleteContact(write);
      case "updateProfile":
        return this.#users.updateProfile(write);
      case "setPassword":
        return this.#tokens.setPassword(write);
      case "setAccountState":
        this.#messages.standingChanged();
        return this.#accounts.setState(write);
      case "deleteAccount":
        this.#messages.standingChanged();
        this.#groupErasure.note();
        return this.#accounts.delete(write);
      case "block":
        this.#messages.standingChanged();
        return this.#accounts.block(write);
      case "unblock":
        this.#messages.standingChanged();
        return this.#accounts.unblock(write);
    }
  }
}

/** Kinds of writes with which groups end. */
const MAY_END_GROUPS: ReadonlySet<WriteKind> = new Set(["deleteGroup", "removeMember", "deleteAccount"]);

/** Whether what the write took away may still be read in the files: a text, or the title of a group. */
function leavesText({ kind }: Write, outcome: WriteOutcome | undefined): boolean {
  if (outcome?.done !== true) return false;
  return MAY_END_GROUPS.has(kind) || (isPlainChange({ kind }) && isChanged(outcome.result));
}

function isChanged(result: unknown): boolean {
  return typeof result === "object" && result !== null && "isChanged" in result && result.isChanged === true;
}

/** The messages that follow one another from a place in the batch on. */
function appendsFrom(writes: readonly Write[], start: number): WriteOf<"append">[] {
  const appends: WriteOf<"append">[] = [];
  for (let index = start; index < writes.length; index += 1) {
    const write = writes[index];
    if (write?.kind !== "append") break;
    appends.push(write);
  }
  return appends;
}
