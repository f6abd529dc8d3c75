// The parts that all searches for messages share: the word, the reason of a failure, the answers that still count.
import { searchForm } from "../../protocol/text.ts";
import type { Message } from "../../protocol/entities.ts";
import type { Disposable } from "../../util/disposable.ts";
import type { Messenger } from "../messenger.ts";
import { ChangeSignal } from "./change-signal.ts";

/** Hits that are asked for at a time. */
export const SEARCH_PAGE = 50;

export abstract class MessageSearch implements Disposable {
  protected readonly messenger: Messenger;
  readonly #changes = new ChangeSignal();
  #word = "";
  #problem: string | undefined;
  /** Counts searches, so that a late answer to an earlier one is known. */
  #generation = 0;

  constructor(messenger: Messenger) {
    this.messenger = messenger;
  }

  /** The searched word; "" when nothing is. */
  get word(): string {
    return this.#word;
  }

  /** Why the server could not search, for people; undefined when it could, and without a connection. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /** Searches for a part of a text, case-insensitively; "" ends the search. Resolves when the server has answered. */
  async find(word: string): Promise<void> {
    this.#generation += 1;
    this.#word = word;
    this.#problem = undefined;
    this.reset();
    this.touch();
    if (word !== "") await this.search();
  }

  dispose(): void {
    this.#generation += 1;
    this.#changes.dispose();
  }

  /** Forgets what an earlier search has found. */
  protected abstract reset(): void;

  /** Looks for the first hits; resolves when the server has answered. */
  protected abstract search(): Promise<void>;

  protected touch(): void {
    this.#changes.touch();
  }

  /** Tells `onAnswer` or `onFailure` what the server says, unless something else is searched for by then. Never rejects. */
  protected async ask<T>(
    asked: Promise<T>,
    onAnswer: (answer: T) => void,
    onFailure: (error: unknown) => void,
  ): Promise<void> {
    const generation = this.#generation;
    try {
      const answer = await asked;
      if (generation === this.#generation) onAnswer(answer);
    } catch (error) {
      if (generation === this.#generation) onFailure(error);
    }
    this.touch();
  }

  protected fail(error: unknown): void {
    this.#problem = error instanceof Error ? error.message : String(error);
  }

  protected holdsWord({ message }: Message): boolean {
    return searchForm(message).includes(searchForm(this.#word));
  }

  /** A message of an answer, which may be older than a change that came before it, as it is now. */
  protected newest(message: Message): Message {
    return newerOf(message, this.messenger.cache.after(message.chat_id, message.seq - 1, 1)[0]);
  }
}

/** The newer of two states of one message. */
export function newerOf(one: Message, other: Message | undefined): Message {
  return other !== undefined && (other.rev ?? 0) > (one.rev ?? 0) ? other : one;
}
