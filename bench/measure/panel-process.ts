// The control panel as people open it, on a page, without a display: to measure what it costs the server.
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { AdminClient } from "../../src/client/admin-client.ts";
import type { PanelPage } from "../../src/config/panel-pages.ts";
import type { Topic } from "../../src/protocol/admin.ts";
import { spawnChild } from "./children.ts";
import { pinned } from "./pinning.ts";

const OPENER = fileURLToPath(new URL("../../../scripts/panel.mjs", import.meta.url));
/** The first start on a machine builds the native parts. */
const OPEN_DEADLINE_MS = 300_000;
const CLOSE_DEADLINE_MS = 10_000;
const LOOK_MS = 100;

/** Events that a panel gets on a page, beside answers. */
const TOPICS: Readonly<Record<"overview" | "traffic", readonly Topic[]>> = {
  overview: ["sample"],
  traffic: ["sample", "traffic"],
};
export type MeasuredPage = keyof typeof TOPICS & PanelPage;

export class PanelProcess {
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  #said = "";
  #hasEnded = false;

  private constructor(dataDir: string, page: MeasuredPage, core: number | undefined) {
    this.#dataDir = dataDir;
    this.#child = spawnChild(pinned(core, [process.execPath, OPENER, "--data", dataDir, "--page", page]), {
      stdio: ["ignore", "ignore", "pipe"],
      // Its settings are not to be those of who measures.
      env: { ...process.env, QT_QPA_PLATFORM: "offscreen", XDG_DATA_HOME: dataDir },
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.#said += chunk.toString()));
    this.#child.once("close", () => (this.#hasEnded = true));
  }

  /** Resolves when the page is in view and the server tells it what it shows; rejects when that cannot be. */
  static async open(dataDir: string, page: MeasuredPage, core: number | undefined): Promise<PanelProcess> {
    const panel = new PanelProcess(dataDir, page, core);
    try {
      await panel.#follows(TOPICS[page], OPEN_DEADLINE_MS);
      return panel;
    } catch (error) {
      panel.#child.kill("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it is gone and the server has noticed. */
  async close(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#follows([], CLOSE_DEADLINE_MS);
  }

  async #follows(topics: readonly Topic[], deadlineMs: number): Promise<void> {
    const admin = await AdminClient.open(this.#dataDir);
    const endMs = performance.now() + deadlineMs;
    try {
      while (performance.now() < endMs) {
        const { followed } = await admin.request("status", {});
        if (topics.length === followed.length && topics.every((topic) => followed.includes(topic))) return;
        if (this.#hasEnded && topics.length > 0) break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    } finally {
      admin.close();
    }
    throw new Error(`the panel did not ${topics.length > 0 ? "open" : "close"}: ${this.#said.trim()}`);
  }
}
