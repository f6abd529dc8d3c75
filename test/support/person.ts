// Somebody who is logged in, with short words for what tests let people do.
import assert from "node:assert/strict";
import type { ActionName, DataOf, LoginResult } from "../../src/protocol/actions.ts";
import type { ErrorCode } from "../../src/protocol/codes.ts";
import type { EventName, Events } from "../../src/protocol/events.ts";
import { COMMON_CHAT, directChatId, type ChatId } from "../../src/protocol/ids.ts";
import type { Answer, Reply, WireClient } from "./wire-client.ts";

export class Person {
  readonly client: WireClient;
  readonly username: string;
  readonly password: string;
  readonly loggedIn: LoginResult;

  private constructor(client: WireClient, username: string, password: string, loggedIn: LoginResult) {
    this.client = client;
    this.username = username;
    this.password = password;
    this.loggedIn = loggedIn;
  }

  /** Logs in on a connection. */
  static async login(client: WireClient, username: string, password: string, features: string[] = []): Promise<Person> {
    return new Person(client, username, password, await client.ok("login", { username, password, features }));
  }

  get userId(): string {
    return this.loggedIn.user_id;
  }

  /** The one-to-one chat with somebody. */
  chatWith(other: Person): ChatId {
    return directChatId(this.userId, other.userId);
  }

  ok<A extends ActionName>(action: A, data: DataOf<A>): Promise<Answer<A>> {
    return this.client.ok(action, data);
  }

  fails(action: string, data: object, code: ErrorCode, info?: RegExp): Promise<Reply> {
    return this.client.fails(action, data, code, info);
  }

  say(message: string, chatId: ChatId = COMMON_CHAT): Promise<Answer<"add_message">> {
    return this.ok("add_message", { chat_id: chatId, message });
  }

  async addContact(other: Person): Promise<void> {
    await this.ok("add_contact", { contact: other.username });
  }

  /** The data of the events of one name so far, in order; they are taken out. */
  async events<E extends EventName>(name: E): Promise<Events[E][]> {
    await this.client.barrier();
    return this.client.takeEvents(name);
  }

  /** Asserts that this session was told nothing: no event of any kind is waiting. */
  async heardNothing(): Promise<void> {
    await this.client.barrier();
    assert.deepEqual(this.client.takeAllEvents(), []);
  }
}
