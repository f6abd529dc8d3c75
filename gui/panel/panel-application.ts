// The control panel as a whole: the window, its colours, and what closing it means.
import { QApplication, QDialog } from "@nodegui/nodegui";
import { isAnswer } from "../../src/client/errors.ts";
import type { PanelPage } from "../../src/config/panel-pages.ts";
import type { Logger } from "../../src/log/logger.ts";
import { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import { appIcon } from "../chat/desktop.ts";
import { Preferences } from "../chat/preferences.ts";
import { openModal, tell } from "../kit/dialogs.ts";
import { handlerErrors } from "../kit/guard.ts";
import { Theme } from "../kit/theme.ts";
import { button, column, label, row } from "../kit/widgets.ts";
import { reasonOf } from "./outcome.ts";
import { PanelWindow } from "./panel-window.ts";

export interface PanelOptions {
  /** The data folder of the server. */
  readonly dataDir: string;
  /** True for the panel of `messenger server -g`: closing it asks what becomes of the server. */
  readonly isOfServer: boolean;
  /** The first page. */
  readonly page: PanelPage;
  /** Where the choice of colours is kept. */
  readonly settingsFile: string;
  readonly logger: Logger;
  readonly onQuit: (code: number) => void;
}

export class PanelApplication {
  readonly theme = new Theme();
  readonly window: PanelWindow;
  readonly #options: PanelOptions;
  readonly #preferences: Preferences;
  #question: ReturnType<typeof askAboutServer> | undefined;
  #isQuitting = false;

  constructor(options: PanelOptions) {
    this.#options = options;
    this.#preferences = new Preferences(options.settingsFile);
    handlerErrors.on("error", (error) => this.#onError(error));
    QApplication.setApplicationDisplayName("Messenger");
    QApplication.setWindowIcon(appIcon(false));
    QApplication.instance().setQuitOnLastWindowClosed(false);
    this.#applyTheme();
    this.window = new PanelWindow(new ReconnectingAdminClient(options.dataDir), this.theme);
    this.window.show(this.window.pages[options.page]);
    this.window.events.on("close", () => this.#onClose());
    this.window.events.on("theme", () => this.#switchTheme());
  }

  async start(): Promise<void> {
    this.window.window.show();
    await this.window.connection.start();
  }

  /** The server goes on. */
  quit(code = 0): void {
    if (this.#isQuitting) return;
    this.#isQuitting = true;
    this.window.connection.close();
    this.window.dispose();
    this.#options.onQuit(code);
  }

  /** The question on closing, while it is open. */
  get question() {
    return this.#question;
  }

  #onClose(): void {
    const isServerThere = this.window.connection.state.kind === "online";
    if (!this.#options.isOfServer || !isServerThere) return this.quit();
    this.#question = askAboutServer(this.window, {
      keep: () => this.quit(),
      stop: () => this.#stopServer(),
    });
  }

  async #stopServer(): Promise<void> {
    try {
      await this.window.connection.request("shutdown", {});
      this.quit();
    } catch (error) {
      tell(this.window.window, "The server was not stopped", reasonOf(error));
    }
  }

  #applyTheme(): void {
    const { theme, textPx } = this.#preferences.get();
    this.theme.apply(theme, textPx);
  }

  #switchTheme(): void {
    this.#preferences.set({ theme: this.theme.colors.isDark ? "light" : "dark" });
    this.#applyTheme();
  }

  #onError(error: unknown): void {
    // That there is no such user is for the person at the window; only what the program did wrong is for its log.
    if (!isAnswer(error)) {
      const fields = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      this.#options.logger.error("a handler failed", fields);
    }
    if (!this.#isQuitting)
      tell(this.window.window, "That did not work", error instanceof Error ? error.message : String(error));
  }
}

/** Asks what becomes of the server when its panel is closed; Escape and Cancel keep both. */
export function askAboutServer(parent: PanelWindow, choices: { keep: () => unknown; stop: () => unknown }) {
  const dialog = new QDialog(parent.window);
  const choose = (choice: () => unknown) => (): unknown => {
    dialog.close();
    return choice();
  };
  const cancel = button({ text: "Cancel", onClick: () => dialog.close() });
  const stop = button({ text: "Stop the server", name: "danger", onClick: choose(choices.stop) });
  const keep = button({ text: "Keep it running", name: "primary", onClick: choose(choices.keep) });
  dialog.setWindowTitle("Close the control panel");
  dialog.setMinimumWidth(420);
  dialog.setLayout(
    column({
      margins: [22, 20, 22, 18],
      children: [
        label({ text: "Close the control panel?", name: "heading" }),
        10,
        label({
          text: "The server can go on without it; “messenger panel” opens it again. Or it stops in order now.",
          wraps: true,
        }),
        20,
        row({ spacing: 8, children: [cancel, "stretch", stop, keep] }),
      ],
    }),
  );
  openModal(dialog, { enter: keep });
  return { dialog, keep, stop, cancel };
}
