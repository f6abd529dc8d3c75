// One logged-in account with everything that a window shows of it: the client, its models, pictures.
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAccount, type Account } from "../../src/client/account-folder.ts";
import { memoryAccount } from "../../src/client/account-folder.ts";
import type { AcceptCertificate } from "../../src/client/dial.ts";
import { UntrustedServerError } from "../../src/client/errors.ts";
import { Messenger } from "../../src/client/messenger.ts";
import { Workspace } from "../../src/client/models/workspace.ts";
import type { Logger } from "../../src/log/logger.ts";
import type { Theme } from "../kit/theme.ts";
import { Avatars } from "./avatars.ts";
import type { ServerChoice } from "./preferences.ts";

export interface SessionOptions {
  readonly server: ServerChoice;
  readonly username: string;
  /** Folder of the client; what is kept of accounts is below it. */
  readonly folder: string;
  /** False: nothing is kept on this machine. */
  readonly keeps: boolean;
  /** SHA-256 of the certificate that the user trusts beyond those the system vouches for. */
  readonly trusted: string | undefined;
  readonly theme: Theme;
  readonly logger: Logger;
}

export class AccountSession {
  readonly account: Account;
  readonly server: ServerChoice;
  readonly messenger: Messenger;
  readonly workspace: Workspace;
  readonly avatars: Avatars;
  /** Of pictures, while nothing is kept of the account. */
  readonly #temporary: string | undefined;
  #closing: Promise<void> | undefined;

  static async open(options: SessionOptions): Promise<AccountSession> {
    const { server, username, folder, keeps } = options;
    const account = keeps
      ? await openAccount(join(folder, "accounts"), server, username)
      : await memoryAccount(server, username);
    await rm(join(folder, "avatars"), { recursive: true, force: true }); // of an earlier version, of all accounts
    return new AccountSession(account, options);
  }

  private constructor(account: Account, { server, trusted, theme, logger }: SessionOptions) {
    this.account = account;
    const isKept = account.folder !== undefined;
    const pictures = isKept ? join(account.folder, "avatars") : mkdtempSync(join(tmpdir(), "messenger-pictures-"));
    this.#temporary = isKept ? undefined : pictures;
    this.server = server;
    const tls = server.tls ? { accept: acceptTrusted(trusted) } : undefined;
    this.messenger = new Messenger({ account, tls });
    this.workspace = new Workspace(this.messenger);
    this.avatars = new Avatars({
      messenger: this.messenger,
      profiles: this.workspace.profiles,
      theme,
      folder: pictures,
      host: server.host,
      fingerprint: () => trusted,
      logger,
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.avatars.dispose();
    this.workspace.dispose();
    await this.messenger.close();
    if (this.#temporary !== undefined) await rm(this.#temporary, { recursive: true, force: true });
  }
}

/**
 * Accepts what the system's authorities vouch for, and the one certificate that the user trusts. Throws
 * UntrustedServerError when the user trusts another one than the server shows.
 */
export function acceptTrusted(trusted: string | undefined): AcceptCertificate {
  return ({ fingerprint, problem }) => {
    if (problem === undefined || fingerprint === trusted) return true;
    if (trusted === undefined) return false;
    throw new UntrustedServerError("the server shows another certificate than the one that you trust", fingerprint);
  };
}
