// The queue of what is on its way to the server: kept in order and on the disk until the server has acknowledged it.
import type { ChatId } from "../protocol/ids.ts";
import { DisposableStore } from "../util/disposable.ts";
import { Emitter } from "../util/emitter.ts";
import { newMessageId } from "../util/message-id.ts";
import { Journal } from "./journal.ts";
import { isOutgoing, isOutgoingChange, outgoingId, textBytes } from "./outgoing-entry.ts";
import type { Change, Outgoing, OutgoingChange, OutgoingMessage } from "./outgoing-entry.ts";
import { isRecord, isText } from "./shapes.ts";

export interface OutgoingEvents {
  added: Outgoing;
  /** It is on the disk (or cannot be): it may be sent now. */
  ready: Outgoing;
  /** Refused by the server, or taken up again. */
  changed: Outgoing;
  /** Acknowledged or discarded. */
  removed: Outgoing;
  /** The journal cannot be written: messages are sent, but would not survive a restart. */
  trouble: string;
}

/** The queue holds as many messages as it may. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

const MAX_ENTRIES = 10_000;
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** The journal is rewritten when it is longer than this and mostly of lines that do not count any more. */
const COMPACT_BYTES = 256 * 1024;

interface Slot {
  entry: Outgoing;
  ready: boolean;
}

/** An acknowledged change whose result has not been seen yet. */
interface Settling {
  readonly entry: OutgoingChange;
  /** Of the message, after the change. */
  readonly rev: number;
  readonly edited: number | undefined;
}

export class OutgoingQueue {
  readonly events = new Emitter<OutgoingEvents>();
  readonly #journal: Journal | undefined;
  /** In the order in which they were written. */
  readonly #slots = new Map<string, Slot>();
  #settling: Settling[] = [];
  #textBytes = 0;
  /** The journal has texts of what was removed. */
  #hasRemoved = false;
  /** Lines of a newer client, which stay in the journal. */
  #others: readonly unknown[];

  /** Opens the queue kept in `file`; without a file it lives in memory only. Rejects when the file cannot be used. */
  static async open(file: string | undefined): Promise<OutgoingQueue> {
    if (file === undefined) return new OutgoingQueue(undefined, []);
    const { journal, values } = await Journal.open(file, withoutRemoved);
    return new OutgoingQueue(journal, values);
  }

