// Pictures of people: what the server has, kept in a folder for good, drawn round.
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { QPixmap } from "@nodegui/nodegui";
import type { Messenger } from "../../src/client/messenger.ts";
import type { Profiles } from "../../src/client/models/profiles.ts";
import { ChangeSignal } from "../../src/client/models/change-signal.ts";
import type { Profile } from "../../src/protocol/entities.ts";
import type { UserId } from "../../src/protocol/ids.ts";
import type { Logger } from "../../src/log/logger.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { AvatarPixmaps } from "../kit/avatar-pixmap.ts";
import type { Theme } from "../kit/theme.ts";

export interface AvatarsOptions {
  readonly messenger: Messenger;
  readonly profiles: Profiles;
  readonly theme: Theme;
  /** Where pictures are kept. */
  readonly folder: string;
  readonly host: string;
  /** Of the certificate that the user trusts, if any. */
  readonly fingerprint: () => string | undefined;
  readonly logger: Logger;
}

/** Profiles asked for at the same time; the rest waits. */
const MAX_LOADING = 2;
/** People waiting to be asked for; more are forgotten until they are drawn again. */
const MAX_WAITING = 500;
/** Pictures that came into view within this time are fetched over one connection. */
const GATHER_MS = 150;

/** Never blocks and never fails: a picture that is not there yet is drawn as initials, and `onChange` tells when it is. */
export class Avatars implements Disposable {
  readonly #options: AvatarsOptions;
  readonly #pixmaps = new AvatarPixmaps();
  readonly #changes = new ChangeSignal(300);
  readonly #subscriptions = new DisposableStore();
  /** People whose profile was asked for since the last login. */
  readonly #asked = new Set<UserId>();
  readonly #waiting: { readonly userId: UserId; readonly username: string }[] = [];
  #loadingCount = 0;
  readonly #wanted = new Set<string>();
  /** Files that the server does not have any more. */
  readonly #missing = new Set<string>();
  #fetchTimer: NodeJS.Timeout | undefined;
  #isFetching = false;

  constructor(options: AvatarsOptions) {
    this.#options = options;
    this.#subscriptions.add(options.messenger.events.on("login", () => this.#asked.clear()));
    this.#subscriptions.add(options.profiles.onChange(() => this.#changes.touch()));
  }

  /** The picture as it is known now. */
  pixmap(userId: UserId, name: string, sizePx: number): QPixmap {
    const profile = this.#options.profiles.get(userId);
    if (!profile) this.#ask(userId, name);
    const { pixelRatio } = this.#options.theme;
    return this.#pixmaps.get({ userId, name, sizePx, pixelRatio, file: profile && this.#fileOf(profile) });
  }

  /** Of what has no picture of its own, as groups: letters of its name, on a colour that belongs to `id`. */
  initials(id: string, name: string, sizePx: number): QPixmap {
    const { pixelRatio } = this.#options.theme;
    return this.#pixmaps.get({ userId: id, name, sizePx, pixelRatio, file: undefined });
  }

  onChange(listener: () => void): Disposable {
    return this.#changes.onChange(listener);
  }

  /** Stores the own picture; rejects with AvatarTransferError or as `Messenger.request` does. */
  async upload(bytes: Uint8Array, onProgress: (part: number) => void): Promise<void> {
    const access = await this.#access();
    const { uploadAvatar } = await ftpClient();
    await uploadAvatar(access, bytes, { onProgress: (sent, total) => onProgress(total > 0 ? sent / total : 1) });
    await this.#options.profiles.load(this.#options.messenger.userId ?? "", this.#options.messenger.username, true);
  }

  /** Takes the own picture away; rejects as `upload` does. */
  async remove(): Promise<void> {
    const { removeAvatar } = await ftpClient();
    await removeAvatar(await this.#access());
    await this.#options.profiles.load(this.#options.messenger.userId ?? "", this.#options.messenger.username, true);
  }

  dispose(): void {
    clearTimeout(this.#fetchTimer);
    this.#wanted.clear();
    this.#subscriptions.dispose();
    this.#changes.dispose();
  }

  /** The picture's file on this machine; undefined without one or while it is not here yet. */
  #fileOf({ file_name: fileName }: Profile): string | undefined {
    if (fileName === null || fileName !== basename(fileName)) return undefined;
    const file = join(this.#options.folder, fileName);
    if (existsSync(file)) return file;
    if (!this.#missing.has(fileName)) this.#want(fileName);
    return undefined;
  }

  #ask(userId: UserId, username: string): void {
    if (this.#asked.has(userId) || this.#waiting.length >= MAX_WAITING) return;
    this.#asked.add(userId);
    this.#waiting.push({ userId, username });
    this.#askNext();
  }

  #askNext(): void {
    const next = this.#loadingCount < MAX_LOADING ? this.#waiting.pop() : undefined;
    if (!next) return;
    this.#loadingCount += 1;
    this.#options.profiles
      .load(next.userId, next.username)
      .catch(() => {}) // initials will do; the next login asks again
      .finally(() => {
        this.#loadingCount -= 1;
        this.#askNext();
      });
  }

  #want(fileName: string): void {
    this.#wanted.add(fileName);
    this.#fetchTimer ??= setTimeout(() => {
      this.#fetchTimer = undefined;
      void this.#fetch();
    }, GATHER_MS);
  }

  async #fetch(): Promise<void> {
    if (this.#isFetching || this.#wanted.size === 0) return;
    this.#isFetching = true;
    const names = [...this.#wanted];
    try {
      await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
      const saving: Promise<void>[] = [];
      const { fetchAvatars } = await ftpClient();
      await fetchAvatars(await this.#access(), names, (name, result) => {
        if (Buffer.isBuffer(result)) saving.push(this.#save(name, result));
        else this.#missing.add(name);
      });
      await Promise.all(saving);
    } catch (error) {
      // Without the avatar server people have initials; it is asked again when somebody is drawn after the next login.
      for (const name of names) this.#missing.add(name);
      this.#options.logger.debug("avatars could not be fetched", { reason: String(error) });
    } finally {
      for (const name of names) this.#wanted.delete(name);
      this.#isFetching = false;
      this.#changes.touch();
      if (this.#wanted.size > 0) void this.#fetch();
    }
  }

  async #save(name: string, bytes: Buffer): Promise<void> {
    const file = join(this.#options.folder, name);
    await writeFile(`${file}.new`, bytes);
    await rename(`${file}.new`, file);
  }

  async #access() {
    const { ftp: ticket } = await this.#options.messenger.request("avatar_ticket", {});
    return { host: this.#options.host, ticket, fingerprint: this.#options.fingerprint() };
  }
}

/** Loaded when the first picture is wanted: it is a megabyte, and many start without. */
function ftpClient() {
  return import("../../src/avatars/ftp-client.ts");
}
