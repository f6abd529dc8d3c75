// The backups that the administrator makes from the panel: a folder beside the store.
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BackupInfo } from "../../protocol/admin.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { runBackup } from "../../threads/backups.ts";

const FILE_NAME = /^messenger-\d{8}-\d{6}\.db$/;

export class BackupFolder {
  readonly #folder: string;
  readonly #storeUrl: string;
  readonly #dataDir: string;
  #making = false;

  constructor(dataDir: string, storeUrl: string) {
    this.#folder = join(dataDir, "backups");
    this.#dataDir = dataDir;
    this.#storeUrl = storeUrl;
  }

  /** @throws ProtocolError 409 while another is being made, 503 when it cannot be made. */
  async make(onProgress: (percent: number) => void): Promise<BackupInfo> {
    if (this.#making) throw new ProtocolError("already", "a backup is being made already");
    this.#making = true;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const file = join(this.#folder, fileName(new Date()));
      const order = { kind: "make", storeUrl: this.#storeUrl, dataDir: this.#dataDir, file } as const;
      const outcome = await runBackup(order, onProgress);
      if (!outcome.done) throw new ProtocolError("store_away", outcome.reason);
      return await describe(file, outcome.users, outcome.messages);
    } finally {
      this.#making = false;
    }
  }

  /** Newest first, each opened and counted now. */
  async list(): Promise<BackupInfo[]> {
    const names = (await readdir(this.#folder).catch(() => []))
      .filter((name) => FILE_NAME.test(name))
      .sort()
      .reverse();
    const backups: BackupInfo[] = [];
    for (const name of names) {
      const file = join(this.#folder, name);
      const outcome = await runBackup({ kind: "count", file });
      backups.push(await describe(file, outcome.done ? outcome.users : null, outcome.done ? outcome.messages : null));
    }
    return backups;
  }
}

async function describe(file: string, users: number | null, messages: number | null): Promise<BackupInfo> {
  const { mtimeMs, size } = await stat(file);
  return { file, time_ms: mtimeMs, size_bytes: size, users, messages };
}

/** `messenger-20260131-235959.db`, in UTC. */
function fileName(time: Date): string {
  const [day = "", clock = ""] = time.toISOString().replace(/[-:]/g, "").split("T");
  return `messenger-${day}-${clock.slice(0, 6)}.db`;
}
