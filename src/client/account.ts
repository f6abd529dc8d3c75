// The interface of an account: who it is, and where its session, its unsent messages and its history are kept.
import type { HistoryCache } from "./cache.ts";
import type { ServerAddress } from "./dial.ts";
import { MemoryCache } from "./memory-cache.ts";
import { OutgoingQueue } from "./outgoing.ts";

/** A session that can be resumed without the password. */
export interface SavedSession {
  readonly userId: string;
  readonly username: string;
  readonly token: string;
}

/** Keeps one session; `save` resolves when it would survive a crash. */
export interface TokenStore {
  load(): Promise<SavedSession | undefined>;
  save(session: SavedSession): Promise<void>;
  clear(): Promise<void>;
}

/** The part of an account that a Messenger needs: who, and where its things are kept. */
export interface Account {
  readonly address: ServerAddress;
  /** As it was typed; the server's own spelling comes with the login. */
  readonly username: string;
  readonly tokens: TokenStore;
  readonly outgoing: OutgoingQueue;
  readonly cache: HistoryCache;
  /** Says why nothing is kept on this machine; undefined when it is. */
  readonly unkeptBecause: string | undefined;
  /** Where it is kept on this machine; undefined when it is in memory alone. */
  readonly folder: string | undefined;
  close(): Promise<void>;
  /** Closes it in place of `close`, and removes everything that is kept of it. */
  remove(): Promise<void>;
}

/** A folder that holds what is kept of an account. */
export interface AccountFolder {
  readonly path: string;
  /** To be called when nothing in it is open. */
  remove(): Promise<void>;
}

/** An account of which nothing is kept. */
export async function memoryAccount(address: ServerAddress, username: string): Promise<Account> {
  const outgoing = await OutgoingQueue.open(undefined);
  return makeAccount(address, username, memoryTokenStore(), outgoing, new MemoryCache());
}

/**
 * `close` closes the queue and the cache, once; `remove` empties all three before, and removes the folder afterwards. Rejects as
 * the token store does, with the queue and the cache closed all the same.
 */
export function makeAccount(
  address: ServerAddress,
  username: string,
  tokens: TokenStore,
  outgoing: OutgoingQueue,
  cache: HistoryCache,
  folder?: AccountFolder,
): Account {
  let ending: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await outgoing.close();
    cache.close();
  };
  const remove = async (): Promise<void> => {
    try {
      outgoing.clear();
      cache.clear();
      await tokens.clear();
    } finally {
      await close();
    }
    await folder?.remove();
  };
  return {
    ...{ address, username, tokens, outgoing, cache, unkeptBecause: undefined, folder: folder?.path },
    close: () => (ending ??= close()),
    remove: () => (ending ??= remove()),
  };
}

/** A session for as long as the process lives. */
function memoryTokenStore(): TokenStore {
  let kept: SavedSession | undefined;
  return {
    load: async () => kept,
    save: async (session) => void (kept = session),
    clear: async () => void (kept = undefined),
  };
}
