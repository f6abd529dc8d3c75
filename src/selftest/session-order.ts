// Check of one session's events about messages and their changes: each chat's in the order of seq, or of rev, none
// twice, none missing without a gap.
import type { Connection } from "../client/connection.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { Message } from "../protocol/entities.ts";

/** Faults in events, all sessions together. */
export interface EventFaults {
  events: number;
  doubled: number;
  outOfOrder: number;
  missed: number;
}

/**
 * Watches a connection until it closes; `onMessage` is given each message and each changed one, `onGap` is told when some
 * were dropped.
 */
export function watchOrder(
  connection: Connection,
  faults: EventFaults,
  onMessage: (message: Message) => void,
  onGap: () => void,
): void {
  const seqs = new Numbering(faults);
  const revs = new Numbering(faults);
  connection.events.on("message", (message) => {
    seqs.next(message.chat_id, message.seq);
    onMessage(message);
  });
  connection.events.on("changed", (message) => {
    revs.next(message.chat_id, message.rev ?? 0);
    onMessage(message);
  });
  connection.events.on("gap", ({ chat_id: chatId, to_seq: toSeq = 0, to_rev: toRev = 0 }) => {
    if (toSeq > 0) seqs.skip(chatId, toSeq);
    if (toRev > 0) revs.skip(chatId, toRev);
    onGap();
  });
}

/** The numbers of one kind of events, by chat. */
class Numbering {
  readonly #faults: EventFaults;
  readonly #last = new Map<ChatId, number>();

  constructor(faults: EventFaults) {
    this.#faults = faults;
  }

  next(chatId: ChatId, number: number): void {
    const last = this.#last.get(chatId) ?? number - 1;
    this.#faults.events += 1;
    if (number === last) this.#faults.doubled += 1;
    else if (number < last) this.#faults.outOfOrder += 1;
    else this.#faults.missed += number - last - 1;
    this.skip(chatId, number);
  }

  skip(chatId: ChatId, to: number): void {
    this.#last.set(chatId, Math.max(to, this.#last.get(chatId) ?? 0));
  }
}
