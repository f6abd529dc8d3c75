// Commands of one user about pictures: listing and fetching them, storing and removing the own one.
import type { FileHandle } from "node:fs/promises";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Logger } from "../log/logger.ts";
import type { UserId } from "../protocol/ids.ts";
import { MAX_AVATAR_BYTES } from "../protocol/limits.ts";
import type { AvatarFile, AvatarStore } from "./avatar-store.ts";
import { fileNameOf, fits, isPattern, isRoot, listing, RootFolder } from "./ftp-folder.ts";
import type { FtpLimits } from "./ftp-limits.ts";
import { PictureError } from "./picture.ts";

/** A transfer that is refused or fails, with the FTP code that says so. The message may be shown to the client. */
export class TransferError extends Error {
  override readonly name = "TransferError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A transfer that may begin; resolves with what the reply 226 says. */
export type Transfer = (socket: Socket, signal: AbortSignal) => Promise<string>;

export interface TransferOptions {
  readonly store: AvatarStore;
  readonly limits: FtpLimits;
  readonly log: Logger;
  /** `fileName` is null when the picture was taken away. */
  readonly onPublished: (userId: UserId, fileName: string | null) => Promise<void>;
  /** Users whose pictures a user does not see. */
  readonly hiddenFrom: (userId: UserId) => Promise<ReadonlySet<UserId>>;
}

/** Longer than any file's name. */
const MAX_PATTERN_CHARS = 64;
/** Upper and lower case are the same in the path of an upload: file managers and cameras write `.PNG`. */
const UPLOAD_NAME = /^([0-9a-f]{24})\.(?:png|jpg|jpeg|gif|webp)$/;
const OWN_NAME = /^([0-9a-f]{24})(?:-[0-9a-f]{12})?\.(?:png|jpg|jpeg|gif|webp)$/;

/** The transfers that one logged-in user may ask for. Each method throws TransferError when it may not begin. */
export class UserTransfers {
  readonly #userId: UserId;
  readonly #options: TransferOptions;
  readonly folder: RootFolder;

  constructor(userId: UserId, options: TransferOptions) {
    this.#userId = userId;
    this.#options = options;
    this.folder = new RootFolder(options.store, () => options.hiddenFrom(userId));
  }

  /** LIST and NLST of the folder, of the files that fit a pattern, or of one file. */
  async list(path: string | null, namesOnly: boolean): Promise<Transfer> {
    const files = await this.#listed(path);
    return async (socket, signal) => {
      await send(Readable.from(listing(files, namesOnly, Date.now())), socket, signal);
      return "Listed";
    };
  }

  async #listed(path: string | null): Promise<Iterable<AvatarFile>> {
    if (isRoot(path)) return this.folder.visible();
    if (!isPattern(path)) return [await find(this.folder, path)];
    const pattern = fileNameOf(path);
    if (pattern === undefined || pattern.length > MAX_PATTERN_CHARS) throw new TransferError(550, "No such file");
    return [...(await this.folder.visible())].filter(({ fileName }) => fits(fileName, pattern));
  }

  /** RETR from byte `start` on. */
  async retrieve(path: string | null, start: number): Promise<Transfer> {
    const { store } = this.#options;
    const { fileName, sizeBytes } = await find(this.folder, path);
    if (start > sizeBytes) throw new TransferError(554, `The file has ${sizeBytes} bytes only`);
    return async (socket, signal) => {
      const handle = await store.openFile(fileName);
      if (handle === undefined) throw new TransferError(550, "No such file");
      try {
        await send(handle.createReadStream({ start }), socket, signal);
        return "Sent";
      } finally {
        await handle.close(); // the stream has closed it, if there was one
      }
    };
  }

  /** STOR of the user's own picture. */
  store(path: string | null): Transfer {
    if (ownerOf(UPLOAD_NAME, path) !== this.#userId)
      throw new TransferError(553, `You may store your own picture only: ${this.#userId}.png`);
    this.#countChange();
    return (socket, signal) => this.#receive(socket, signal);
  }

  /** DELE of the user's own picture, by the name for uploads or by the one that it has; resolves with what the reply says. */
  async remove(path: string | null): Promise<string> {
    const { store, onPublished, log } = this.#options;
    if (ownerOf(OWN_NAME, path) !== this.#userId)
      throw new TransferError(550, `You may remove your own picture only: ${this.#userId}.png`);
    this.#countChange();
    const wasThere = await store.unpublish(this.#userId, () => onPublished(this.#userId, null));
    if (!wasThere) throw new TransferError(550, "You have no picture");
    log.info("avatar removed", { userId: this.#userId });
    return "Removed";
  }

  #countChange(): void {
    const waitSec = this.#options.limits.upload(this.#userId);
    if (waitSec > 0) throw new TransferError(450, `Too many uploads, try again in ${waitSec} seconds`);
  }

  async #receive(socket: Socket, signal: AbortSignal): Promise<string> {
    const { store, onPublished, log } = this.#options;
    const upload = await store.createUpload();
    try {
      const sizeBytes = await readInto(upload.handle, socket, signal);
      const fileName = await store.publish(this.#userId, upload, (name) => onPublished(this.#userId, name));
      log.info("avatar stored", { userId: this.#userId, fileName, sizeBytes });
      return `Stored as ${fileName}`;
    } catch (error) {
      if (error instanceof PictureError) throw new TransferError(550, `Refused: ${error.message}`);
      throw error;
    } finally {
      await store.discard(upload);
    }
  }
}

function ownerOf(name: RegExp, path: string | null): string | undefined {
  return name.exec(fileNameOf(path)?.toLowerCase() ?? "")?.[1];
}

async function find(folder: RootFolder, path: string | null): Promise<AvatarFile> {
  const file = await folder.find(path);
  if (file === undefined) throw new TransferError(550, "No such file");
  return file;
}

async function send(source: Readable, socket: Socket, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(source, socket, { signal });
  } catch (cause) {
    throw lost(cause);
  }
}

/** Reads to the end of the data, or to one byte too many, and no further. Returns the number of bytes. */
async function readInto(file: FileHandle, socket: Socket, signal: AbortSignal): Promise<number> {
  const abort = (): void => void socket.destroy(new TransferError(426, "Aborted"));
  signal.addEventListener("abort", abort, { once: true });
  let sizeBytes = 0;
  const chunks: AsyncIterator<Buffer> = socket[Symbol.asyncIterator]();
  try {
    for (let next = await read(chunks); next !== undefined; next = await read(chunks)) {
      sizeBytes += next.length;
      if (sizeBytes > MAX_AVATAR_BYTES) throw new TransferError(552, `Larger than ${MAX_AVATAR_BYTES} bytes`);
      await file.write(next);
    }
    if (signal.aborted) throw new TransferError(426, "Aborted");
    return sizeBytes;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function read(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  try {
    const next = await chunks.next();
    return next.done === true ? undefined : next.value;
  } catch (cause) {
    throw lost(cause);
  }
}

/** Failure of the data connection, told apart from errors of our own files. */
function lost(cause: unknown): TransferError {
  return cause instanceof TransferError ? cause : new TransferError(426, "The data connection broke before the end");
}
