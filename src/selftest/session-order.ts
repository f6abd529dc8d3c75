// Watches the message events of one session: each chat's in the order of seq, none twice, none missing without a gap.
import type { Connection } from "../client/connection.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { Message } from "../protocol/entities.ts";

/** What was wrong with events, all sessions together. */
export interface EventFaults {
  events: number;
  doubled: number;
  outOfOrder: number;
  missed: number;
}

/** Watches a connection until it closes; `onMessage` is given each message, `onGap` is told when some were dropped. */
export function watchOrder(
  connection: Connection,
  faults: EventFaults,
  onMessage: (message: Message) => void,
  onGap: () => void,
): void {
  const lastSeqs = new Map<ChatId, number>();
  connection.events.on("message", (message) => {
    const { chat_id: chatId, seq } = message;
    const last = lastSeqs.get(chatId) ?? seq - 1;
    faults.events += 1;
    if (seq === last) faults.doubled += 1;
    else if (seq < last) faults.outOfOrder += 1;
    else faults.missed += seq - last - 1;
    lastSeqs.set(chatId, Math.max(seq, last));
    onMessage(message);
  });
  connection.events.on("gap", ({ chat_id: chatId, to_seq: toSeq = 0 }) => {
    lastSeqs.set(chatId, Math.max(toSeq, lastSeqs.get(chatId) ?? 0));
    onGap();
  });
}
