// The history cache in a bounded SQLite file, so that what was seen can be read without the server.
import { SqliteDatabase } from "../util/sqlite-driver.ts";
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import type { CachePage, CacheQuery, HistoryCache } from "./cache.ts";
import { CacheFile, CacheInUseError, isDamage, rescueCacheFile } from "./cache-file.ts";
import { parseJson, parseMessage } from "./cached-json.ts";

export interface HistoryCacheOptions {
  /** Beyond it the messages that were put in first are dropped. */
  readonly maxMessages?: number;
  readonly maxTextBytes?: number;
}

const MAX_MESSAGES = 200_000;
const MAX_TEXT_BYTES = 256 * 1024 * 1024;
/** Messages that a full cache drops at once, at most: dropping a tenth of it would hold up the window for half a second. */
const MAX_DROPPED = 500;
const DROPPED_PART = 0.1;
/**
 * Messages wait so long in memory and are then written together: a write of its own for each is 50 times dearer. Not too
 * many together either, since nothing is painted meanwhile.
 */
const WRITE_DELAY_MS = 250;
const MAX_UNWRITTEN = 250;
/** The search index follows by so many messages at a time. */
const INDEX_DELAY_MS = 100;
const INDEXED_AT_ONCE = 200;
/** Messages that a search itself still takes into the index. */
const INDEXED_BEFORE_SEARCH = 1000;

/** Dropped chats are erased for so long at a time, in milliseconds, and so long after: nothing is painted meanwhile. */
const DROP_STEP_MS = 8;
const DROP_INTERVAL_MS = 25;
/** The end of the client waits so long for the erasure of dropped chats, in milliseconds; the next start goes on. */
const CLOSE_TIMEOUT_MS = 1000;

const CLEAR = `
  DELETE FROM message;
  DELETE FROM note;
  INSERT INTO message_index (message_index) VALUES ('delete-all');
`;

/**
 * Opens the cache; of a damaged file what can be read is kept, one of another version is replaced by an empty one. Throws
 * CacheInUseError while another process has it open.
 */
export function openHistoryCache(file: string, options: HistoryCacheOptions = {}): HistoryCache {
  return new SqliteHistoryCache(file, options);
}

/** A message on its way to the file. */
interface Unwritten {
  readonly message: Message;
  /** False for a change: it is written only over an older state. */
  readonly isNew: boolean;
}

class SqliteHistoryCache implements HistoryCache {
  readonly #path: string;
  readonly #maxMessages: number;
  readonly #maxTextBytes: number;
  #file: CacheFile;
  #unwritten: Unwritten[] = [];
  #writeTimer: NodeJS.Timeout | undefined;
  #indexTimer: NodeJS.Timeout | undefined;
  #eraseTimer: NodeJS.Timeout | undefined;
  #dropTimer: NodeJS.Timeout | undefined;
  #isIndexed = false;
  /** Revisions as far as they have been asked for, and those that are not in the file yet. */
  readonly #revs = new Map<ChatId, number>();
  readonly #unwrittenRevs = new Map<ChatId, number>();
  #messageCount = 0;
  #textBytes = 0;

  constructor(path: string, options: HistoryCacheOptions) {
    this.#path = path;
    this.#maxMessages = options.maxMessages ?? MAX_MESSAGES;
    this.#maxTextBytes = options.maxTextBytes ?? MAX_TEXT_BYTES;
    this.#file = openOrRescue(path);
    this.#guarded(() => this.#count());
    this.#indexSoon();
    this.#eraseLater();
  }

  put(messages: readonly Message[]): void {
    for (const message of messages) this.#unwritten.push({ message, isNew: true });
    this.#writeSoon();
  }

  rev(chatId: ChatId): number {
    let rev = this.#revs.get(chatId);
    if (rev === undefined) {
      const noted = this.load(revNote(chatId));
      this.#revs.set(chatId, (rev = typeof noted === "number" ? noted : 0));
    }
    return rev;
  }

  change(chatId: ChatId, messages: readonly Message[], rev: number): void {
    for (const message of messages) this.#unwritten.push({ message, isNew: false });
    if (rev > this.rev(chatId)) {
      this.#revs.set(chatId, rev);
      this.#unwrittenRevs.set(chatId, rev);
    }
    this.#writeSoon();
  }

