// A disk that may lose, at a power cut, whatever has not been synced: what can be on it afterwards.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Operation } from "./recording.ts";

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

/** What becomes of what was not synced: the disk had it all, or none of it, or some sectors of it in any order. */
export type Fate = "kept" | "lost" | "torn";

/** A number from 0 to below 1; seeded, so that a finding can be had again. */
export type Random = () => number;

type Change = { readonly offset: number; readonly data: Buffer } | { readonly truncateTo: number };

/** Files, and undefined for folders, by their paths; a folder comes before what is in it. */
export type Contents = ReadonlyMap<string, Buffer | undefined>;

/** What is in a folder, by paths in it. */
export function contentsOf(folder: string): Contents {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }));
  return new Map(
    paths
      .toSorted((a, b) => a.path.length - b.path.length)
      .map(({ path, isFolder }) => [relative(folder, path), isFolder ? undefined : readFileSync(path)]),
  );
}

interface File {
  /** Content at the last sync. */
  synced: Buffer;
  /** What was done since, in order. */
  pending: Change[];
}

/** What has a name: files, and FOLDER for folders. */
type Names = Map<string, File>;

/** A change of names; those of a folder reach the disk in their order. */
interface Renaming {
  readonly apply: (names: Names) => void;
  /** The folder whose sync makes it durable. */
  readonly folder: string;
}

/** See above. Folders are names like files; all paths are below `root`. */
export class Disk {
  readonly #root: string;
  readonly #names: Names = new Map();
  readonly #syncedNames: Names;
  #renamings: Renaming[] = [];
  readonly #open = new Map<number, string | File>();

  /** `contents` are there and durable; paths are relative to `root`. */
  constructor(root: string, contents: Contents = new Map()) {
    this.#root = root;
    for (const [path, synced] of contents)
      this.#names.set(join(root, path), synced === undefined ? FOLDER : { synced, pending: [] });
    this.#syncedNames = new Map(this.#names);
  }

  /** Carries out what a program did. */
  apply(operation: Operation): void {
    switch (operation.op) {
      case "start":
        return this.#open.clear();
      case "open":
      case "opennew":
      case "openempty":
        return this.#opened(operation.fd, operation.path, operation.op);
      case "close":
        return void this.#open.delete(operation.fd);
      case "sync":
        return this.#sync(operation.fd);
      case "write":
        return void this.#file(operation.fd)?.pending.push(operation);
      case "truncate":
        return void this.#file(operation.fd)?.pending.push({ truncateTo: operation.offset });
      case "mkdir":
        return this.#rename(operation.path, (names) => names.set(operation.path, FOLDER));
      case "unlink":
        return this.#rename(operation.path, (names) => names.delete(operation.path));
      case "rename":
        return this.#rename(operation.path, (names) => {
          const file = names.get(operation.path);
          if (file !== undefined) names.set(operation.other, file);
          names.delete(operation.path);
        });
    }
  }

  /** Files of an open file descriptor; undefined for a folder. */
  #file(fd: number): File | undefined {
    const opened = this.#open.get(fd);
    if (opened === undefined) throw new Error(`a call on file descriptor ${fd}, which is not open`);
    return typeof opened === "string" ? undefined : opened;
  }

  #opened(fd: number, path: string, op: "open" | "opennew" | "openempty"): void {
    const known = this.#names.get(path);
    if (path === this.#root || known === FOLDER) return void this.#open.set(fd, path);
    if (known === undefined && op === "open") throw new Error(`${path} was opened, and is not on the disk`);
    const file = known ?? { synced: Buffer.alloc(0), pending: [] };
    if (known === undefined) this.#rename(path, (names) => names.set(path, file));
    else if (op === "openempty") file.pending.push({ truncateTo: 0 });
    this.#open.set(fd, file);
  }

  #rename(path: string, apply: Renaming["apply"]): void {
    apply(this.#names);
    this.#renamings.push({ apply, folder: dirname(path) });
  }

  #sync(fd: number): void {
    const opened = this.#open.get(fd);
    if (opened === undefined) throw new Error(`a sync of file descriptor ${fd}, which is not open`);
    if (typeof opened === "string") return this.#syncNames(opened);
    opened.synced = content(opened, opened.pending);
    opened.pending = [];
  }

  /** The folder's names are durable; those of other folders need not be. */
  #syncNames(path: string): void {
    for (const { apply, folder } of this.#renamings) if (folder === path) apply(this.#syncedNames);
    this.#renamings = this.#renamings.filter(({ folder }) => folder !== path);
  }

  /** Writes what is on the disk after a cut now to `folder`, which is made again. */
  cut(target: string, fate: Fate, random: Random): void {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    const names = new Map(this.#syncedNames);
    const kept = { kept: this.#renamings.length, lost: 0, torn: Math.floor(random() * (this.#renamings.length + 1)) };
    for (const { apply } of this.#renamings.slice(0, kept[fate])) apply(names);
    const share = random();
    for (const [path, file] of names) {
      const place = join(target, relative(this.#root, path));
      // A name in a folder that has none itself.
      if (dirname(path) !== this.#root && !names.has(dirname(path))) continue;
      mkdirSync(file === FOLDER ? place : dirname(place), { recursive: true });
      if (file !== FOLDER)
        writeFileSync(
          place,
          afterCut(file, fate, () => random() < share),
        );
    }
  }
}

const FOLDER: File = { synced: Buffer.alloc(0), pending: [] };

function afterCut(file: File, fate: Fate, survives: () => boolean): Buffer {
  if (fate === "kept") return content(file, file.pending);
  if (fate === "lost") return file.synced;
  return content(file, file.pending.flatMap(sectors).filter(survives));
}

/** A write as the disk sees it: up to the borders of its sectors. */
function sectors(change: Change): Change[] {
  if ("truncateTo" in change) return [change];
  const parts: Change[] = [];
  for (let at = 0; at < change.data.length;) {
    const offset = change.offset + at;
    const end = Math.min(change.data.length, at + SECTOR_BYTES - (offset % SECTOR_BYTES));
    parts.push({ offset, data: change.data.subarray(at, end) });
    at = end;
  }
  return parts;
}

function content(file: File, changes: readonly Change[]): Buffer {
  let bytes = Buffer.from(file.synced);
  for (const change of changes) {
    const end = "truncateTo" in change ? change.truncateTo : Math.max(bytes.length, change.offset + change.data.length);
    if (end < bytes.length) bytes = bytes.subarray(0, end);
    if (end > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(end - bytes.length)]);
    if ("data" in change) change.data.copy(bytes, change.offset);
  }
  return bytes;
}
