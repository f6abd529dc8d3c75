// The removal of a message by the administrator: a question first, and what came of it in place.
import type { ChatId } from "../../src/protocol/ids.ts";
import { ask } from "../kit/dialogs.ts";
import type { Outcome } from "./outcome.ts";
import type { PageContext } from "./page.ts";
import { removeMessageQuestion } from "./questions.ts";

/** A message, and whose it is. */
export interface RemovedMessage {
  readonly chatId: ChatId;
  readonly seq: number;
  readonly username: string;
}

/** `onDone` runs when it was removed. */
export function askToRemove(
  { connection, window }: Pick<PageContext, "connection" | "window">,
  { chatId, seq, username }: RemovedMessage,
  outcome: Outcome,
  onDone: () => unknown = () => undefined,
): void {
  ask(window, removeMessageQuestion(chatId, seq, username), () => {
    const work = connection.request("remove_message", { chat_id: chatId, seq });
    return outcome.of(work, (removed) => {
      onDone();
      return `Message ${seq} of ${removed.username} is removed.`;
    });
  });
}
