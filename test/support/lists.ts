// Short words for the lists that tests compare.
import type { Message } from "../../src/protocol/entities.ts";

export function texts(messages: readonly Pick<Message, "message">[]): string[] {
  return messages.map(({ message }) => message);
}

export function seqs(messages: readonly Pick<Message, "seq">[]): number[] {
  return messages.map(({ seq }) => seq);
}

/** The integers from the first to the last. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
