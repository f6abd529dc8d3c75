// Room for answers to one peer: bytes that it leaves unread are bounded, and so are the bytes in a second.
import type { Allowance } from "./allowance.ts";
import type { Outbox } from "../delivery/outbox.ts";

/**
 * Bytes of answers, with the events among them, that may wait to be read by the peer before its requests wait too; the
 * answer that goes beyond it is the last.
 */
const MAX_UNREAD_BYTES = 192 * 1024;
/** The longest wait for bytes in one go, in milliseconds: the clock may be another than the timer's. */
const MAX_WAIT_MS = 1_000;

export class AnswerRoom {
  readonly #allowance: Allowance;
  readonly #onRoom: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Since when so much is unread that requests wait, and how much the peer had been sent then. */
  #unread: { readonly sinceMs: number; readonly sentBytes: number } | undefined;

  /** `onRoom` is called when there is room again for what the time alone kept waiting. */
  constructor(allowance: Allowance, onRoom: () => void) {
    this.#allowance = allowance;
    this.#onRoom = onRoom;
  }

  /** Bytes that the next task may answer, and one answer more; 0 when it has to wait. */
  bytesIn(outbox: Outbox): number {
    const waitMs = this.#allowance.answerWaitMs;
    if (waitMs > 0) {
      this.#timer ??= setTimeout(() => this.#waited(), Math.min(waitMs, MAX_WAIT_MS));
      return 0;
    }
    return Math.max(0, MAX_UNREAD_BYTES + 1 - outbox.unsentAnswerBytes);
  }

  /** Counts what was answered. */
  spend(byteCount: number): void {
    this.#allowance.answered(byteCount);
  }

  /** Whether too much is unread, and less than that has been read within the last `timeoutMs`. */
  isStuck(outbox: Outbox | undefined, nowMs: number, timeoutMs: number): boolean {
    const { pendingBytes = 0, sentBytes = 0 } = outbox ?? {};
    if (pendingBytes <= MAX_UNREAD_BYTES) this.#unread = undefined;
    else this.#unread ??= { sinceMs: nowMs, sentBytes };
    if (this.#unread === undefined || nowMs - this.#unread.sinceMs < timeoutMs) return false;
    if (sentBytes - this.#unread.sentBytes < MAX_UNREAD_BYTES) return true;
    this.#unread = { sinceMs: nowMs, sentBytes };
    return false;
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #waited(): void {
    this.#timer = undefined;
    this.#onRoom();
  }
}
