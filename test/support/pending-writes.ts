// Writes as the request threads hand them to the group commit, and the answers that came back.
import { COMMON_CHAT, type ChatId } from "../../src/protocol/ids.ts";
import type { Write } from "../../src/domain/writes/table.ts";
import { packWrites } from "../../src/threads/packing.ts";
import type { GroupResult, WriteGroup } from "../../src/threads/task.ts";

/** A message. */
export function appendOf(userId: string, messageId: string, chatId: ChatId = COMMON_CHAT, text = ""): Write {
  return { kind: "append", chatId, userId, username: "", messageId, text: text || `text of ${messageId}` };
}

/** A new user. */
export function userOf(userId: string, username: string): Write {
  return { kind: "createUser", userId, username, usernameKey: username, passwordHash: "x" };
}

/** What one connection's task has to be written. */
export function groupOf(...writes: Write[]): WriteGroup {
  const replyTo = { action: "a", id: 1 };
  const shared = { replyTo, reply: { info: "", fields: {} }, effects: [] };
  return { framing: "lines", writes: packWrites(writes.map((write) => ({ write, ...shared }))) };
}

/** The codes of a group's answers. */
export function codesOf({ replies }: GroupResult): number[] {
  const lines = Buffer.from(replies).toString().trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { code: number }).code);
}
