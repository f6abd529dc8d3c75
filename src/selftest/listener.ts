// One who only listens, over as many sessions as it takes, and asks after each login for what was missed.
import type { Connection } from "../client/connection.ts";
import type { HistoryResult } from "../protocol/actions.ts";
import type { Message } from "../protocol/entities.ts";
import type { ChatId, UserId } from "../protocol/ids.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import { chatsOf, codeOf, stateOf, type Cast, type Member } from "./cast.ts";
import { watchOrder, type EventFaults } from "./session-order.ts";
import { PersistentSession, type SessionHandler } from "./persistent-session.ts";

/** State of one chat. */
class Heard {
  /** By seq the message's code; 0 for what has not been heard. Seq 0 does not exist. */
  readonly codes: number[] = [0];
  /** By seq the newest state in which a changed message has been heard, and its revision. */
  readonly states = new Map<number, { readonly rev: number; readonly state: string }>();
  /** All changes up to this revision have been heard. */
  rev = 0;
  /** Everything up to this seq has been heard. */
  frontier = 0;
}

export class Listener implements SessionHandler {
  readonly chats = new Map<ChatId, Heard>();
  /** Messages that were told differently from before. */
  contradictedCount = 0;
  gapCount = 0;
  readonly #partners: ReadonlyMap<ChatId, UserId | undefined>;
  readonly #faults: EventFaults;
  readonly #session: PersistentSession;
  #connection: Connection | undefined;

  constructor(port: number, cast: Cast, member: Member, faults: EventFaults) {
    this.#partners = chatsOf(cast, member);
    this.#faults = faults;
    for (const chatId of this.#partners.keys()) this.chats.set(chatId, new Heard());
    this.#session = new PersistentSession(port, member.username, this);
  }

  get sessionCount(): number {
    return this.#session.sessionCount;
  }

  begin(connection: Connection): void {
    const onGap = (): void => {
      this.gapCount += 1;
      this.#catchUp(connection).catch((error: unknown) => connection.close(String(error)));
    };
    watchOrder(connection, this.#faults, (message) => this.#hear(message), onGap);
  }

  async loggedIn(connection: Connection): Promise<void> {
    await this.#catchUp(connection);
    this.#connection = connection;
    connection.events.on("closed", () => (this.#connection = undefined));
  }

  /** Asks for all that is there; true when all of it has been heard. */
  async hasAll(): Promise<boolean> {
    const connection = this.#connection;
    if (connection === undefined) return false;
    return this.#catchUp(connection).then(
      () => true,
      () => false,
    );
  }

  end(): Promise<void> {
    return this.#session.end();
  }

  /** Reads on from the frontier of every chat until there is no more. */
  async #catchUp(connection: Connection): Promise<void> {
    for (const [chatId, heard] of this.chats) {
      for (let hasMore = true; hasMore;) {
        const page = await this.#page(connection, chatId, heard.frontier);
        for (const message of page.messages) this.#hear(message);
        hasMore = page.has_more;
      }
      for (let hasMore = true; hasMore;) {
        const data = { chat_id: chatId, after_rev: heard.rev, limit: MAX_PAGE };
        const page = await connection.request("changes", data);
        for (const message of page.messages) this.#hear(message);
        hasMore = page.has_more;
        heard.rev = hasMore ? (page.messages.at(-1)?.rev ?? page.rev) : page.rev;
      }
    }
  }

  #page(connection: Connection, chatId: ChatId, after: number): Promise<HistoryResult> {
    const page = { after, limit: MAX_PAGE };
    const partner = this.#partners.get(chatId);
    if (partner === undefined) return connection.request("common_chat", page);
    return connection.request("get_chat", { contact_id: partner, ...page });
  }

  #hear(message: Message): void {
    const { chat_id: chatId, seq, message_id: messageId, rev = 0 } = message;
    const heard = this.chats.get(chatId);
    const code = codeOf(messageId);
    if (heard === undefined || code === 0) {
      this.contradictedCount += 1; // a chat of others, or a message of nobody
      return;
    }
    const { codes, states } = heard;
    const known = states.get(seq);
    if (rev > (known?.rev ?? 0)) states.set(seq, { rev, state: stateOf(message) });
    else if (rev > 0 && known?.rev === rev && known.state !== stateOf(message)) this.contradictedCount += 1;
    while (codes.length <= seq) codes.push(0);
    if (codes[seq] !== 0 && codes[seq] !== code) this.contradictedCount += 1;
    codes[seq] = code;
    while ((codes[heard.frontier + 1] ?? 0) !== 0) heard.frontier += 1;
  }
}
