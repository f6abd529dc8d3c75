// Storing, removing and fetching avatars from a client. The only file that imports basic-ftp.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { Readable, Writable } from "node:stream";
import { TLSSocket, type ConnectionOptions } from "node:tls";
import { Client, FTPError, type FTPContext, type FTPResponse } from "basic-ftp";
import type { AvatarTicket } from "../protocol/entities.ts";
import { MAX_AVATAR_BYTES } from "../protocol/limits.ts";

/** How the avatar server is reached: where the messenger server is, with what its `avatar_ticket` gave. */
export interface AvatarAccess {
  readonly host: string;
  readonly ticket: AvatarTicket;
  /**
   * Of the certificate that the main connection accepted (`getPeerCertificate().fingerprint256`): control and data
   * connections must show the same one. Without it the system's authorities, or those in `tls`, must vouch for it.
   */
  readonly fingerprint?: string | undefined;
  /** Further options of TLS, as `ca`. */
  readonly tls?: ConnectionOptions | undefined;
  /** Longest time without any progress, in milliseconds. */
  readonly idleMs?: number;
}

export interface TransferControl {
  readonly signal?: AbortSignal | undefined;
  /** For everything together, in milliseconds. */
  readonly deadlineMs?: number;
}

export interface UploadControl extends TransferControl {
  /** Called often, with bytes handed to the system so far and in all. */
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
}

export interface FetchControl extends TransferControl {
  /** A larger file is given up. */
  readonly maxBytes?: number;
}

/** A transfer failed. The message is for people; `code` is the server's reply, if it gave one. */
export class AvatarTransferError extends Error {
  override readonly name = "AvatarTransferError";
  readonly code: number | undefined;