  private constructor(journal: Journal | undefined, values: readonly unknown[]) {
    this.#journal = journal;
    this.#others = values.filter((value) => !this.#replay(value));
    this.#textBytes = this.#entries().reduce((sum, entry) => sum + textBytes(entry), 0);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** How many wait to be sent; refused ones do not. */
  get waitingCount(): number {
    return this.#entries().filter((entry) => entry.failure === undefined).length;
  }

  /** Messages in the order in which they were written, refused ones among them. */
  list(chatId?: ChatId): OutgoingMessage[] {
    return this.#entries(chatId).filter((entry): entry is OutgoingMessage => !isOutgoingChange(entry));
  }

  /** Changes in the order in which they were made: acknowledged ones first, until their result has been seen. */
  changes(chatId: ChatId): OutgoingChange[] {
    const settling = this.#settling.map(({ entry }) => entry).filter((entry) => entry.chatId === chatId);
    return [...settling, ...this.#entries(chatId).filter(isOutgoingChange)];
  }

  get(id: string): Outgoing | undefined {
    return this.#slots.get(id)?.entry;
  }

  /** The entry of this chat to be sent next: the earliest that is not refused, once it is on the disk. */
  next(chatId: ChatId): Outgoing | undefined {
    for (const { entry, ready } of this.#slots.values()) {
      if (entry.chatId === chatId && entry.failure === undefined) return ready ? entry : undefined;
    }
    return undefined;
  }

  /** The chats in which something waits. */
  chats(): ChatId[] {
    return [...new Set(this.#entries().flatMap((entry) => (entry.failure === undefined ? [entry.chatId] : [])))];
  }

  /** Queues a text (1 to 8,192 characters; longer ones the server refuses), an answer to `replyTo`. Throws QueueFullError. */
  add(chatId: ChatId, text: string, replyTo?: number): OutgoingMessage {
    const answer = replyTo === undefined ? {} : { replyTo };
    return this.#add({ messageId: newMessageId(), chatId, text, ...answer, writtenMs: Date.now() });
  }

  /** Queues a change of a stored message; `edited` is that of the message as it is known. Throws QueueFullError. */
  addChange(chatId: ChatId, seq: number, change: Change, edited?: number): OutgoingChange {
    const own = this.#settling.findLast(({ entry }) => entry.chatId === chatId && entry.seq === seq)?.edited;
    const replaces = edited === undefined ? undefined : Math.max(edited, own ?? 0);
    const base = change.kind === "edit" && replaces !== undefined ? { replaces } : {};
    return this.#add({ changeId: newMessageId(), chatId, seq, change, ...base, writtenMs: Date.now() });
  }

  /** The server has it, or the user wants it no more. Unknown ids are ignored. */
  remove(id: string): void {
    const entry = this.#take(id);
    if (entry) this.events.emit("removed", entry);
  }

  /** Drops everything of a chat, and returns the messages that were not sent. */
  removeChat(chatId: ChatId): OutgoingMessage[] {
    const unsent = this.list(chatId);
    const settling = this.#settling.filter(({ entry }) => entry.chatId === chatId);
    this.#settling = this.#settling.filter((one) => !settling.includes(one));
    for (const { entry } of settling) this.events.emit("removed", entry);
    for (const entry of this.#entries(chatId)) this.remove(outgoingId(entry));
    return unsent;
  }

  /**
   * The server has made the change, of which `rev` and `edited` are the message's. Unless that state has been seen already, it
   * stays in `changes` until `seen` is told of it, or of a later one. Edits of the message that wait are made of its text.
   */
  settle(id: string, { rev, edited }: { readonly rev: number; readonly edited?: number }, isSeen: boolean): void {
    const entry = this.#take(id);
    if (entry === undefined || !isOutgoingChange(entry)) return;
    if (edited !== undefined) this.#replaceNext(entry, edited);
    if (!isSeen) this.#settling.push({ entry, rev, edited });
    this.events.emit(isSeen ? "removed" : "changed", entry);
  }

  #replaceNext({ chatId, seq }: OutgoingChange, edited: number): void {
    for (const { entry } of this.#slots.values()) {
      if (!isOutgoingChange(entry) || entry.chatId !== chatId || entry.seq !== seq) continue;
      if (entry.replaces !== undefined && entry.replaces < edited) this.#update({ ...entry, replaces: edited });
    }
  }

  /** The state of a message after its change `rev` has been seen. */
  seen(chatId: ChatId, seq: number, rev: number): void {
    const isSeen = (one: Settling): boolean => one.entry.chatId === chatId && one.entry.seq === seq && one.rev <= rev;
    const seen = this.#settling.filter(isSeen);
    if (seen.length === 0) return;
    this.#settling = this.#settling.filter((one) => !isSeen(one));
    for (const { entry } of seen) this.events.emit("removed", entry);
  }

  /** The server refuses it for good. It stays, to be shown, but holds up no later one. */
  fail(id: string, failure: string): void {
    const entry = this.get(id);
    if (entry) this.#update({ ...entry, failure });
  }

  /** Sends again what was refused, in its old place; an edit then takes the place of any text. */
  retry(id: string): void {
    const entry = this.get(id);
    if (entry) this.#update({ ...entry, failure: undefined, ...(isOutgoingChange(entry) && { replaces: undefined }) });
  }

  /** The file then holds no text any more that the server has. */
  async close(): Promise<void> {
    if (this.#hasRemoved) this.#rewrite();
    await this.#journal?.close();
  }

  /** Discards everything, also what a newer client has left in the file. */
  clear(): void {
    const gone = [...this.#settling.map(({ entry }) => entry), ...this.#entries()];
    this.#slots.clear();
    this.#settling = [];
    this.#others = [];
    this.#textBytes = 0;
    this.#rewrite();
    for (const entry of gone) this.events.emit("removed", entry);
  }

  /** Resolves with true as soon as nothing waits to be sent, with false after `timeoutMs`. */
  whenSent(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const subscriptions = new DisposableStore();
      const end = (isSent: boolean): void => {
        clearTimeout(timer);
        subscriptions.dispose();
        resolve(isSent);
      };
      const check = (): void => {
        if (this.waitingCount === 0) end(true);
      };
      const timer = setTimeout(() => end(false), timeoutMs);
      subscriptions.add(this.events.on("removed", check));
      subscriptions.add(this.events.on("changed", check));
      check();
    });
  }

  #entries(chatId?: ChatId): Outgoing[] {
    const entries = [...this.#slots.values()].map((slot) => slot.entry);
    return chatId === undefined ? entries : entries.filter((entry) => entry.chatId === chatId);
  }

  #add<E extends Outgoing>(entry: E): E {
    const bytes = textBytes(entry);
    if (this.#slots.size >= MAX_ENTRIES || this.#textBytes + bytes > MAX_TEXT_BYTES) {
      throw new QueueFullError("too many messages wait to be sent");
    }
    this.#textBytes += bytes;
    this.#slots.set(outgoingId(entry), { entry, ready: false });
    this.events.emit("added", entry);
    void this.#write({ add: entry }).then(() => this.#makeReady(outgoingId(entry)));
    return entry;
  }

  #take(id: string): Outgoing | undefined {
    const slot = this.#slots.get(id);
    if (!slot) return undefined;
    this.#slots.delete(id);
    this.#textBytes -= textBytes(slot.entry);
    // Sent again after a crash that loses this line, the server would know it: nobody waits for it.
    void this.#write({ remove: id });
    this.#hasRemoved = true;
    this.#compact();
    return slot.entry;
  }

  #update(entry: Outgoing): void {
    const slot = this.#slots.get(outgoingId(entry));
    if (!slot) return;
    slot.entry = entry;
    void this.#write({ add: entry });
    this.events.emit("changed", entry);
  }

  #makeReady(id: string): void {
    const slot = this.#slots.get(id);
    if (!slot) return;
    slot.ready = true;
    this.events.emit("ready", slot.entry);
  }

