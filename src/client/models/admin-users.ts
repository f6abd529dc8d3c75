// The accounts of a server: a search in pages.
import type { AccountInfo } from "../../protocol/admin.ts";
import type { AdminConnection } from "./admin-connection.ts";

const PAGE_COUNT = 200;

export class AdminUsers {
  readonly #connection: AdminConnection;
  #users: readonly AccountInfo[] = [];
  #hasMore = false;
  #filter = "";
  /** Counts searches, so that an answer that comes late changes nothing. */
  #search = 0;

  constructor(connection: AdminConnection) {
    this.#connection = connection;
  }

  /** In the order of names. */
  get users(): readonly AccountInfo[] {
    return this.#users;
  }

  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Looks for names that contain the text. Rejects as AdminConnection.request does. */
  search(text: string): Promise<void> {
    this.#filter = text.trim();
    return this.#load([], PAGE_COUNT);
  }

  /** The same again, as many as there are now. */
  refresh(): Promise<void> {
    return this.#load([], Math.max(PAGE_COUNT, this.#users.length));
  }

  /** The next page, after those that are here. */
  async more(): Promise<void> {
    if (this.#hasMore) await this.#load(this.#users, PAGE_COUNT);
  }

  async #load(before: readonly AccountInfo[], limit: number): Promise<void> {
    this.#search += 1;
    const search = this.#search;
    const after = before.at(-1)?.username;
    const query = { contains: this.#filter, limit, ...(after === undefined ? {} : { after }) };
    const answer = await this.#connection.request("users", query);
    if (search !== this.#search) return;
    this.#users = [...before, ...answer.users];
    this.#hasMore = answer.has_more;
  }
}
