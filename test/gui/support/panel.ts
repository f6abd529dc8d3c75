// The control panel of a server under test, driven like an administrator would.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PanelApplication as PanelApplicationType } from "../../../gui/panel/panel-application.ts";
import type { PanelPage } from "../../../src/config/panel-pages.ts";
import { eventually } from "../../support/eventually.ts";
import { textsIn, user } from "./qt.ts";

const { PanelApplication } = await import("../../../gui/panel/panel-application.ts");

export class TestPanel {
  readonly application: PanelApplicationType;
  /** What the application logged as errors. */
  readonly errors: string[] = [];
  /** With what it wanted to end its process. */
  readonly exitCodes: number[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "messenger-panel-"));

  private constructor(dataDir: string, isOfServer: boolean, page: PanelPage) {
    const log = (text: string, fields: object = {}): void => void this.errors.push(`${text} ${JSON.stringify(fields)}`);
    const logger = { error: log, warn: log, info() {}, debug() {}, child: () => logger, async close() {} };
    this.application = new PanelApplication({
      dataDir,
      isOfServer,
      page,
      settingsFile: join(this.#folder, "settings.json"),
      logger,
      onQuit: (code) => void this.exitCodes.push(code),
    });
  }

  static async open(dataDir: string, isOfServer = false, page: PanelPage = "overview"): Promise<TestPanel> {
    const panel = new TestPanel(dataDir, isOfServer, page);
    await panel.application.start();
    await eventually("the panel shows the state", () => panel.window.listener.state.text() !== "No connection");
    return panel;
  }

  get window() {
    return this.application.window;
  }

  get pages() {
    return this.window.pages;
  }

  /** Waits for a question, presses the button that says yes, and returns what the question said. */
  async answer(title: RegExp, yes: string): Promise<string> {
    const { window } = this.window;
    await eventually(`${title.source} is asked`, () => title.test(textsIn(window)));
    const text = textsIn(window);
    user.pressButton(window, yes);
    await eventually(`${title.source} is answered`, () => !title.test(textsIn(window)));
    return text;
  }

  close(): void {
    this.application.quit();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
