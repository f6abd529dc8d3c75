// A small disk of its own (an ext4 file system in a file) that a test fills, makes refuse writes, and breaks.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const IMAGE_BYTES = 24 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

export class DiskImage {
  /** Where it is mounted. */
  readonly path: string;
  readonly #image: string;

  private constructor(folder: string) {
    this.path = join(folder, "disk");
    this.#image = join(folder, "image");
  }

  /** Makes and mounts one in `folder`; undefined where that is not allowed, or the tools are missing. */
  static make(folder: string): DiskImage | undefined {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
    const disk = new DiskImage(folder);
    mkdirSync(disk.path);
    writeFileSync(disk.#image, "");
    truncateSync(disk.#image, IMAGE_BYTES);
    if (spawnSync("mkfs.ext4", ["-q", "-F", "-m", "0", disk.#image]).status !== 0) return undefined;
    return disk.#mount() ? disk : undefined;
  }

  /** Fills it up to the last block. */
  fill(): void {
    for (let bytes = PIECE_BYTES; bytes >= 1024; bytes /= 4) {
      for (let piece = 0; this.#put(`filler-${bytes}-${piece}`, bytes); piece++);
    }
  }

  /** Removes what fills it. */
  free(): void {
    for (const name of readdirSync(this.path)) if (name.startsWith("filler-")) rmSync(join(this.path, name));
  }

  /** Writes back whatever is only in memory, as the kernel does by itself after some seconds. */
  writeBack(): void {
    execFileSync("sync", ["-f", this.path]);
  }

  /** Makes all files of a folder refuse writes, also to who has them open, or no longer. */
  setImmutable(folder: string, isImmutable: boolean): void {
    const files = readdirSync(folder).filter((name) => name.startsWith("messenger.db"));
    execFileSync("chattr", [isImmutable ? "+i" : "-i", ...files.map((name) => join(folder, name))]);
  }

  /** Has the kernel find an error in it: from then on the disk is read-only, whoever has files open. */
  breakDown(): void {
    const device = execFileSync("findmnt", ["-no", "SOURCE", this.path], { encoding: "utf8" }).trim();
    writeFileSync(join("/sys/fs/ext4", basename(device), "trigger_fs_error"), "1");
  }

  /** Repairs and mounts it again, as at a restart of the machine; nobody may have files open. */
  repair(): void {
    execFileSync("umount", [this.path]);
    // 1: errors were found and mended.
    const { status, stdout } = spawnSync("e2fsck", ["-f", "-y", this.#image], { encoding: "utf8" });
    if (status !== 0 && status !== 1) throw new Error(`e2fsck: ${stdout}`);
    if (!this.#mount()) throw new Error("the repaired disk cannot be mounted");
  }

  remove(): void {
    // Lazily: a server that a failed test left may still be on its way out.
    spawnSync("umount", ["-l", this.path]);
  }

  #mount(): boolean {
    return spawnSync("mount", ["-o", "loop,errors=remount-ro", this.#image, this.path]).status === 0;
  }

  /** False when there is no room for it. */
  #put(name: string, bytes: number): boolean {
    try {
      writeFileSync(join(this.path, name), Buffer.alloc(bytes, "x"), { flush: true });
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false;
      throw error;
    }
  }
}
