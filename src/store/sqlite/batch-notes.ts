// Memory of the last batch: what became of writes that the store alone could not tell when they are committed again.
import { createHash } from "node:crypto";
import type Database from "better-sqlite3";
import type { Write, WriteKind, WriteOutcome } from "../../domain/writes/table.ts";

/**
 * Kinds that decide who may do what, or take away what others have changed: when a batch with one of them is committed
 * again, its other writes would be refused now, although they were done.
 */
const DECISIVE: Readonly<Partial<Record<WriteKind, true>>> = {
  createGroup: true,
  updateGroup: true,
  addMember: true,
  removeMember: true,
  setRole: true,
  deleteGroup: true,
  deleteAccount: true,
  setAccountState: true,
  block: true,
  unblock: true,
  deleteMessage: true,
};

/** By the places of the writes in their batch; those that are missing were done, and left in the store what they made. */
export type NotedOutcomes = ReadonlyMap<number, WriteOutcome>;

/**
 * A thread may die after its batch was stored and before that was answered; then another thread is given the same batch.
 * The notes are written in the transaction of the batch, and removed in the next one: it follows an answer.
 */
export class BatchNotes {
  readonly #read: Database.Statement<[], { readonly digest: string; readonly outcomes: string }>;
  readonly #write: Database.Statement<[string, string]>;
  readonly #delete: Database.Statement<[]>;
  #isThere: boolean;

  constructor(database: Database.Database) {
    this.#read = database.prepare("SELECT digest, outcomes FROM last_batch");
    this.#write = database.prepare("INSERT OR REPLACE INTO last_batch (id, digest, outcomes) VALUES (1, ?, ?)");
    this.#delete = database.prepare("DELETE FROM last_batch");
    this.#isThere = this.#read.get() !== undefined;
  }

  /** Whether there are notes, which the next batch removes. */
  get isThere(): boolean {
    return this.#isThere;
  }

  /** To be called first in a batch: the notes of this batch if it was stored before; undefined when it is a new one. */
  recall(writes: readonly Write[], nowMs: number): NotedOutcomes | undefined {
    const row = this.#isThere ? this.#read.get() : undefined;
    if (row?.digest === digestOf(writes, nowMs)) {
      // Only `note` writes these texts.
      return new Map(JSON.parse(row.outcomes) as [number, WriteOutcome][]);
    }
    this.remove();
    return undefined;
  }

  remove(): void {
    if (this.#isThere) this.#delete.run();
    this.#isThere = false;
  }

  /** To be called last in a batch that is a new one. */
  note(writes: readonly Write[], outcomes: readonly WriteOutcome[], nowMs: number): void {
    if (!writes.some(({ kind }) => DECISIVE[kind])) return;
    const noted = [...outcomes.entries()].filter(
      ([place, { done }]) => !done || DECISIVE[writes[place]?.kind ?? "append"],
    );
    this.#write.run(digestOf(writes, nowMs), JSON.stringify(noted));
    this.#isThere = true;
  }

  /** To be called after a rollback. */
  forget(): void {
    this.#isThere = true; // perhaps; the next batch looks
  }
}

function digestOf(writes: readonly Write[], nowMs: number): string {
  return createHash("sha256")
    .update(JSON.stringify([nowMs, writes]))
    .digest("base64");
}
