// The writing side of the embedded store: one transaction, one fsync per batch.
import type Database from "better-sqlite3";
import { StoreUnavailableError } from "../store.ts";
import type { StoreWriter, Write, WriteOutcome } from "../store.ts";
import { storeError } from "./errors.ts";
import { MessageWrites } from "./messages.ts";
import { UserWrites } from "./users.ts";

/** See StoreWriter. Owns the connection. */
export class SqliteWriter implements StoreWriter {
  readonly #database: Database.Database;
  readonly #users: UserWrites;
  readonly #messages: MessageWrites;
  readonly #carryOut: Database.Transaction<(writes: readonly Write[], nowMs: number) => WriteOutcome[]>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#users = new UserWrites(database);
    this.#messages = new MessageWrites(database, this.#users);
    this.#carryOut = database.transaction((writes: readonly Write[], nowMs: number) => {
      const outcomes = writes.map((write) => this.#one(write, nowMs));
      this.#messages.flush();
      return outcomes;
    });
  }

  async commit(writes: readonly Write[], nowMs: number): Promise<WriteOutcome[]> {
    if (!this.#database.open) throw new StoreUnavailableError("store: closed");
    try {
      return this.#carryOut.immediate(writes, Math.round(nowMs));
    } catch (error) {
      this.#users.forget();
      this.#messages.forget();
      throw storeError(error, this.#database.name);
    }
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #one(write: Write, nowMs: number): WriteOutcome {
    switch (write.kind) {
      case "append":
        return this.#messages.append(write, nowMs);
      case "markRead":
        return this.#messages.markRead(write);
      case "createUser":
        return this.#users.create(write, this.#messages.commonSeq());
      case "putToken":
        return this.#users.putToken(write, nowMs);
      case "deleteToken":
        return this.#users.deleteToken(write);
      case "addContact":
        return this.#users.addContact(write);
      case "deleteContact":
        return this.#users.deleteContact(write);
      case "updateProfile":
        return this.#users.updateProfile(write);
      case "setPassword":
        return this.#users.setPassword(write);
    }
  }
}
