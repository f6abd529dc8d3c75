// The messages that were printed last, to say what a change has changed of them.
import type { Message } from "../../protocol/entities.ts";
import type { ChatId } from "../../protocol/ids.ts";

const MAX_KEPT = 2000;

/** The meaning of a change for somebody who has seen the message before: it is told again, or only what else happened to it. */
export type ShownChange = { readonly kind: "text" } | { readonly kind: "note"; readonly text: string };

export class ShownMessages {
  readonly #kept = new Map<string, Message>();

  /** The message has been printed as it is. */
  add(message: Message): void {
    const key = keyOf(message.chat_id, message.seq);
    this.#kept.delete(key);
    this.#kept.set(key, message);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** The news in a message that was printed before; undefined for others, and for what is not worth a line. */
  change(message: Message): ShownChange | undefined {
    const before = this.#kept.get(keyOf(message.chat_id, message.seq));
    if (before === undefined || (message.rev ?? 0) <= (before.rev ?? 0)) return undefined;
    this.add(message);
    if (message.deleted !== before.deleted) return { kind: "note", text: deletionText(message) };
    if (message.edited !== before.edited) return { kind: "text" };
    if (message.pinned !== before.pinned) return { kind: "note", text: message.pinned ? "pinned" : "no longer pinned" };
    const reactions = reactionsText(message);
    if (reactions === reactionsText(before)) return undefined;
    return { kind: "note", text: reactions === "" ? "no reactions any more" : reactions };
  }
}

function keyOf(chatId: ChatId, seq: number): string {
  return `${seq} ${chatId}`;
}

function deletionText({ deleted, username }: Message): string {
  return deleted === "moderator" ? "deleted by a moderator" : `deleted by ${username}`;
}

/** Each reaction with how many have it; "" for none. */
function reactionsText({ reactions = {} }: Message): string {
  return Object.entries(reactions)
    .map(([reaction, { count }]) => `${reaction} ${count}`)
    .join(", ");
}
