// A store reader that opens when it is first asked, and again when opening failed or it has been of no use for a while.
import { StoreUnavailableError, type StoreReader } from "../store/store.ts";
import type { Clock } from "../util/clock.ts";

/**
 * A reader whose store cannot be reached for so long is replaced, in milliseconds: what cannot be reached may be there
 * again, and only this connection to it beyond help.
 */
const REPLACE_AFTER_MS = 5_000;

export class LazyReader implements StoreReader {
  readonly #open: () => Promise<StoreReader>;
  readonly #clock: Clock;
  #reader: Promise<StoreReader> | undefined;
  /** Since when the store cannot be reached, on the clock. */
  #failingSinceMs: number | undefined;

  /** The clock should never jump. */
  constructor(open: () => Promise<StoreReader>, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  async #ask<T>(question: (reader: StoreReader) => Promise<T>): Promise<T> {
    const opening = (this.#reader ??= this.#open());
    let reader: StoreReader;
    try {
      reader = await opening;
    } catch (error) {
      if (this.#reader === opening) this.#reader = undefined;
      throw error;
    }
    try {
      const answer = await question(reader);
      this.#failingSinceMs = undefined;
      return answer;
    } catch (error) {
      if (error instanceof StoreUnavailableError && this.#reader === opening) await this.#failed(reader);
      throw error;
    }
  }

  async #failed(reader: StoreReader): Promise<void> {
    this.#failingSinceMs ??= this.#clock.now();
    if (this.#clock.now() - this.#failingSinceMs < REPLACE_AFTER_MS) return;
    this.#failingSinceMs = undefined;
    this.#reader = undefined;
    await reader.close();
  }

  userByKey(...args: Parameters<StoreReader["userByKey"]>): ReturnType<StoreReader["userByKey"]> {
    return this.#ask((reader) => reader.userByKey(...args));
  }

  userById(...args: Parameters<StoreReader["userById"]>): ReturnType<StoreReader["userById"]> {
    return this.#ask((reader) => reader.userById(...args));
  }

  userByToken(...args: Parameters<StoreReader["userByToken"]>): ReturnType<StoreReader["userByToken"]> {
    return this.#ask((reader) => reader.userByToken(...args));
  }

  contacts(...args: Parameters<StoreReader["contacts"]>): ReturnType<StoreReader["contacts"]> {
    return this.#ask((reader) => reader.contacts(...args));
  }

  watchedBy(...args: Parameters<StoreReader["watchedBy"]>): ReturnType<StoreReader["watchedBy"]> {
    return this.#ask((reader) => reader.watchedBy(...args));
  }

  blocked(...args: Parameters<StoreReader["blocked"]>): ReturnType<StoreReader["blocked"]> {
    return this.#ask((reader) => reader.blocked(...args));
  }

  directory(...args: Parameters<StoreReader["directory"]>): ReturnType<StoreReader["directory"]> {
    return this.#ask((reader) => reader.directory(...args));
  }

  chats(...args: Parameters<StoreReader["chats"]>): ReturnType<StoreReader["chats"]> {
    return this.#ask((reader) => reader.chats(...args));
  }

  member(...args: Parameters<StoreReader["member"]>): ReturnType<StoreReader["member"]> {
    return this.#ask((reader) => reader.member(...args));
  }

  group(...args: Parameters<StoreReader["group"]>): ReturnType<StoreReader["group"]> {
    return this.#ask((reader) => reader.group(...args));
  }

  groupCreator(...args: Parameters<StoreReader["groupCreator"]>): ReturnType<StoreReader["groupCreator"]> {
    return this.#ask((reader) => reader.groupCreator(...args));
  }

  groupMembers(...args: Parameters<StoreReader["groupMembers"]>): ReturnType<StoreReader["groupMembers"]> {
    return this.#ask((reader) => reader.groupMembers(...args));
  }

  groups(...args: Parameters<StoreReader["groups"]>): ReturnType<StoreReader["groups"]> {
    return this.#ask((reader) => reader.groups(...args));
  }

  readMarks(...args: Parameters<StoreReader["readMarks"]>): ReturnType<StoreReader["readMarks"]> {
    return this.#ask((reader) => reader.readMarks(...args));
  }

  groupsOf(...args: Parameters<StoreReader["groupsOf"]>): ReturnType<StoreReader["groupsOf"]> {
    return this.#ask((reader) => reader.groupsOf(...args));
  }

  history(...args: Parameters<StoreReader["history"]>): ReturnType<StoreReader["history"]> {
    return this.#ask((reader) => reader.history(...args));
  }

  changes(...args: Parameters<StoreReader["changes"]>): ReturnType<StoreReader["changes"]> {
    return this.#ask((reader) => reader.changes(...args));
  }

  reactions(...args: Parameters<StoreReader["reactions"]>): ReturnType<StoreReader["reactions"]> {
    return this.#ask((reader) => reader.reactions(...args));
  }

  pins(...args: Parameters<StoreReader["pins"]>): ReturnType<StoreReader["pins"]> {
    return this.#ask((reader) => reader.pins(...args));
  }

  usersNamed(...args: Parameters<StoreReader["usersNamed"]>): ReturnType<StoreReader["usersNamed"]> {
    return this.#ask((reader) => reader.usersNamed(...args));
  }

  searchable(...args: Parameters<StoreReader["searchable"]>): ReturnType<StoreReader["searchable"]> {
    return this.#ask((reader) => reader.searchable(...args));
  }

  search(...args: Parameters<StoreReader["search"]>): ReturnType<StoreReader["search"]> {
    return this.#ask((reader) => reader.search(...args));
  }

  accounts(...args: Parameters<StoreReader["accounts"]>): ReturnType<StoreReader["accounts"]> {
    return this.#ask((reader) => reader.accounts(...args));
  }

  blocksOf(...args: Parameters<StoreReader["blocksOf"]>): ReturnType<StoreReader["blocksOf"]> {
    return this.#ask((reader) => reader.blocksOf(...args));
  }

  isBlocked(...args: Parameters<StoreReader["isBlocked"]>): ReturnType<StoreReader["isBlocked"]> {
    return this.#ask((reader) => reader.isBlocked(...args));
  }

  async close(): Promise<void> {
    await (await this.#reader)?.close();
  }
}
