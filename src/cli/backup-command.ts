// `messenger backup FILE`: copies the embedded store, also while a server uses it.
import { resolve } from "node:path";
import { loadConfig } from "../config/load.ts";
import { CONFIG_FILE_OPTION, OPTIONS } from "../config/options.ts";
import { backupStore } from "../store/backup.ts";
import type { BackupProgress, BackupSummary } from "../store/store.ts";
import { hidePassword } from "../store/open.ts";
import { StoreOpenError } from "../store/store.ts";
import { UserError } from "../util/user-error.ts";
import type { Command, CommandArgs } from "./command.ts";
import { commandOptions } from "./config-options.ts";

const PROGRESS_INTERVAL_MS = 200;

export const command: Command = {
  options: commandOptions([CONFIG_FILE_OPTION, OPTIONS.store, OPTIONS.data]),
  examples: [
    ["messenger backup /backup/messenger-monday.db", "copies the store in the default data folder"],
    ["messenger backup monday.db --data /srv/messenger", "copies the store of another data folder"],
  ],
  notes: [
    "The server may run meanwhile: the copy is the store as it was at one moment. The file must not exist yet;",
    "it appears when the copy is complete and has been checked. Avatars are files in the data folder: copy them",
    "too. To go back, stop the server, remove the store's -wal and -shm files and put the copy in its place.",
  ].join("\n"),
  run,
};

async function run(args: CommandArgs): Promise<number> {
  const config = loadConfig({ config: args["config"], store: args["store"], data: args["data"] });
  const target = resolve(String(args["file"]));
  const startMs = performance.now();
  const progress = new ProgressLine(process.stderr);
  try {
    const options = { dataDir: config.data };
    const summary = await backupStore(config.store, options, target, (state) => progress.show(state));
    progress.end();
    process.stdout.write(`${report(config.store, target, summary, performance.now() - startMs)}\n`);
    return 0;
  } catch (error) {
    progress.end();
    if (error instanceof StoreOpenError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

function report(url: string, target: string, summary: BackupSummary, tookMs: number): string {
  const { userCount, chatCount, messageCount, bytes } = summary;
  const mebibytes = (bytes / 2 ** 20).toFixed(1);
  const content = `${userCount} users, ${chatCount} chats, ${messageCount} messages`;
  return `${hidePassword(url)} copied to ${target}: ${content}, ${mebibytes} MiB in ${(tookMs / 1000).toFixed(1)} s, checked`;
}

/** One line that is written over and over, on terminals only. */
class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #shownMs = -Infinity;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show({ doneShare }: BackupProgress): void {
    const nowMs = performance.now();
    if (!this.#stream.isTTY || nowMs - this.#shownMs < PROGRESS_INTERVAL_MS) return;
    this.#shownMs = nowMs;
    this.#stream.write(`\rcopying: ${Math.floor(doneShare * 100)} %`);
  }

  end(): void {
    if (this.#shownMs > -Infinity) this.#stream.write("\r\x1b[K");
  }
}