  async #write(value: unknown): Promise<void> {
    try {
      await this.#journal?.append(value);
    } catch (error) {
      this.events.emit("trouble", `unsent messages cannot be kept on the disk: ${String(error)}`);
    }
  }

  #compact(): void {
    const bytes = this.#journal?.bytes ?? 0;
    if (bytes < COMPACT_BYTES || bytes < this.#textBytes * 4) return;
    this.#rewrite();
  }

  #rewrite(): void {
    this.#hasRemoved = false;
    this.#journal?.rewrite(() => [...this.#others, ...this.#entries().map((entry) => ({ add: entry }))]);
  }

  /** False for what is not understood. */
  #replay(value: unknown): boolean {
    if (!isRecord(value) || !isOutgoing(value["add"])) return false;
    this.#slots.set(outgoingId(value["add"]), { entry: value["add"], ready: true });
    return true;
  }
}

/** The lines of a journal but for those of entries that were removed; what a newer client has written stays. */
function withoutRemoved(lines: readonly unknown[]): unknown[] {
  const removed = new Set(lines.flatMap((line) => (isRecord(line) && isText(line["remove"]) ? [line["remove"]] : [])));
  const added = new Set<string>();
  const kept = lines.filter(isRecord).filter(({ add }) => {
    if (!isOutgoing(add)) return true;
    added.add(outgoingId(add));
    return !removed.has(outgoingId(add));
  });
  return kept.filter(({ remove }) => !isText(remove) || !added.has(remove));
}
