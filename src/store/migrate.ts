// Migration of everything from one store to another, with a proof at the end that both hold the same.
import type { ChatId } from "../protocol/ids.ts";
import { StoreOpenError } from "./store.ts";
import { Digest, messageFields, recordFields } from "./transfer.ts";
import type { ChatEnd, RecordKind, StoreTransfer } from "./transfer.ts";

/** How far a migration is; counts are of messages. */
export interface MigrationProgress {
  readonly phase: "copying" | "comparing";
  /** Those of an earlier run too. */
  readonly doneCount: number;
  readonly totalCount: number;
}

export interface MigrationSummary {
  readonly userCount: number;
  readonly chatCount: number;
  readonly messageCount: number;
  /** Of all users, contacts, blocks, tokens, members, reactions and messages: the same for both stores. */
  readonly digest: string;
  /** Messages that an earlier run had copied. */
  readonly continuedFrom: number;
}

/** The person stopped the migration; the same command goes on with it. */
export class MigrationStopped extends Error {
  override readonly name = "MigrationStopped";
}

/** Before the messages, and after them. */
const FIRST_KINDS: readonly RecordKind[] = ["users", "groups", "contacts", "blocks", "tokens"];
const LAST_KINDS: readonly RecordKind[] = ["members", "reactions"];

/**
 * Copies everything from `source` to `target`, which must be empty or hold what an earlier run from the same source
 * has left. Rejects with MigrationStopped soon after `signal`, with StoreUnavailableError, or with StoreOpenError when
 * the target is not empty or both differ in the end; in all cases the same call goes on where this one has ended.
 */
export async function migrateStore(
  source: StoreTransfer,
  target: StoreTransfer,
  onProgress: (progress: MigrationProgress) => void,
  signal: AbortSignal,
): Promise<MigrationSummary> {
  await begin(source, target);
  const migration = new Migration(source, target, onProgress, signal);
  for (const kind of FIRST_KINDS) await migration.copyRecords(kind);
  const continuedFrom = await migration.copyMessages();
  for (const kind of LAST_KINDS) await migration.copyRecords(kind);
  const summary = await migration.compare();
  await target.finish();
  return { ...summary, continuedFrom };
}

async function begin(source: StoreTransfer, target: StoreTransfer): Promise<void> {
  if (source.label === target.label) throw new StoreOpenError("source and target are the same store");
  const unfinished = await target.unfinished();
  if (unfinished === source.label) return;
  if (unfinished !== undefined) {
    throw new StoreOpenError(
      `store ${target.label} holds a part of ${unfinished}; finish that migration, or remove it`,
    );
  }
  if (!(await target.isEmpty())) {
    throw new StoreOpenError(`store ${target.label} is not empty; name another one, a migration mixes nothing`);
  }
  await target.begin(source.label);
}

class Migration {
  readonly #source: StoreTransfer;
  readonly #target: StoreTransfer;
  readonly #onProgress: (progress: MigrationProgress) => void;
  readonly #signal: AbortSignal;

  constructor(
    source: StoreTransfer,
    target: StoreTransfer,
    onProgress: (progress: MigrationProgress) => void,
    signal: AbortSignal,
  ) {
    this.#source = source;
    this.#target = target;
    this.#onProgress = onProgress;
    this.#signal = signal;
  }

  async copyRecords(kind: RecordKind): Promise<void> {
    for await (const records of this.#source.read(kind)) {
      this.#check();
      await this.#target.write(kind, records);
    }
  }

  /** Resolves with the number of messages that were there already. */
  async copyMessages(): Promise<number> {
    const chats = await this.#source.chats();
    const copied = new Map((await this.#target.chats()).map(({ chatId, lastSeq }) => [chatId, lastSeq]));
    const startCount = sum([...copied.values()]);
    let doneCount = startCount;
    const totalCount = countOf(chats);
    for (const { chatId, lastSeq } of chats) {
      const from = copied.get(chatId) ?? 0;
      if (from >= lastSeq) continue;
      for await (const messages of this.#source.messages(chatId, from)) {
        this.#check();
        await this.#target.append(chatId, messages);
        doneCount += messages.length;
        this.#onProgress({ phase: "copying", doneCount, totalCount });
      }
    }
    return startCount;
  }

  async compare(): Promise<Omit<MigrationSummary, "continuedFrom">> {
    const all = new Digest();
    let userCount = 0;
    for (const kind of [...FIRST_KINDS, ...LAST_KINDS]) {
      const digest = await this.#sameRecords(kind);
      if (kind === "users") userCount = digest.count;
      all.addAll(digest);
    }
    const chats = await this.#source.chats();
    const copies = await this.#target.chats();
    if (chats.length !== copies.length) this.#differ(`${chats.length} chats became ${copies.length}`);
    const totalCount = countOf(chats);
    let doneCount = 0;
    for (const { chatId } of chats) {
      const digest = await this.#sameChat(chatId, (count) => {
        doneCount += count;
        this.#onProgress({ phase: "comparing", doneCount, totalCount });
      });
      all.addAll(digest);
    }
    return { userCount, chatCount: chats.length, messageCount: doneCount, digest: all.text };
  }

  async #sameRecords(kind: RecordKind): Promise<Digest> {
    const [one, other] = await Promise.all([this.#recordsOf(this.#source, kind), this.#recordsOf(this.#target, kind)]);
    if (one.text !== other.text) this.#differ(`${one.count} ${kind} became ${other.count} others`);
    return one;
  }

  async #recordsOf(store: StoreTransfer, kind: RecordKind): Promise<Digest> {
    const digest = new Digest();
    for await (const records of store.read(kind)) {
      this.#check();
      for (const record of records) digest.add(recordFields(record));
    }
    return digest;
  }

  async #sameChat(chatId: ChatId, onMessages: (count: number) => void): Promise<Digest> {
    const [one, other] = await Promise.all([
      this.#chatOf(this.#source, chatId, onMessages),
      this.#chatOf(this.#target, chatId, () => {}),
    ]);
    if (one.text !== other.text) this.#differ(`chat ${chatId}: ${one.count} messages became ${other.count} others`);
    return one;
  }

  async #chatOf(store: StoreTransfer, chatId: ChatId, onMessages: (count: number) => void): Promise<Digest> {
    const digest = new Digest();
    for await (const messages of store.messages(chatId, 0)) {
      this.#check();
      for (const message of messages) digest.add(messageFields(chatId, message));
      onMessages(messages.length);
    }
    return digest;
  }

  #differ(what: string): never {
    throw new StoreOpenError(
      `the stores differ (${what}): a server or another program has written to one of them meanwhile; ` +
        "stop it and run the same command again, or start over with an empty target",
    );
  }

  #check(): void {
    if (this.#signal.aborted) throw new MigrationStopped("broken off");
  }
}

function countOf(chats: readonly ChatEnd[]): number {
  return sum(chats.map(({ lastSeq }) => lastSeq));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
