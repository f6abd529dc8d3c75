// Requests with their responses for the administrator's view; costs nothing while nobody looks.
import { modeOf, FrameDecoder } from "../../protocol/frame.ts";
import { MAX_RESPONSE_BYTES } from "../../protocol/limits.ts";
import type { TrafficEntry } from "../../protocol/admin.ts";
import { Emitter } from "../../util/emitter.ts";

/** Fields that nobody but their owner may see, ever. */
const SECRETS = new Set(["password", "new_password", "repeat_password", "token"]);
/** Fields that hold what people write. */
const TEXTS = new Set(["message", "word", "bio", "last_message", "messages"]);
const MASK = "•••";
/** Entries a second that are passed on; what is beyond it is left out, so that looking costs little under any load. */
const MAX_ENTRIES_PER_SEC = 200;
/** Characters of a request or response that are passed on. */
const MAX_CHARS = 4_096;

/** What is copied of the traffic of one task. */
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
  /** True while somebody looks. */
  isOn = false;
  #second = 0;
  #count = 0;

  /** Passes an exchange on; to be called only while `isOn`. */
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
        request: this.#masked(payload),
        response: response === undefined ? "" : this.#masked(response),
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

  #masked(payload: Uint8Array): string {
    let text: string;
    try {
      const value: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
      text = JSON.stringify(value, (name, member: unknown) => this.#show(name, member));
    } catch {
      // No JSON, which may hold anything, a password too; or nested deeper than the stack, which was answered with 400.
      return `(${payload.length} bytes that cannot be shown)`;
    }
    return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
  }

  #show(name: string, member: unknown): unknown {
    const isHidden = SECRETS.has(name) || (TEXTS.has(name) && !this.unmaskTexts);
    return isHidden && member !== null ? MASK : member;
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
