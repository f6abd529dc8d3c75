// Databases for trials: beside the real one on the same server, and removed afterwards.
import { MongoClient } from "mongodb";
import { readMongoUrl } from "./url.ts";

/** Prefix of such databases' names; no other database is ever dropped. */
const PREFIX = "messenger_scratch_";
/** How long removing may wait for a server. */
const TIMEOUT_MS = 10_000;

const PARTS = /^(mongodb(?:\+srv)?:\/\/[^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?/;

/** The URL of a database that nobody has, for the same user of the same server. */
export function scratchUrl(url: string, suffix: string): string {
  const [, server = "", path = "", query = ""] = PARTS.exec(url) ?? [];
  // A user without an authentication database is looked up in the one that the URL names.
  const needsSource = server.includes("@") && path !== "" && !readMongoUrl(url).options.has("authsource");
  const options = [query, needsSource ? `authSource=${path}` : ""].filter((option) => option !== "").join("&");
  return `${server}/${PREFIX}${suffix}${options === "" ? "" : `?${options}`}`;
}

/** Removes a database made with `scratchUrl`. */
export async function dropScratchDatabase(url: string): Promise<void> {
  const { database } = readMongoUrl(url);
  if (!database.startsWith(PREFIX)) throw new Error(`${database} is not a database for trials`);
  const client = new MongoClient(url, { serverSelectionTimeoutMS: TIMEOUT_MS });
  try {
    await client.db(database).dropDatabase();
  } finally {
    await client.close();
  }
}
