// A scripted replica set: a primary that goes on alone, is asked by either read concern, and is rolled back. Of MongoDB
// it knows what numbering messages needs.
import { MongoBulkWriteError, MongoNetworkError } from "mongodb";
import type { BulkWriteResult } from "mongodb";
import type { Collections, MessageDocument } from "../../src/store/mongo/documents.ts";

interface Chat {
  readonly _id: string;
  readonly seq_hint: number;
}

type Filter = Readonly<Record<string, unknown>>;
type Options = { readonly readConcern?: string } | undefined;

const DUPLICATE_KEY = 11000;

export class ScriptedReplicaSet {
  /** What the primary has, and how much of it a majority has. */
  #messages: MessageDocument[] = [];
  #majorityCount = 0;
  readonly #chats = new Map<string, Chat>();
  /**
   * The primary reaches no other, so what is inserted is not confirmed: "unanswered", the driver gives up on it; "pending",
   * it waits, and sends it to the successor.
   */
  cutOff: "unanswered" | "pending" | undefined;
  #onSuccessor: (() => void) | undefined;

  /** The primary's successor has what a majority had, and nothing else. */
  failOver(): void {
    this.#messages = this.#messages.slice(0, this.#majorityCount);
    this.cutOff = undefined;
    this.#onSuccessor?.();
  }

  get seqs(): number[] {
    return this.#messages.map(({ seq }) => seq);
  }

  get collections(): Collections {
    const messages = {
      find: (filter: Filter, options: Options) => this.#find(filter, options),
      insertMany: (documents: readonly MessageDocument[]) => this.#insert(documents),
    };
    const chats = {
      find: ({ _id }: { readonly _id: { readonly $in: readonly string[] } }) => ({
        toArray: async () => _id.$in.flatMap((id) => this.#chats.get(id) ?? []),
      }),
      bulkWrite: async (
        operations: readonly { readonly updateOne: { readonly filter: { readonly _id: string } } }[],
      ) => {
        for (const { updateOne } of operations) {
          const { _id } = updateOne.filter;
          if (!this.#chats.has(_id)) this.#chats.set(_id, { _id, seq_hint: 0 });
        }
      },
    };
    return { messages, chats } as unknown as Collections; // what this script does not know is not asked for
  }

  #find(filter: Filter, options: Options): AsyncIterable<MessageDocument> {
    const count = options?.readConcern === "local" ? this.#messages.length : this.#majorityCount;
    const found = this.#messages.slice(0, count).filter((document) => matches(document, filter));
    return {
      async *[Symbol.asyncIterator]() {
        yield* found;
      },
    };
  }

  async #insert(documents: readonly MessageDocument[]): Promise<void> {
    this.#store(documents);
    if (this.cutOff === "unanswered") throw new MongoNetworkError("nobody confirms");
    if (this.cutOff === "pending") {
      await new Promise<void>((resolve) => (this.#onSuccessor = resolve));
      this.#store(documents);
    }
    this.#majorityCount = this.#messages.length;
  }

  #store(documents: readonly MessageDocument[]): void {
    for (const [index, document] of documents.entries()) {
      const isTaken = this.#messages.some(({ chat_id, seq }) => chat_id === document.chat_id && seq === document.seq);
      if (isTaken) throw refused(index);
      this.#messages.push(document);
    }
  }
}

function matches(document: MessageDocument, filter: Filter): boolean {
  return Object.entries(filter).every(([name, wanted]) => {
    if (name === "$or") return (wanted as readonly Filter[]).some((part) => matches(document, part));
    const value: unknown = document[name as keyof MessageDocument];
    if (typeof wanted !== "object" || wanted === null) return value === wanted;
    if ("$in" in wanted) return (wanted.$in as readonly unknown[]).includes(value);
    return "$gte" in wanted && Number(value) >= Number(wanted.$gte);
  });
}

function refused(index: number): MongoBulkWriteError {
  const result = { getWriteConcernError: () => undefined, hasWriteErrors: () => true } as unknown as BulkWriteResult;
  const error = new MongoBulkWriteError({ message: "duplicate key", code: DUPLICATE_KEY, writeErrors: [] }, result);
  error.writeErrors = [{ index, code: DUPLICATE_KEY }] as unknown as MongoBulkWriteError["writeErrors"];
  return error;
}
