// Requests with their responses for the administrator's view; costs nothing while nobody looks.
import { modeOf, FrameDecoder } from "../../protocol/frame.ts";
import { MAX_RESPONSE_BYTES } from "../../protocol/limits.ts";
import type { TrafficEntry } from "../../protocol/admin.ts";
import { Emitter } from "../../util/emitter.ts";
import { maskedText } from "./masking.ts";

/** Entries a second that are passed on; what is beyond it is left out, so that looking costs little under any load. */
const MAX_ENTRIES_PER_SEC = 200;
/** Characters of a request or response that are passed on. */
const MAX_CHARS = 4_096;

/** The copied traffic of one task. */
export interface Exchange {
  readonly connection: number;
  readonly username: string | null;
  readonly payloads: readonly Uint8Array[];
  /** Whole frames in any number of pieces; one response for each payload. */
  readonly replies: readonly Uint8Array[];
}

export class TrafficTap {
  readonly onEntry = new Emitter<{ entry: TrafficEntry }>();
  unmaskTexts = false;
  #second = 0;
  #count = 0;

  /** Passes an exchange on; to be called only while somebody looks. */
  record({ connection, username, payloads, replies }: Exchange): void {
    const time_ms = Date.now();
    const passed = payloads.slice(0, this.#admit(payloads.length, time_ms));
    if (passed.length === 0) return; // nothing is decoded for nothing
    const responses = payloadsOf(replies);
    for (const [index, payload] of passed.entries()) {
      const response = responses[index];
      this.onEntry.emit("entry", {
        time_ms,
        connection,
        username,
        request: this.#masked(payload, "data"),
        response: response === undefined ? "" : this.#masked(response, "result"),
      });
    }
  }

  /** How many of so many may still pass within this second. */
  #admit(count: number, timeMs: number): number {
    const second = Math.floor(timeMs / 1000);
    if (second !== this.#second) this.#count = 0;
    this.#second = second;
    const admitted = Math.min(count, MAX_ENTRIES_PER_SEC - this.#count);
    this.#count += admitted;
    return admitted;
  }

  #masked(payload: Uint8Array, part: "data" | "result"): string {
    const text = maskedText(payload, part, this.unmaskTexts);
    return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
  }
}

/** The payloads of finished frames of either framing, all of the same. */
function payloadsOf(pieces: readonly Uint8Array[]): Buffer[] {
  const payloads: Buffer[] = [];
  let decoder: FrameDecoder | undefined;
  for (const { buffer, byteOffset, byteLength } of pieces) {
    if (byteLength === 0) continue;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    const framing = modeOf(bytes[0] ?? 0) === "prefixed" ? "prefixed" : "lines";
    decoder ??= new FrameDecoder(framing, MAX_RESPONSE_BYTES);
    decoder.push(bytes, payloads);
  }
  return payloads;
}
