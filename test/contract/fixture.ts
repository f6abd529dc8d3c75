// A store under test, with short words for what the suites do to it.
import assert from "node:assert/strict";
import { directChatId, type ChatId, type UserId } from "../../src/protocol/ids.ts";
import type { ChatSummary, Message } from "../../src/protocol/entities.ts";
import { MAX_PAGE } from "../../src/protocol/limits.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import type { Changed } from "../../src/domain/writes/message-change.ts";
import type { Write, WriteKind } from "../../src/domain/writes/table.ts";
import type { ChatPosition, Contact, StoreReader, StoreWriter } from "../../src/store/store.ts";
import type { WriteOutcome, WriteResults } from "../../src/domain/writes/table.ts";

/** One empty store of a kind; the suites get it from `StoreKind.create`. */
export interface StoreUnderTest {
  openWriter(): Promise<StoreWriter>;
  openReader(): Promise<StoreReader>;
  /** Removes what the store left behind; everything is closed by then. */
  remove(): Promise<void>;
}

export interface StoreKind {
  readonly name: string;
  create(): Promise<StoreUnderTest>;
}

/** Users of `Fixture.openWithUsers`: "anna", "bert" and "carl". */
export const ANNA: UserId = idOf(1);
export const BERT: UserId = idOf(2);
export const CARL: UserId = idOf(3);
/** The one-to-one chat of anna and bert. */
export const DIRECT: ChatId = directChatId(ANNA, BERT);

/** 2026-01-01, in Unix milliseconds: where the time of the suites starts. */
export const START_MS = 1_767_225_600_000;

export class Fixture {
  /** What `commit` passes as the server's clock; tests move it. */
  nowMs = START_MS;
  readonly #store: StoreUnderTest;
  #writer: StoreWriter;
  #reader: StoreReader;
  #count = 0;

  private constructor(store: StoreUnderTest, writer: StoreWriter, reader: StoreReader) {
    this.#store = store;
    this.#writer = writer;
    this.#reader = reader;
  }

  static async open(kind: StoreKind): Promise<Fixture> {
    const store = await kind.create();
    return new Fixture(store, await store.openWriter(), await store.openReader());
  }

  /** A store with the users ANNA, BERT and CARL. */
  static async openWithUsers(kind: StoreKind): Promise<Fixture> {
    const fixture = await Fixture.open(kind);
    assert.deepEqual(await fixture.users("anna", "bert", "carl"), [ANNA, BERT, CARL]);
    return fixture;
  }

  get writer(): StoreWriter {
    return this.#writer;
  }

  get reader(): StoreReader {
    return this.#reader;
  }

  openReader(): Promise<StoreReader> {
    return this.#store.openReader();
  }

  /** Closes both sides and opens them again. */
  async reopen(): Promise<void> {
    await this.#reader.close();
    await this.#writer.close();
    this.#writer = await this.#store.openWriter();
    this.#reader = await this.#store.openReader();
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#writer.close();
    await this.#store.remove();
  }

  async commit(...writes: Write[]): Promise<WriteOutcome[]> {
    const outcomes = await this.#writer.commit(writes, this.nowMs);
    assert.equal(outcomes.length, writes.length);
    return outcomes;
  }

  /** Commits one write alone. */
  async one(write: Write): Promise<WriteOutcome> {
    const [outcome] = await this.commit(write);
    assert.ok(outcome);
    return outcome;
  }

  /** Registers users; their ids. */
  async users(...names: string[]): Promise<UserId[]> {
    const writes = names.map((name) => newUser(name, this.#newUserId()));
    for (const outcome of await this.commit(...writes)) assert.ok(outcome.done);
    return writes.map((write) => write.userId);
  }

  /** Appends one message alone; the stored message. */
  async say(chatId: ChatId, userId: UserId, text: string): Promise<Message> {
    return appended(await this.one(append(chatId, userId, `say-${++this.#count}`, text))).message;
  }

  /** The newest texts of a chat, oldest first. */
  async texts(chatId: ChatId): Promise<string[]> {
    const { messages } = await this.#reader.history(chatId, { before: undefined, after: undefined, limit: MAX_PAGE });
    return messages.map((message) => message.message);
  }

  /** The user's list of chats, of pages of `limit`. */
  chats(userId: UserId, limit = MAX_PAGE): Promise<ChatSummary[]> {
    return allChats(this.#reader, userId, limit);
  }

  /** The user's first contacts. */
  async contacts(userId: UserId): Promise<Contact[]> {
    const { contacts } = await this.#reader.contacts(userId, { after: "", limit: MAX_PAGE });
    return contacts.map((contact) => ({ userId: contact.userId, username: contact.username }));
  }

  /** One chat as the user's list has it. */
  async chat(userId: UserId, chatId: ChatId): Promise<ChatSummary> {
    const chat = (await this.chats(userId)).find((entry) => entry.chat_id === chatId);
    assert.ok(chat, `${chatId} is not listed`);
    return chat;
  }

  #newUserId(): UserId {
    return idOf(++this.#count);
  }
}

function idOf(count: number): UserId {
  return count.toString(16).padStart(24, "0");
}

/** A user's whole list of chats, read in pages of `limit`. */
export async function allChats(
  reader: StoreReader,
  userId: UserId,
  limit = MAX_PAGE,
  withGroups = false,
): Promise<ChatSummary[]> {
  const chats: ChatSummary[] = [];
  for (let after: ChatPosition | undefined; ;) {
    const page = await reader.chats(userId, after, limit, withGroups);
    chats.push(...page.chats);
    if (page.next === undefined) return chats;
    assert.equal(page.chats.length, limit);
    after = page.next;
  }
}

export function newUser(username: string, userId: UserId): Extract<Write, { kind: "createUser" }> {
  const passwordHash = `hash of ${username}`;
  return { kind: "createUser", userId, username, usernameKey: usernameKey(username), passwordHash };
}

export function append(chatId: ChatId, userId: UserId, messageId: string, text: string): Write {
  return { kind: "append", chatId, userId, username: "", messageId, text };
}

export function putToken(userId: UserId, newTokenHash: string, oldTokenHash?: string, passwordHash?: string): Write {
  return { kind: "putToken", userId, passwordHash, newTokenHash, oldTokenHash };
}

export function markRead(userId: UserId, chatId: ChatId, seq: number): Write {
  return { kind: "markRead", userId, chatId, seq };
}

/** The result of an append that was done. */
export function appended(outcome: WriteOutcome | undefined): WriteResults["append"] {
  assert.ok(outcome?.done && isAppended(outcome.result), `no append was done: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

function isAppended(result: WriteResults[WriteKind]): result is WriteResults["append"] {
  return "isNew" in result;
}

/** The result of a change of a message that was done. */
export function changed(outcome: WriteOutcome | undefined): Changed {
  assert.ok(outcome?.done === true && isChanged(outcome.result), `nothing was changed: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

function isChanged(result: WriteResults[WriteKind]): result is Changed {
  return "isChanged" in result;
}

export const DONE = { done: true, result: {} };
/** A contact was added, and none of the two has blocked the other. */
export const ADDED = { done: true, result: { isBlocked: false } };
export const NOT_FOUND = { done: false, refusal: "notFound" };
export const FORBIDDEN = { done: false, refusal: "forbidden" };
export const CONFLICT = { done: false, refusal: "conflict" };

/** An id that no user has. */
export const NOBODY: UserId = "f".repeat(24);