  before(chatId: ChatId, before: number | undefined, limit: number): Message[] {
    const found = this.#read((file) => {
      const end = before ?? Number.MAX_SAFE_INTEGER;
      return file.selectBefore.all(file.dropped.key(chatId), file.dropped.floor(chatId), end, limit);
    });
    let expected = before === undefined ? found[0]?.seq : before - 1;
    const run = [];
    for (const message of found) {
      if (message.seq !== expected) break;
      run.push(message);
      expected -= 1;
    }
    return run.reverse();
  }

  after(chatId: ChatId, after: number, limit: number): Message[] {
    const found = this.#read(({ dropped, selectAfter }) =>
      selectAfter.all(dropped.key(chatId), dropped.floor(chatId), after, limit),
    );
    const end = found.findIndex((message, index) => message.seq !== after + 1 + index);
    return end === -1 ? found : found.slice(0, end);
  }

  newest(): Message[] {
    return this.#read(({ dropped, selectNewest }) =>
      selectNewest
        .all()
        .filter(({ key, json }) => parseMessage(json).some((message) => dropped.isShown(message, key)))
        .map(({ json }) => json),
    );
  }

  search(query: CacheQuery): CachePage {
    this.#write();
    this.#change((file) => void (this.#isIndexed = !file.search.index(INDEXED_BEFORE_SEARCH)));
    const { chatId } = query;
    return this.#guarded(({ search, dropped }) =>
      search.find(query, (message, key) => {
        const isWanted = chatId === undefined || message.chat_id === chatId;
        return isWanted && dropped.isShown(message, key);
      }),
    );
  }

  load(name: string): unknown {
    return parseJson(this.#guarded((file) => file.loadNote.get(name)));
  }

  save(name: string, value: unknown): void {
    this.#change((file) =>
      value === undefined ? file.dropNote.run(name) : file.saveNote.run(name, JSON.stringify(value)),
    );
  }

  dropChat(chatId: ChatId, before?: number): void {
    this.#write();
    if (before === undefined) this.#revs.delete(chatId);
    this.#change((file) => {
      file.dropped.drop(chatId, before);
      if (before === undefined) file.dropNote.run(revNote(chatId));
    });
    this.#eraseLater();
  }

  clear(): void {
    this.#unwritten = [];
    for (const revs of [this.#revs, this.#unwrittenRevs]) revs.clear();
    this.#change(({ database, dropped }) => {
      database.exec(CLEAR);
      dropped.clear();
    });
    this.#change(({ database }) => database.exec("VACUUM"), false);
    this.#guarded(() => this.#count());
  }

  close(): void {
    this.#write();
    clearTimeout(this.#indexTimer);
    clearTimeout(this.#eraseTimer);
    clearTimeout(this.#dropTimer);
    this.#eraseDropped(CLOSE_TIMEOUT_MS);
    this.#change(({ erasure }) => erasure.finish(), false);
    this.#file.close();
  }

  #writeSoon(): void {
    if (this.#unwritten.length >= MAX_UNWRITTEN) this.#write();
    else if (this.#unwritten.length + this.#unwrittenRevs.size > 0) {
      this.#writeTimer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS).unref();
    }
  }

  #write(): void {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    const messages = this.#unwritten;
    const revs = [...this.#unwrittenRevs];
    this.#unwritten = [];
    this.#unwrittenRevs.clear();
    if (messages.length + revs.length === 0) return;
    // Together, so that a revision is never noted without the changes up to it.
    const isWritten = this.#change((file) => {
      for (const one of messages) this.#writeOne(file, one);
      for (const [chatId, rev] of revs) file.saveNote.run(revNote(chatId), JSON.stringify(rev));
      while (this.#isOverfull(file) && this.#dropOldest(file));
    });
    if (!isWritten) {
      // The file's state is older: the changes have to be asked for again.
      this.#revs.clear();
      this.#tried(() => this.#count());
    }
    this.#isIndexed = false;
    this.#indexSoon();
    this.#eraseLater();
  }

  /** Without those that are dropped and still in the file. */
  #isOverfull({ dropped }: CacheFile): boolean {
    const hidden = dropped.isPending ? dropped.countRows() : 0;
    const shownBytes = this.#textBytes * (1 - hidden / Math.max(1, this.#messageCount));
    return this.#messageCount - hidden > this.#maxMessages || shownBytes > this.#maxTextBytes;
  }

  #eraseLater(): void {
    // First the dropped chats, then what is left of them beside the rows.
    this.#dropLater();
    const { delayMs } = this.#file.erasure;
    if (delayMs === undefined) return;
    this.#eraseTimer ??= setTimeout(() => {
      this.#eraseTimer = undefined;
      if (this.#change(({ erasure }) => erasure.step(), false)) this.#eraseLater();
    }, delayMs).unref();
  }

  #dropLater(): void {
    if (!this.#file.dropped.isPending) return;
    this.#dropTimer ??= setTimeout(() => {
      this.#dropTimer = undefined;
      if (this.#eraseDropped(DROP_STEP_MS)) this.#eraseLater();
    }, DROP_INTERVAL_MS).unref();
  }

  /** For so long, or until nothing of the dropped chats is left; false when the disk takes nothing. */
  #eraseDropped(forMs: number): boolean {
    const endMs = performance.now() + forMs;
    while (this.#file.dropped.isPending && performance.now() < endMs) {
      let erased: readonly { readonly bytes: number }[] = [];
      const isWritten = this.#change(({ dropped, erasure }) => {
        erased = dropped.step();
        // Not before: the last of the steps free pages of the index.
        if (!dropped.isPending) erasure.note();
      });
      if (!isWritten) return false;
      this.#messageCount -= erased.length;
      for (const { bytes } of erased) this.#textBytes -= bytes;
    }
    return true;
  }

  #indexSoon(): void {
    if (this.#isIndexed) return;
    this.#indexTimer ??= setTimeout(() => {
      this.#indexTimer = undefined;
      // A disk that takes nothing is not asked on and on.
      const isWritten = this.#change((file) => void (this.#isIndexed = !file.search.index(INDEXED_AT_ONCE)));
      if (isWritten) this.#indexSoon();
    }, INDEX_DELAY_MS).unref();
  }

  #writeOne(file: CacheFile, { message, isNew }: Unwritten): void {
    const json = JSON.stringify(message);
    const { chat_id: chatId, seq, rev } = message;
    const key = file.dropped.key(chatId);
    if (isNew) {
      const { changes } = file.insert.run(key, seq, json.length, json);
      this.#messageCount += changes;
      this.#textBytes += changes * json.length;
      if (changes > 0 || rev === undefined) return;
    }
    const older = file.selectOlder.get(key, seq, rev ?? 0);
    if (older === undefined) return;
    file.search.forget(older);
    file.erasure.note();
    file.replace.run(json.length, json, older.id);
    this.#textBytes += json.length - older.bytes;
  }

  #read(select: (file: CacheFile) => unknown[]): Message[] {
    this.#write();
    return this.#guarded(select).flatMap(parseMessage);
  }

  /** False when there was nothing to drop. */
  #dropOldest(file: CacheFile): boolean {
    const count = Math.min(MAX_DROPPED, Math.ceil(this.#messageCount * DROPPED_PART));
    const dropped = file.dropFirst.all(JSON.stringify(file.dropped.keys), count);
    this.#messageCount -= dropped.length;
    for (const { bytes } of dropped) this.#textBytes -= bytes;
    file.search.drop(dropped);
    if (dropped.length === 0) this.#count();
    return dropped.length > 0;
  }

  #count(): void {
    this.#messageCount = this.#file.messageCount;
    this.#textBytes = this.#file.textBytes;
  }

  /** Damage shows where a page is used, which may be long after the start: the file is then made again, and asked again. */
  #guarded<T>(work: (file: CacheFile) => T): T {
    try {
      return work(this.#file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#file.close();
      this.#file = rescueCacheFile(this.#path);
      this.#count();
      return work(this.#file);
    }
  }

  /** A full disk must not stop the chat: false when nothing was written. */
  #change(write: (file: CacheFile) => void, inTransaction = true): boolean {
    const isWritten = this.#tried((file) => (inTransaction ? file.database.transaction(write)(file) : write(file)));
    if (!isWritten) this.#tried((file) => file.load());
    return isWritten;
  }

  /** False when the disk refuses. */
  #tried(work: (file: CacheFile) => void): boolean {
    try {
      this.#guarded(work);
      return true;
    } catch (error) {
      if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
      return false;
    }
  }
}

/** Name of the note that holds a chat's revision. */
function revNote(chatId: ChatId): string {
  return `rev:${chatId}`;
}

/** A file that is not a database is replaced, damaged or not. */
function openOrRescue(path: string): CacheFile {
  try {
    return new CacheFile(path);
  } catch (error) {
    if (error instanceof CacheInUseError) throw error;
    return rescueCacheFile(path);
  }
}
