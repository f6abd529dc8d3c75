// Requests of one connection that wait for their answers, each with a deadline.
import { Deadline } from "../util/deadline.ts";
import { DisconnectedError } from "./errors.ts";

/** The fields of an answer, not looked at yet. */
export type Answer = Readonly<Record<string, unknown>>;

interface Pending {
  settle(answer: Answer): void;
  fail(error: DisconnectedError): void;
}

/** Gives out ids, and brings each answer to who waits for it. */
export class PendingRequests {
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  get count(): number {
    return this.#pending.size;
  }

  /** For the next request. */
  newId(): number {
    return (this.#lastId += 1);
  }

  /** Resolves with whatever is answered under `id`; rejects with DisconnectedError when nothing is. */
  answerTo(id: number, action: string, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer.clear();
        this.#pending.delete(id);
      };
      const settle = (answer: Answer): void => {
        end();
        resolve(answer);
      };
      const fail = (error: DisconnectedError): void => {
        end();
        reject(error);
      };
      const timer = new Deadline(() => fail(new DisconnectedError(`no answer to ${action} in time`)), timeoutMs);
      this.#pending.set(id, { settle, fail });
    });
  }

  /** An answer that nobody waits for any more is dropped. */
  settle(id: number, answer: Answer): void {
    this.#pending.get(id)?.settle(answer);
  }

  /** The connection has ended: no answer comes any more. */
  failAll(error: DisconnectedError): void {
    for (const pending of [...this.#pending.values()]) pending.fail(error);
  }
}
