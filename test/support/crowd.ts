// A store in which one user has many chats, contacts and blocked users, written straight into it.
import { directChatId, type UserId } from "../../src/protocol/ids.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import type { Write } from "../../src/domain/writes/table.ts";
import type { StoreWriter } from "../../src/store/store.ts";

export interface Crowd {
  /** One-to-one chats with a message each, of the others'. */
  readonly chatCount: number;
  /** Contacts: those of the first chats, then others to whom nothing was written. */
  readonly contactCount: number;
  readonly blockedCount: number;
  /** Every message's. */
  readonly text: string;
}

const WRITES_PER_BATCH = 1000;
/** The longest names are the costliest; this letter takes four bytes and stays as it is when normalised. */
const FILLER = "\u{10300}";
const NAME_CHARS = 32;
/** 2026-01-01; one millisecond later for each batch. */
const START_MS = 1_767_225_600_000;

/** Id of the n-th of the crowd. */
function crowdId(index: number): UserId {
  return (index + 1).toString(16).padStart(24, "0");
}

export function crowdName(index: number): string {
  const digits = `u${index}`;
  return digits + FILLER.repeat(NAME_CHARS - digits.length);
}

/** Commits the crowd around a user who is there already. */
export async function writeCrowd(writer: StoreWriter, userId: UserId, crowd: Crowd): Promise<void> {
  const { chatCount, contactCount, blockedCount, text } = crowd;
  const contactStart = Math.max(0, chatCount - Math.floor(contactCount / 2));
  const userCount = Math.max(chatCount, contactStart + contactCount, blockedCount);
  const ids = Array.from({ length: userCount }, (_, index) => crowdId(index));
  const writes: Write[] = [
    ...ids.map((id, index): Write => {
      const username = crowdName(index);
      return { kind: "createUser", userId: id, username, usernameKey: usernameKey(username), passwordHash: "none" };
    }),
    ...ids.slice(0, chatCount).map((id): Write => {
      const messageId = "m".repeat(64);
      return { kind: "append", chatId: directChatId(userId, id), userId: id, username: "", messageId, text };
    }),
    ...ids
      .slice(contactStart, contactStart + contactCount)
      .map((id): Write => ({ kind: "addContact", userId, contactId: id })),
    ...ids.slice(0, blockedCount).map((id): Write => ({ kind: "block", userId, blockedId: id })),
  ];
  for (let start = 0; start < writes.length; start += WRITES_PER_BATCH) {
    const outcomes = await writer.commit(writes.slice(start, start + WRITES_PER_BATCH), START_MS + start);
    const refused = outcomes.find((outcome) => !outcome.done);
    if (refused !== undefined) throw new Error(`the crowd was refused: ${JSON.stringify(refused)}`);
  }
}