  constructor(message: string, code?: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const IDLE_MS = 20_000;
const UPLOAD_DEADLINE_MS = 180_000;
const FETCH_DEADLINE_MS = 120_000;
const VERSION_CHARS = 12;
const PIECE_BYTES = 16 * 1024;

/** Stores the user's picture, given as its bytes or as a file's path. Resolves when the profile has it. */
export async function uploadAvatar(
  access: AvatarAccess,
  source: Uint8Array | string,
  control: UploadControl = {},
): Promise<void> {
  const bytes = typeof source === "string" ? await readPicture(source) : source;
  if (bytes.byteLength > MAX_AVATAR_BYTES) throw tooLarge(MAX_AVATAR_BYTES);
  await connected(access, { deadlineMs: UPLOAD_DEADLINE_MS, ...control }, async (client) => {
    const { message } = await client.uploadFrom(Readable.from(pieces(bytes, control.onProgress)), access.ticket.path);
    // The name of the file has the first digits of its hash. Without TLS anybody who shares our address could have sent
    // the server another picture before we did.
    if (!message.includes(`-${versionOf(bytes)}.`))
      throw new AvatarTransferError("another picture was stored, not yours");
  });
}

/** Takes the user's picture away. Resolves when the profile has none; 550 when it had none before. */
export async function removeAvatar(access: AvatarAccess, control: TransferControl = {}): Promise<void> {
  await connected(access, control, async (client) => void (await client.remove(access.ticket.path)));
}

/** Fetches a picture by the `file_name` of a profile. Of one name the content never changes: it can be kept for good. */
export async function fetchAvatar(access: AvatarAccess, fileName: string, control: FetchControl = {}): Promise<Buffer> {
  let result: Buffer | AvatarTransferError = new AvatarTransferError("no such picture");
  await fetchAvatars(access, [fileName], (_name, fetched) => (result = fetched), control);
  if (Buffer.isBuffer(result)) return result;
  throw result;
}

/**
 * Fetches many over one connection, one after the other. `onFetched` gets each picture, or why the server refused it;
 * rejects with AvatarTransferError when the connection fails, the rest is then missing.
 */
export async function fetchAvatars(
  access: AvatarAccess,
  fileNames: readonly string[],
  onFetched: (fileName: string, result: Buffer | AvatarTransferError) => void,
  control: FetchControl = {},
): Promise<void> {
  const maxBytes = control.maxBytes ?? MAX_AVATAR_BYTES;
  await connected(access, { deadlineMs: FETCH_DEADLINE_MS, ...control }, async (client) => {
    for (const fileName of fileNames) {
      const sink = new Sink(maxBytes);
      try {
        await client.downloadTo(sink, fileName);
        const bytes = sink.bytes();
        onFetched(fileName, isPictureOf(fileName, bytes) ? bytes : new AvatarTransferError("another picture was sent"));
      } catch (error) {
        if (!(error instanceof FTPError)) throw error;
        onFetched(fileName, explain(error));
      }
    }
  });
}

/** Logs in, does the work, and always closes. Every failure becomes an AvatarTransferError. */
async function connected(
  access: AvatarAccess,
  { signal, deadlineMs = FETCH_DEADLINE_MS }: TransferControl,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client(access.idleMs ?? IDLE_MS);
  const deadline = AbortSignal.timeout(deadlineMs);
  const stop = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  const close = (): void => client.close();
  stop.addEventListener("abort", close, { once: true });
  try {
    stop.throwIfAborted();
    await logIn(client, access);
    await work(client);
  } catch (error) {
    if (signal?.aborted) throw new AvatarTransferError("given up", undefined, { cause: error });
    throw stop.aborted ? new AvatarTransferError("it took too long", undefined, { cause: error }) : explain(error);
  } finally {
    stop.removeEventListener("abort", close);
    client.close();
  }
}

async function logIn(client: Client, access: AvatarAccess): Promise<void> {
  const { host, ticket, fingerprint } = access;
  await client.connect(host, ticket.port);
  if (ticket.secure) {
    // An IP address must not be sent as server name (RFC 6066, 3).
    const names = { host, ...(isIP(host) === 0 ? { servername: host } : {}) };
    const pinned = fingerprint === undefined ? {} : { rejectUnauthorized: false };
    await client.useTLS({ ...names, ...access.tls, ...pinned });
    if (fingerprint !== undefined) pin(client, fingerprint);
  }
  await client.login(ticket.username, ticket.password);
  await client.useDefaultSettings();
}

/** Nothing secret is sent, and nothing received believed, before the certificate has been compared. */
function pin(client: Client, fingerprint: string): void {
  const { socket } = client.ftp;
  if (!showsCertificate(socket, fingerprint))
    throw new AvatarTransferError("the avatar server shows another certificate");
  let prepare = client.prepareTransfer;
  const pinned = async (context: FTPContext): Promise<FTPResponse> => {
    const response = await prepare(context);
    if (client.prepareTransfer !== pinned) {
      // The library has put the strategy that worked into the place of this one.
      prepare = client.prepareTransfer;
      client.prepareTransfer = pinned;
    }
    const data = context.dataSocket;
    data?.prependOnceListener("secureConnect", () => {
      if (showsCertificate(data, fingerprint)) return;
      data.destroy(new AvatarTransferError("the data connection shows another certificate"));
    });
    return response;
  };
  client.prepareTransfer = pinned;
}

/** A resumed session shows none, but only who had the certificate's key before can resume it. */
function showsCertificate(socket: unknown, fingerprint: string): boolean {
  if (!(socket instanceof TLSSocket)) return false;
  return socket.isSessionReused() || socket.getPeerCertificate().fingerprint256 === fingerprint;
}

async function readPicture(path: string): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > MAX_AVATAR_BYTES) throw tooLarge(MAX_AVATAR_BYTES);
  return readFile(path);
}

/** The content's part of its file's name (docs/avatars.md). */
function versionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, VERSION_CHARS);
}

function isPictureOf(fileName: string, bytes: Uint8Array): boolean {
  const version = /-([0-9a-f]{12})\.\w+$/.exec(fileName)?.[1];
  return version === undefined || version === versionOf(bytes);
}

/** Small pieces, so that the progress is worth showing. */
function* pieces(bytes: Uint8Array, onProgress: UploadControl["onProgress"]): Generator<Buffer> {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < whole.length; offset += PIECE_BYTES) {
    yield whole.subarray(offset, offset + PIECE_BYTES);
    onProgress?.(Math.min(offset + PIECE_BYTES, whole.length), whole.length);
  }
}

/** Keeps what arrives, up to a limit. */
class Sink extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly #maxBytes: number;
  #sizeBytes = 0;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes > this.#maxBytes) return done(tooLarge(this.#maxBytes));
    this.#chunks.push(chunk);
    done();
  }
}

function tooLarge(maxBytes: number): AvatarTransferError {
  return new AvatarTransferError(`the picture is larger than ${Math.floor(maxBytes / 1024)} KiB`);
}

function explain(error: unknown): AvatarTransferError {
  if (error instanceof AvatarTransferError) return error;
  if (error instanceof FTPError)
    return new AvatarTransferError(error.message.replace(/^\d{3} /, ""), error.code, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new AvatarTransferError(`the avatar server cannot be reached: ${reason}`, undefined, { cause: error });
}
