// The folder of avatar pictures: what is in it, how a new one takes its place, and how old ones leave it.
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, rename, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../log/logger.ts";
import { ThrottledLog } from "../log/throttled-log.ts";
import type { UserId } from "../protocol/ids.ts";
import { MAX_AVATAR_BYTES } from "../protocol/limits.ts";
import { monotonicClock } from "../util/clock.ts";
import { KeyedLock } from "./keyed-lock.ts";
import { checkPicture, PictureError, type Picture } from "./picture.ts";
import { makeFolder, syncFolderAsync } from "../util/durable.ts";

/** A picture that is in its place. */
export interface AvatarFile {
  /** `<user_id>-<version>.<png|jpg|gif|webp>`; other content has another version, so it can be cached for good. */
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** A temporary file for a picture that is arriving. */
export interface Upload {
  readonly path: string;
  readonly handle: FileHandle;
}

export interface AvatarStoreOptions {
  /** Made with its parents if it is not there. */
  readonly folder: string;
  readonly log: Logger;
  /** How long a picture stays after another has taken its place, in milliseconds. */
  readonly keepOldMs?: number;
}

const FILE_NAME = /^([0-9a-f]{24})-[0-9a-f]{12}\.(?:png|jpg|gif|webp)$/;
const TEMPORARY_NAME = /^\.upload-[0-9a-f]{32}\.tmp$/;
const VERSION_CHARS = 12;
const DEFAULT_KEEP_OLD_MS = 60_000;
/** Windows has neither flag; links there need rights that a server should not have. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const CREATE_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/**
 * One server owns the folder; what others put into it while it runs is not seen. Only regular files whose names have the
 * pattern count; links are never followed.
 */
export class AvatarStore {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #unreadable: ThrottledLog;
  readonly #keepOldMs: number;
  /** By user, then by name. */
  readonly #files = new Map<UserId, Map<string, AvatarFile>>();
  /** Publications of a user, and checks of content. */
  readonly #locks = new KeyedLock();
  readonly #checks = new KeyedLock();
  /** Files that another has replaced, with the timer that removes them. */
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  #closed = false;

  private constructor(options: AvatarStoreOptions) {
    this.#folder = options.folder;
    this.#log = options.log;
    this.#unreadable = new ThrottledLog(options.log, monotonicClock);
    this.#keepOldMs = options.keepOldMs ?? DEFAULT_KEEP_OLD_MS;
  }

  /** Reads the folder and removes what interrupted uploads left. Rejects when the folder cannot be made, read or written. */
  static async open(options: AvatarStoreOptions): Promise<AvatarStore> {
    const store = new AvatarStore(options);
    makeFolder(options.folder);
    const probe = await store.createUpload();
    await store.discard(probe);
    for (const name of await readdir(options.folder)) {
      if (TEMPORARY_NAME.test(name)) await unlink(join(options.folder, name));
      else if (FILE_NAME.test(name)) await store.#load(name);
    }
    return store;
  }

