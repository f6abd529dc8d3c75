// The control panel of `messenger server -g`: a process of its own, whose end is no matter for the server.
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Logger } from "../../log/logger.ts";

const OPENER = fileURLToPath(new URL("../../../../scripts/panel.mjs", import.meta.url));

/** Starts the panel; what it says goes to the log. It never throws, and never keeps the server from ending. */
export class PanelProcess {
  readonly #child: ChildProcess;
  readonly #log: Logger;
  #lastLine = "";
  #isClosed = false;

  constructor(dataDir: string, log: Logger) {
    this.#log = log;
    const words = [OPENER, "--data", dataDir, "--of-server"];
    // Nothing on standard output: it carries the ready line and nothing else.
    this.#child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
    if (this.#child.stderr) {
      createInterface({ input: this.#child.stderr }).on("line", (line) => {
        if (line.trim() === "") return;
        if (this.#lastLine !== "") log.info("the control panel says", { line: this.#lastLine });
        this.#lastLine = line;
      });
    }
    this.#child.on("error", (error) => log.warn("the control panel cannot be started", { error }));
    this.#child.on("close", (code, signal) => this.#onEnd(code, signal));
  }

  /** The panel goes with the server. */
  close(): void {
    this.#isClosed = true;
    this.#child.kill("SIGTERM");
  }

  #onEnd(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#isClosed) return;
    if (code === 0) this.#log.info("the control panel was closed");
    else {
      // Its last words explain an end of its own, not one by a signal.
      const reason = signal ?? (this.#lastLine === "" ? `exit code ${code}` : this.#lastLine);
      this.#log.warn("the control panel has ended; the server runs on", { reason });
    }
  }
}
