// Notifications on the desktop: by notify-send where it works, otherwise by the tray icon.
import { spawn } from "node:child_process";
import type { QSystemTrayIcon } from "@nodegui/nodegui";

/** More than this under way are dropped: a flood of messages must not start a flood of processes. */
const MAX_RUNNING = 3;
const SHOW_MS = 6000;
const MAX_TEXT_CHARS = 200;

export class Notifier {
  readonly #tray: QSystemTrayIcon | undefined;
  #running = 0;
  #hasNotifySend = true;

  constructor(tray: QSystemTrayIcon | undefined) {
    this.#tray = tray;
  }

  show(title: string, text: string): void {
    if (this.#running >= MAX_RUNNING) return;
    const short = text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
    if (this.#hasNotifySend) this.#notifySend(title, short);
    else this.#tray?.showMessage(title, short, undefined, SHOW_MS);
  }

  #notifySend(title: string, text: string): void {
    this.#running += 1;
    // "--" so that no text is taken for an option; the body may hold markup for some daemons, hence the escapes.
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const args = ["--app-name=Messenger", `--expire-time=${SHOW_MS}`, "--", title, escaped];
    const child = spawn("notify-send", args, { stdio: "ignore", timeout: 5000 });
    let ended = false;
    const end = (worked: boolean): void => {
      if (ended) return;
      ended = true;
      this.#running -= 1;
      if (worked) return;
      this.#hasNotifySend = false;
      this.#tray?.showMessage(title, text, undefined, SHOW_MS);
    };
    child.on("error", () => end(false));
    child.on("exit", (code) => end(code === 0));
  }
}
