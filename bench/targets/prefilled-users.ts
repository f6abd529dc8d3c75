// Users made directly in a new store, before a server opens it: registering thousands over the wire would take minutes.
import { groupChatId, type ChatId, type UserId } from "../../src/protocol/ids.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import { openWriter } from "../../src/store/open.ts";
import type { Write } from "../../src/domain/writes/table.ts";
import type { StoreWriter } from "../../src/store/store.ts";
import { doPasswordJob, hashToken, newToken, newUserId } from "../../src/actions/passwords.ts";

/** All prefilled users have it; its hash is made once. */
export const BENCH_PASSWORD = "bench password";

const USERS_PER_COMMIT = 2000;
const MESSAGES_PER_COMMIT = 5000;
const GROUPS_PER_COMMIT = 100;
const NO_LIMITS = { members: Infinity, groups: Infinity };

/** A user that can log in by token (once: it is rotated) or by BENCH_PASSWORD. */
export interface BenchUser {
  readonly userId: UserId;
  readonly username: string;
  readonly token: string;
}

/** A group, by the numbers of its members; the first is its owner. */
export interface GroupPlan {
  readonly members: readonly number[];
}

/** Content of the store before the server starts. */
export interface Prefill {
  readonly userCount: number;
  readonly bcryptCost: number;
  /** Messages of the common chat. */
  readonly messageCount: number;
  /** Text of message number `index` from 0. */
  textOf(index: number): string;
  readonly groups: readonly GroupPlan[];
}

/** The users that were made, and the store's guarantee. */
export interface Prefilled {
  /** In the order of their numbers. */
  readonly users: readonly BenchUser[];
  readonly guarantee: string | undefined;
}

/** Fills a new store of a server whose data folder is `dataDir`. */
export async function prefillStore(url: string, dataDir: string, prefill: Prefill): Promise<Prefilled> {
  const writer = await openWriter(url, { dataDir });
  try {
    const users = await addUsers(writer, prefill);
    await addMessages(writer, users, prefill);
    await addGroups(writer, users, prefill.groups);
    // Work that a server does while nobody writes, above all the search index.
    while (await writer.maintain?.(Date.now()));
    return { users, guarantee: writer.guarantee };
  } finally {
    await writer.close();
  }
}

async function addUsers(writer: StoreWriter, { userCount, bcryptCost }: Prefill): Promise<BenchUser[]> {
  const { hash } = doPasswordJob({ hash: BENCH_PASSWORD }, bcryptCost);
  if (hash === undefined) throw new Error("no hash was made");
  const users = Array.from({ length: userCount }, (_, index): BenchUser => {
    const username = `bench-${String(index).padStart(5, "0")}`;
    return { userId: newUserId(), username, token: newToken() };
  });
  for (let start = 0; start < userCount; start += USERS_PER_COMMIT) {
    const writes = users.slice(start, start + USERS_PER_COMMIT).flatMap(({ userId, username, token }): Write[] => [
      { kind: "createUser", userId, username, usernameKey: usernameKey(username), passwordHash: hash },
      { kind: "putToken", userId, passwordHash: undefined, oldTokenHash: undefined, newTokenHash: hashToken(token) },
    ]);
    await writer.commit(writes, Date.now());
  }
  return users;
}

async function addMessages(writer: StoreWriter, users: readonly BenchUser[], prefill: Prefill): Promise<void> {
  for (let start = 0; start < prefill.messageCount; start += MESSAGES_PER_COMMIT) {
    const count = Math.min(MESSAGES_PER_COMMIT, prefill.messageCount - start);
    const writes = Array.from({ length: count }, (_, offset): Write => {
      const index = start + offset;
      const user = users[index % users.length];
      if (!user) throw new Error("messages need at least one user");
      const { userId, username } = user;
      const messageId = `stored-${index}`;
      return { kind: "append", chatId: "common", userId, username, messageId, text: prefill.textOf(index) };
    });
    await writer.commit(writes, Date.now());
  }
}

async function addGroups(
  writer: StoreWriter,
  users: readonly BenchUser[],
  groups: readonly GroupPlan[],
): Promise<void> {
  for (let start = 0; start < groups.length; start += GROUPS_PER_COMMIT) {
    const writes = groups.slice(start, start + GROUPS_PER_COMMIT).map(({ members }, offset): Write => {
      const [userId = "", ...memberIds] = members.map((index) => users[index]?.userId ?? "");
      const about = { title: `Group ${start + offset}`, topic: "", memberIds, limits: NO_LIMITS };
      return { kind: "createGroup", chatId: groupChat(start + offset), userId, ...about };
    });
    await writer.commit(writes, Date.now());
  }
}

/** The chat of a prefilled group. */
export function groupChat(index: number): ChatId {
  return groupChatId(index.toString(16).padStart(24, "0"));
}
