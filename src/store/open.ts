// Opening of the store that a URL names; the driver of the other kind is never loaded.
import { resolve } from "node:path";
import type { StoreReader, StoreWriter } from "./store.ts";
import { StoreOpenError } from "./store.ts";
import type { StoreTransfer } from "./transfer.ts";

/** A parsed store URL. */
export type StoreUrl =
  /** `file` is absolute. */
  | { readonly kind: "sqlite"; readonly file: string }
  /** `url` as given, password included: for the driver only. */
  | { readonly kind: "mongodb"; readonly url: string };

export interface OpenOptions {
  /** Absolute; a relative file of a `sqlite:` URL is in it. */
  readonly dataDir: string;
}

/**
 * Takes `sqlite:FILE` (a relative FILE is in `dataDir`), `mongodb://…` or `mongodb+srv://…` apart.
 * Throws StoreOpenError for anything else.
 */
export function parseStoreUrl(url: string, dataDir: string): StoreUrl {
  if (/^mongodb(\+srv)?:\/\/[^/]/.test(url)) return { kind: "mongodb", url };
  if (!url.startsWith("sqlite:")) {
    throw new StoreOpenError(`store ${hidePassword(url)}: not a store, use sqlite:FILE or mongodb://HOST/DATABASE`);
  }
  const rest = url.slice("sqlite:".length);
  const file = rest.startsWith("//") ? rest.slice(2) : rest;
  if (file === "" || file === ":memory:" || file.includes("\0") || (rest !== file && !file.startsWith("/"))) {
    throw new StoreOpenError(`store ${url}: names no file, use sqlite:FILE`);
  }
  return { kind: "sqlite", file: resolve(dataDir, file) };
}

/** The store's kind as the ready line says it; throws as `parseStoreUrl` does. */
export function storeName(url: string): StoreUrl["kind"] {
  return parseStoreUrl(url, ".").kind;
}

/** The URL for logs and errors: with `***` in place of a password, also where the rest is no URL. */
export function hidePassword(url: string): string {
  return url.replace(/^([^:/?#]+:\/\/)([^/?#]*)@/, (_, scheme: string, login: string) => {
    const colon = login.indexOf(":");
    return colon < 0 ? `${scheme}${login}@` : `${scheme}${login.slice(0, colon)}:***@`;
  });
}

/**
 * Opens the store for writing, making or upgrading it where needed; done once per store, in the storage thread, before
 * any reader. Rejects with StoreOpenError (the store cannot be used as it is) or StoreUnavailableError (not now).
 */
export async function openWriter(url: string, options: OpenOptions): Promise<StoreWriter> {
  const store = parseStoreUrl(url, options.dataDir);
  if (store.kind === "mongodb") return (await import("./mongo/open.ts")).openMongoWriter(store.url);
  const { openSqliteWriter } = await import("./sqlite/open.ts");
  return openSqliteWriter(store.file);
}

/** Opens an existing store for reading; any number, in any thread. Rejects as `openWriter` does. */
export async function openReader(url: string, options: OpenOptions): Promise<StoreReader> {
  const store = parseStoreUrl(url, options.dataDir);
  if (store.kind === "mongodb") return (await import("./mongo/open.ts")).openMongoReader(store.url);
  const { openSqliteReader } = await import("./sqlite/open.ts");
  return openSqliteReader(store.file);
}

/**
 * Opens a store to move everything from it (an existing one, in which nothing is changed) or to it (made where it is
 * missing). No server may use it meanwhile. Rejects as `openWriter` does.
 */
export async function openTransfer(url: string, options: OpenOptions, isSource: boolean): Promise<StoreTransfer> {
  const store = parseStoreUrl(url, options.dataDir);
  if (store.kind === "mongodb") return (await import("./mongo/open.ts")).openMongoTransfer(store.url, isSource);
  const { openSqliteSource, openSqliteTarget } = await import("./sqlite/open.ts");
  return isSource ? openSqliteSource(store.file) : openSqliteTarget(store.file);
}
