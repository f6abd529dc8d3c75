// The message that an append makes.
import { hasMoreFields } from "../../domain/writes/append.ts";
import type { WriteOf } from "../../domain/writes/table.ts";
import type { Message } from "../../protocol/entities.ts";

/** As it is stored, by the user under this name. */
export function sentMessage(
  write: WriteOf<"append">,
  { username }: { readonly username: string },
  seq: number,
  timeMs: number,
  text: string,
): Message {
  const { chatId: chat_id, messageId: message_id, userId: user_id } = write;
  const plain = { chat_id, seq, message_id, user_id, username, message: text, time: timeMs / 1000 };
  if (!hasMoreFields(write)) return plain;
  const { replyTo: reply_to, mentions, mentionsAll: mentions_all } = write;
  return {
    ...plain,
    ...(reply_to !== undefined && { reply_to }),
    ...(mentions && { mentions }),
    ...(mentions_all && { mentions_all }),
  };
}