  /** In no order; without those of the users left out. */
  *list(leftOut: ReadonlySet<UserId> = new Set()): Generator<AvatarFile, void, undefined> {
    for (const [userId, versions] of this.#files) if (!leftOut.has(userId)) yield* versions.values();
  }

  find(fileName: string): AvatarFile | undefined {
    return this.#files.get(userOf(fileName))?.get(fileName);
  }

  /** Opens a picture for reading; the caller closes it. Undefined when there is none of that name. */
  async openFile(fileName: string): Promise<FileHandle | undefined> {
    if (this.find(fileName) === undefined) return undefined;
    let handle: FileHandle | undefined;
    try {
      handle = await open(join(this.#folder, fileName), READ_FLAGS);
      if ((await handle.stat()).isFile()) return handle;
    } catch (error) {
      this.#unreadable.write("warn", "avatar cannot be read", fileName, { fileName, error });
    }
    await handle?.close();
    return undefined;
  }

  /** Format and size of the bytes; throws PictureError, whose message says why they cannot be an avatar. */
  check(bytes: Buffer): Picture {
    return checkPicture(bytes);
  }

  /** An empty temporary file; it must end in `publish` or `discard`. */
  async createUpload(): Promise<Upload> {
    const path = join(this.#folder, `.upload-${randomBytes(16).toString("hex")}.tmp`);
    return { path, handle: await open(path, CREATE_FLAGS, 0o600) };
  }

  /** Closes and removes the file, if that was not done yet. Never rejects. */
  async discard(upload: Upload): Promise<void> {
    await upload.handle.close().catch(() => undefined);
    await unlink(upload.path).catch((error: unknown) => {
      if (!isMissing(error)) this.#log.warn("temporary file stays behind", { error });
    });
  }

  /**
   * Makes the uploaded file the user's avatar: checks it, moves it into place durably, and then calls `commit` with its
   * name, which is to write it to the profile. When that rejects, the picture is taken back. The user's older ones leave
   * later. Publications of one user follow each other. Consumes the upload; returns the name.
   * Rejects with PictureError for what is no picture; otherwise with the file system's error or that of `commit`.
   */
  async publish(userId: UserId, upload: Upload, commit: (fileName: string) => Promise<void>): Promise<string> {
    try {
      return await this.#locks.run(userId, async () => {
        const { fileName, file } = await this.#prepare(userId, upload);
        const wasThere = this.find(fileName) !== undefined;
        await rename(upload.path, join(this.#folder, fileName));
        await syncFolderAsync(this.#folder); // the new name itself survives a power cut
        this.#add(file);
        try {
          await commit(fileName);
        } catch (error) {
          if (!wasThere) await this.#remove(fileName);
          throw error;
        }
        this.#retireOthers(userId, fileName);
        return fileName;
      });
    } finally {
      await this.discard(upload);
    }
  }

  /**
   * Takes the user's picture away, at once: `commit` is to take it out of the profile; when that rejects, so does this,
   * and the picture stays. False, and nothing is called, for a user without a picture.
   */
  async unpublish(userId: UserId, commit: () => Promise<void>): Promise<boolean> {
    return this.#locks.run(userId, async () => {
      const fileNames = [...(this.#files.get(userId)?.keys() ?? [])];
      if (fileNames.length === 0) return false;
      await commit();
      for (const fileName of fileNames) await this.#remove(fileName);
      return true;
    });
  }

  /**
   * Lets those pictures leave that a crash left: all but the profile's. `currentOf` tells a user's `file_name`, null for
   * a user without one. Users whom it does not know (undefined) or whose picture is missing are left alone: somebody may
   * have started with another store. When it rejects, so does this, and the rest stays.
   */
  async removeUnused(currentOf: (userId: UserId) => Promise<string | null | undefined>): Promise<void> {
    for (const userId of [...this.#files.keys()]) {
      await this.#locks.run(userId, async () => {
        const current = await currentOf(userId);
        if (current === null || (current !== undefined && this.find(current) !== undefined)) {
          this.#retireOthers(userId, current);
        }
      });
    }
  }

  /** Removes all pictures of a user now. */
  async removeAll(userId: UserId): Promise<void> {
    await this.#locks.run(userId, async () => {
      for (const fileName of [...(this.#files.get(userId)?.keys() ?? [])]) await this.#remove(fileName);
    });
  }

  /** Stops removing; older versions are then removed after the next start. The rest stays usable. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
  }

  async #load(fileName: string): Promise<void> {
    const stats = await lstat(join(this.#folder, fileName));
    if (!stats.isFile()) {
      this.#log.warn("not a regular file in the avatar folder", { fileName });
      return;
    }
    this.#add({ fileName, sizeBytes: stats.size, modifiedMs: stats.mtimeMs });
  }

  #add(file: AvatarFile): void {
    const userId = userOf(file.fileName);
    const versions = this.#files.get(userId) ?? new Map<string, AvatarFile>();
    this.#files.set(userId, versions.set(file.fileName, file));
  }

  async #prepare(userId: UserId, { handle }: Upload): Promise<{ fileName: string; file: AvatarFile }> {
    const { size: sizeBytes, mtimeMs: modifiedMs } = await handle.stat();
    if (sizeBytes > MAX_AVATAR_BYTES) throw new PictureError(`larger than ${MAX_AVATAR_BYTES} bytes`);
    const name = await this.#checks.run("", () => this.#nameByContent(handle, sizeBytes));
    await handle.sync();
    await handle.close();
    const fileName = `${userId}-${name}`;
    return { fileName, file: { fileName, sizeBytes, modifiedMs } };
  }

  /** Version and ending. One file after the other: each takes up to 2 MiB, and about 2 ms of the thread (measured). */
  async #nameByContent(handle: FileHandle, sizeBytes: number): Promise<string> {
    const bytes = Buffer.alloc(sizeBytes);
    const { bytesRead } = await handle.read(bytes, 0, sizeBytes, 0);
    if (bytesRead !== sizeBytes) throw new Error("the temporary file became shorter while it was read");
    const { format } = this.check(bytes);
    const hash = createHash("sha256").update(bytes).digest("hex");
    return `${hash.slice(0, VERSION_CHARS)}.${format}`;
  }

  /** `current` null: all of them. */
  #retireOthers(userId: UserId, current: string | null): void {
    if (current !== null) this.#keep(current);
    for (const fileName of this.#files.get(userId)?.keys() ?? []) {
      if (fileName === current || this.#leaving.has(fileName) || this.#closed) continue;
      this.#leaving.set(fileName, setTimeout(() => void this.#leave(userId, fileName), this.#keepOldMs).unref());
    }
  }

  #keep(fileName: string): void {
    clearTimeout(this.#leaving.get(fileName));
    this.#leaving.delete(fileName);
  }

  /** Waits for a publication under way: it may be of this very picture, which then stays. */
  async #leave(userId: UserId, fileName: string): Promise<void> {
    await this.#locks.run(userId, async () => {
      if (this.#leaving.delete(fileName)) await this.#remove(fileName);
    });
  }

  /** Never rejects: a file that cannot be removed is no longer listed, and is tried again after the next start. */
  async #remove(fileName: string): Promise<void> {
    this.#keep(fileName); // no timer is to act on a name that may come again
    const versions = this.#files.get(userOf(fileName));
    versions?.delete(fileName);
    if (versions?.size === 0) this.#files.delete(userOf(fileName));
    await unlink(join(this.#folder, fileName)).catch((error: unknown) => {
      if (!isMissing(error)) this.#log.warn("old avatar stays behind", { fileName, error });
    });
  }
}

/** Owner of a picture, by the file's name. */
export function userOf(fileName: string): UserId {
  return fileName.slice(0, 24);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
