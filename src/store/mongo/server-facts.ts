// Properties of the database server, and what an acknowledgement is therefore worth.
import type { Db, Document } from "mongodb";

export interface ServerFacts {
  readonly topology: "standalone server" | "replica set" | "sharded cluster";
  /** As the server names itself, such as `MongoDB 8.0.4`. */
  readonly product: string;
  /** Guarantee of an acknowledgement, in one line for the log and the administrator. */
  readonly guarantee: string;
  /** Documents of one insertion in order, at most. */
  readonly documentsPerInsert: number;
}

const DOCUMENTS_PER_INSERT = 500;
/** FerretDB 1 takes a hundred at a time, and goes on with the next hundred behind a document that it has refused. */
const FERRETDB_DOCUMENTS_PER_INSERT = 100;

const GUARANTEES: Readonly<Record<ServerFacts["topology"], string>> = {
  "standalone server": "in the journal of the one server (w: majority, j: true); its loss is the loss of the store",
  "replica set": "in the journals of a majority of the replica set (w: majority, j: true)",
  "sharded cluster": "in the journals of a majority of the shard's members (w: majority, j: true)",
};

/** Of servers by others, which accept the words of MongoDB's protocol; what they do about them is not known here. */
const FOREIGN_GUARANTEE = "what this server, which is not MongoDB, does when asked for w: majority, j: true";

/** Asks the server. Needs no rights beyond a login. */
export async function readServerFacts(db: Db): Promise<ServerFacts> {
  const hello = await db.admin().command({ hello: 1 });
  const build = await db.admin().command({ buildInfo: 1 });
  const topology = topologyOf(hello);
  const product = productOf(build);
  const guarantee = product.startsWith("MongoDB ") ? GUARANTEES[topology] : FOREIGN_GUARANTEE;
  const isFerretdb = product.startsWith("FerretDB ");
  const documentsPerInsert = isFerretdb ? FERRETDB_DOCUMENTS_PER_INSERT : DOCUMENTS_PER_INSERT;
  return { topology, product, guarantee, documentsPerInsert };
}

function topologyOf(hello: Document): ServerFacts["topology"] {
  if (typeof hello["setName"] === "string") return "replica set";
  return hello["msg"] === "isdbgrid" ? "sharded cluster" : "standalone server";
}

function productOf(build: Document): string {
  const ferret: unknown = build["ferretdbVersion"];
  if (typeof ferret === "string") return `FerretDB ${ferret}`;
  const process: unknown = build["process"];
  const name = typeof process === "string" ? process : "MongoDB";
  return `${name} ${String(build["version"])}`;
}
