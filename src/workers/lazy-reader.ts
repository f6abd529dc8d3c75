// A store reader that opens when it is first asked, and again after an opening that failed.
import type { StoreReader } from "../store/store.ts";

export class LazyReader implements StoreReader {
  readonly #open: () => Promise<StoreReader>;
  #reader: Promise<StoreReader> | undefined;

  constructor(open: () => Promise<StoreReader>) {
    this.#open = open;
  }

  async #opened(): Promise<StoreReader> {
    this.#reader ??= this.#open();
    try {
      return await this.#reader;
    } catch (error) {
      this.#reader = undefined;
      throw error;
    }
  }

  async userByKey(...args: Parameters<StoreReader["userByKey"]>): ReturnType<StoreReader["userByKey"]> {
    return (await this.#opened()).userByKey(...args);
  }

  async userById(...args: Parameters<StoreReader["userById"]>): ReturnType<StoreReader["userById"]> {
    return (await this.#opened()).userById(...args);
  }

  async userByToken(...args: Parameters<StoreReader["userByToken"]>): ReturnType<StoreReader["userByToken"]> {
    return (await this.#opened()).userByToken(...args);
  }

  async contactsOf(...args: Parameters<StoreReader["contactsOf"]>): ReturnType<StoreReader["contactsOf"]> {
    return (await this.#opened()).contactsOf(...args);
  }

  async chatsOf(...args: Parameters<StoreReader["chatsOf"]>): ReturnType<StoreReader["chatsOf"]> {
    return (await this.#opened()).chatsOf(...args);
  }

  async history(...args: Parameters<StoreReader["history"]>): ReturnType<StoreReader["history"]> {
    return (await this.#opened()).history(...args);
  }

  async search(...args: Parameters<StoreReader["search"]>): ReturnType<StoreReader["search"]> {
    return (await this.#opened()).search(...args);
  }

  async accounts(...args: Parameters<StoreReader["accounts"]>): ReturnType<StoreReader["accounts"]> {
    return (await this.#opened()).accounts(...args);
  }

  async blocksOf(...args: Parameters<StoreReader["blocksOf"]>): ReturnType<StoreReader["blocksOf"]> {
    return (await this.#opened()).blocksOf(...args);
  }

  async isBlocked(...args: Parameters<StoreReader["isBlocked"]>): ReturnType<StoreReader["isBlocked"]> {
    return (await this.#opened()).isBlocked(...args);
  }

  async close(): Promise<void> {
    await (await this.#reader)?.close();
  }
}
