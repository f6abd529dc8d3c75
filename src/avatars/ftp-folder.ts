// The folder that a logged-in FTP client sees, without any other in it, and its listing.
import type { UserId } from "../protocol/ids.ts";
import { userOf, type AvatarFile, type AvatarStore } from "./avatar-store.ts";
import { statOf, type FtpFolder, type FtpStat } from "./ftp-types.ts";

/** Lines that are made at once; the main thread does other things in between. */
const BLOCK_LINES = 500;
const HALF_YEAR_MS = 182 * 24 * 3600 * 1000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The name of a file in the root folder, the only one: at most `/` or `./` may stand before it. Undefined for other paths. */
export function fileNameOf(path: string | null): string | undefined {
  const name = path?.replace(/^\.?\//, "");
  return name === undefined || name === "" || /[/\\]/.test(name) || name === "." || name === ".." ? undefined : name;
}

/** Whether the path's name is a pattern, as clients leave it to the server (`mget *.png`; RFC 1123, 4.1.2.7). */
export function isPattern(path: string | null): path is string {
  return path !== null && /[*?]/.test(path);
}

/** Whether a name fits a pattern of `*` and `?`; the work is at most the product of their lengths. */
export function fits(name: string, pattern: string): boolean {
  let [at, star, from] = [0, -1, 0];
  for (let index = 0; index < name.length;) {
    const wanted = pattern[at];
    if (wanted === "*") [star, from] = [at++, index];
    else if (wanted !== undefined && (wanted === "?" || wanted === name[index])) [at, index] = [at + 1, index + 1];
    else if (star === -1) return false;
    else [at, index] = [star + 1, ++from];
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** True for every path that leads to the root folder. */
export function isRoot(path: string | null): boolean {
  return (path ?? "").split("/").every((part) => part === "" || part === "." || part === "..");
}

export class RootFolder implements FtpFolder {
  readonly #store: AvatarStore;
  readonly #hidden: () => Promise<ReadonlySet<UserId>>;

  /** `hidden` says whose files are not seen: for whom looks, they are not there. */
  constructor(store: AvatarStore, hidden: () => Promise<ReadonlySet<UserId>>) {
    this.#store = store;
    this.#hidden = hidden;
  }

  /** In no order. */
  async visible(): Promise<Iterable<AvatarFile>> {
    return this.#store.list(await this.#hiddenUsers());
  }

  async find(path: string | null): Promise<AvatarFile | undefined> {
    const fileName = fileNameOf(path) ?? "";
    const file = this.#store.find(fileName);
    return file !== undefined && (await this.#hiddenUsers()).has(userOf(fileName)) ? undefined : file;
  }

  /** The message of an error goes to the client. */
  async #hiddenUsers(): Promise<ReadonlySet<UserId>> {
    try {
      return await this.#hidden();
    } catch (cause) {
      throw new Error("The server could not do it, try again later", { cause });
    }
  }

  currentDirectory(): string {
    return "/";
  }

  chdir(path: string | null): string {
    if (!isRoot(path)) throw new Error("No such folder");
    return "/";
  }

  async get(path: string | null): Promise<FtpStat> {
    const file = await this.find(path);
    if (file === undefined) throw new Error("No such file");
    return statOf(file);
  }
}

/** The listing in blocks of many lines; `nowMs` decides whether a line has the time of day or the year, as `ls` does. */
export function* listing(files: Iterable<AvatarFile>, namesOnly: boolean, nowMs: number): Generator<string> {
  let lines: string[] = [];
  for (const file of files) {
    lines.push(namesOnly ? file.fileName : longLine(file, nowMs));
    if (lines.length < BLOCK_LINES) continue;
    yield lines.join("\r\n") + "\r\n";
    lines = [];
  }
  if (lines.length > 0) yield lines.join("\r\n") + "\r\n";
}

function longLine(file: AvatarFile, nowMs: number): string {
  const time = new Date(file.modifiedMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const isRecent = Math.abs(nowMs - file.modifiedMs) < HALF_YEAR_MS;
  const clock = isRecent ? `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}` : ` ${time.getUTCFullYear()}`;
  const date = `${MONTHS[time.getUTCMonth()]} ${two(time.getUTCDate())} ${clock}`;
  return `-r--r--r-- 1 avatars avatars ${String(file.sizeBytes).padStart(8)} ${date} ${file.fileName}`;
}
