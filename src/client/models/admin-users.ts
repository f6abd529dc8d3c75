// The accounts of a server: searched for by the server, fetched page after page, sorted here.
import type { AccountInfo } from "../../protocol/admin.ts";
import { Emitter } from "../../util/emitter.ts";
import type { ReconnectingAdminClient } from "./reconnecting-admin-client.ts";
import { AdminTable, type TableOrder } from "./admin-table.ts";

/** Accounts of one question: as many as the server gives at once. */
const PAGE_COUNT = 1_000;
/** Accounts that are fetched unasked, and with each wish for more. */
const PORTION_COUNT = 10_000;

export class AdminUsers {
  /** More accounts are there than before. */
  readonly onChange = new Emitter<{ change: undefined }>();
  readonly #connection: ReconnectingAdminClient;
  readonly #table = new AdminTable<AccountInfo>({
    columns: {
      username: ({ username }) => username,
      state: stateText,
      login: ({ last_login_ms: last }) => last,
      created: ({ created_ms: created }) => created,
      failed: ({ failed_logins: failed }) => failed,
      id: ({ user_id: id }) => id,
    },
    words: ({ username }) => [username],
    order: { column: "username", descending: false },
  });
  /** In the order of the server, which pages go by. */
  #users: readonly AccountInfo[] = [];
  #hasMore = false;
  #filter = "";
  /** How many are wanted at the most. */
  #wanted = PORTION_COUNT;
  /** Counts what was asked, so that an answer that comes late changes nothing. */
  #search = 0;

  constructor(connection: ReconnectingAdminClient) {
    this.#connection = connection;
  }

  /** In the chosen order. */
  get users(): readonly AccountInfo[] {
    return this.#table.rows;
  }

  /** The server has others that match, which `more` fetches. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  get order(): TableOrder {
    return this.#table.order;
  }

  /** See AdminTable.sortBy; what is sorted are those that are here. */
  sortBy(column: string): void {
    this.#table.sortBy(column);
  }

  /** Looks for names that contain the text. Rejects as ReconnectingAdminClient.request does. */
  search(text: string): Promise<void> {
    this.#filter = text.trim();
    this.#wanted = PORTION_COUNT;
    return this.#load([], true);
  }

  /** The same again, as many as there are now; what is here stays until all has come. */
  refresh(): Promise<void> {
    return this.#load([], this.#users.length === 0);
  }

  /** The next ones, after those that are here. */
  async more(): Promise<void> {
    if (!this.#hasMore) return;
    this.#wanted = this.#users.length + PORTION_COUNT;
    await this.#load(this.#users, true);
  }

  async #load(before: readonly AccountInfo[], showsEachPage: boolean): Promise<void> {
    this.#search += 1;
    const search = this.#search;
    const users = [...before];
    let hasMore = true;
    while (hasMore && users.length < this.#wanted) {
      const after = users.at(-1)?.username;
      const query = { contains: this.#filter, limit: PAGE_COUNT, ...(after === undefined ? {} : { after }) };
      const answer = await this.#connection.request("users", query);
      if (search !== this.#search) return;
      users.push(...answer.users);
      hasMore = answer.has_more && answer.users.length > 0;
      if (showsEachPage) this.#take(users, hasMore);
    }
    this.#take(users, hasMore);
  }

  #take(users: readonly AccountInfo[], hasMore: boolean): void {
    this.#users = [...users];
    this.#hasMore = hasMore;
    this.#table.replace(this.#users);
    this.onChange.emit("change", undefined);
  }
}

/** State of the account, and whether its owner is online. */
export function stateText({ state, online }: Pick<AccountInfo, "state" | "online">): string {
  return state === "active" && online ? "online" : state;
}
