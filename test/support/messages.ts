// Messages for tests.
import type { Message } from "../../src/protocol/entities.ts";
import { BOB } from "./scripted-server.ts";

/** A message whose text tells its place. */
export function message(seq: number, chatId = "common", userId = BOB): Message {
  return {
    chat_id: chatId,
    seq,
    message_id: `m${seq}`,
    user_id: userId,
    username: userId === BOB ? "Bob" : "Alice",
    message: `text ${seq}`,
    time: 1000 + seq,
  };
}
