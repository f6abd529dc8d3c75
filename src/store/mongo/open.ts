// Opening of a MongoDB database as a store: checks the server and what the database holds, makes what is missing.
import type { StoreReader, StoreWriter } from "../store.ts";
import { StoreOpenError } from "../store.ts";
import type { StoreTransfer } from "../transfer.ts";
import { MongoConnection } from "./connection.ts";
import { SCHEMA_VERSION } from "./documents.ts";
import type { Collections, MetaDocument } from "./documents.ts";
import { isDuplicate, openError, urlError } from "./errors.ts";
import { ensureIndexes } from "./indexes.ts";
import { MongoReader } from "./reader.ts";
import { readServerFacts } from "./server-facts.ts";
import { MongoTransfer } from "./transfer.ts";
import { renameMarks, upgradeDocuments } from "./upgrade.ts";
import { readMongoUrl } from "./url.ts";
import { MongoWriter } from "./writer.ts";

/**
 * Opens the database for writing, with its indexes. Rejects with StoreUnavailableError when the server cannot be
 * reached, and with StoreOpenError when waiting would not help.
 */
export async function openMongoWriter(url: string): Promise<StoreWriter> {
  return openWith(url, async (connection) => {
    const { collections, url: name } = connection;
    const facts = await readServerFacts(connection.database);
    const isOlder = await claim(collections, name.label, true);
    await refuseUnfinished(collections, name.label);
    if (isOlder) await renameMarks(connection.database);
    // A new format may need new indexes: they are made once, however long that takes.
    await ensureIndexes(collections, name.label, isOlder ? Infinity : undefined);
    if (isOlder) await upgradeDocuments(collections);
    return new MongoWriter(connection, facts);
  });
}

/** Opens a database to move everything from it, or to it: then with its indexes. Rejects as `openMongoWriter` does. */
export async function openMongoTransfer(url: string, isSource: boolean): Promise<StoreTransfer> {
  return openWith(
    url,
    async (connection) => {
      const { collections, url: name } = connection;
      if (isSource) {
        await requireStore(collections, name.label);
        await refuseUnfinished(collections, name.label);
      } else {
        await claim(collections, name.label);
        await ensureIndexes(collections, name.label);
      }
      return new MongoTransfer(connection);
    },
    true,
  );
}

/** Opens the database for reading. Rejects as `openMongoWriter` does. */
export async function openMongoReader(url: string, searchSliceMs?: number): Promise<StoreReader> {
  return new MongoReader(await connect(url), searchSliceMs);
}

async function openWith<T>(
  url: string,
  make: (connection: MongoConnection) => Promise<T>,
  isPatient = false,
): Promise<T> {
  const connection = await connect(url, isPatient);
  try {
    return await make(connection);
  } catch (error) {
    await connection.close();
    throw openError(error, connection.url);
  }
}

async function connect(url: string, isPatient = false): Promise<MongoConnection> {
  const connection = makeConnection(url, isPatient);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    await connection.close();
    throw openError(error, connection.url);
  }
}

function makeConnection(url: string, isPatient: boolean): MongoConnection {
  try {
    return new MongoConnection(url, isPatient);
  } catch (error) {
    throw urlError(error, readMongoUrl(url));
  }
}

/**
 * Throws StoreOpenError for a database of another program or another version of this one; marks an empty one. An older
 * version is accepted where `mayBeOlder`: resolves with whether it is one.
 */
async function claim({ meta, users }: Collections, label: string, mayBeOlder = false): Promise<boolean> {
  const schema = await meta.findOne({ _id: "schema" });
  if (schema === null) {
    if ((await users.findOne({})) !== null) {
      throw new StoreOpenError(`store ${label}: the database belongs to another program; name another in the URL`);
    }
    // Of two programs that do this at the same time one may be told that it is there already.
    await meta
      .updateOne({ _id: "schema" }, { $setOnInsert: { version: SCHEMA_VERSION } }, { upsert: true })
      .catch((error: unknown) => {
        if (!isDuplicate(error)) throw error;
      });
    return false;
  }
  if (mayBeOlder && schema.version !== undefined && schema.version < SCHEMA_VERSION) return true;
  requireVersion(schema, label);
  return false;
}

async function requireStore({ meta }: Collections, label: string): Promise<void> {
  const schema = await meta.findOne({ _id: "schema" });
  if (schema === null) throw new StoreOpenError(`store ${label}: there is no store of Messenger in this database`);
  requireVersion(schema, label);
}

function requireVersion(schema: MetaDocument, label: string): void {
  if (schema.version === SCHEMA_VERSION) return;
  const advice =
    (schema.version ?? 0) < SCHEMA_VERSION
      ? `not ${SCHEMA_VERSION}; start a server on it first`
      : `this program knows up to ${SCHEMA_VERSION}; use a newer one`;
  throw new StoreOpenError(`store ${label}: has format ${schema.version}, ${advice}`);
}

/** Throws StoreOpenError for a store that only `messenger migrate` may open. */
async function refuseUnfinished({ meta }: Collections, label: string): Promise<void> {
  const unfinished = await meta.findOne({ _id: "import" });
  if (unfinished === null) return;
  throw new StoreOpenError(
    `store ${label}: is not complete: a migration from ${unfinished.source} was broken off; ` +
      "run messenger migrate again, or drop the database",
  );
}
