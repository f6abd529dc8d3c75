// Notifications on the desktop, one per subject: by notify-send where it works, otherwise by the tray icon.
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { QPixmap, QSystemTrayIcon } from "@nodegui/nodegui";
import { guard } from "./guard.ts";

/** Subjects that can be in view at a time; each has a process that waits for a click. The oldest is let go first. */
const MAX_SUBJECTS = 6;
const SHOW_MS = 6000;
const MAX_TEXT_CHARS = 200;

export interface Notice {
  /** A later notice of the same subject takes the place of this one. */
  readonly subject: string;
  readonly title: string;
  readonly text: string;
  readonly picture?: QPixmap | undefined;
  readonly onClick: () => unknown;
}

interface Shown {
  /** As the desktop names it; undefined until it has told. */
  id: string | undefined;
  child: ChildProcess;
  /** Notifications that came while the desktop had not told the name yet: the latest alone is shown. */
  next: Notice | undefined;
}

export class Notifier {
  readonly #tray: QSystemTrayIcon | undefined;
  readonly #command: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "messenger-notices-"));
  /** By subject, the latest last. */
  readonly #shown = new Map<string, Shown>();
  #hasCommand = true;
  #onTrayClick: (() => unknown) | undefined;
  /** The subject in the tray, and until when it is shown, on the monotonic clock. */
  #inTray: { readonly subject: string; readonly untilMs: number } | undefined;

  constructor(tray: QSystemTrayIcon | undefined, command = "notify-send") {
    this.#tray = tray;
    this.#command = command;
    tray?.addEventListener(
      "messageClicked",
      guard(() => this.#onTrayClick?.()),
    );
  }

  /** Shows it where something of its subject is still in view, in the place of that; else not. */
  replace(notice: Notice): void {
    const isInTray = this.#inTray?.subject === notice.subject && performance.now() < this.#inTray.untilMs;
    if (this.#shown.has(notice.subject) || isInTray) this.show(notice);
  }

  show(notice: Notice): void {
    const shown = this.#shown.get(notice.subject);
    if (!this.#hasCommand) this.#showInTray(notice);
    else if (shown && shown.id === undefined) shown.next = notice;
    else this.#run(notice, shown);
  }

  dispose(): void {
    for (const { child } of this.#shown.values()) child.kill();
    this.#shown.clear();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(notice: Notice, before: Shown | undefined): void {
    before?.child.kill(); // it only waited for a click
    // "--" so that no text is taken for an option; the body may hold markup for some daemons, hence the escapes.
    const text = shortened(notice.text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const args = [
      "--app-name=Messenger",
      `--expire-time=${SHOW_MS}`,
      "--print-id",
      "--action=default=Open",
      ...(before?.id === undefined ? [] : [`--replace-id=${before.id}`]),
      ...this.#iconOf(notice),
      "--",
      notice.title,
      text,
    ];
    const child = spawn(this.#command, args, { stdio: ["ignore", "pipe", "ignore"] });
    const shown: Shown = { id: before?.id, child, next: undefined };
    this.#shown.delete(notice.subject);
    this.#shown.set(notice.subject, shown);
    this.#letGo();
    let hasEnded = false;
    const end = (worked: boolean): void => {
      if (hasEnded) return;
      hasEnded = true;
      if (this.#shown.get(notice.subject) !== shown) return;
      this.#shown.delete(notice.subject);
      if (worked) return;
      this.#hasCommand = false;
      this.#showInTray(shown.next ?? notice);
    };
    child.on("error", () => end(false));
    child.on("exit", (code, signal) => end(code === 0 || signal !== null));
    createInterface(child.stdout).on(
      "line",
      guard((line: string) => this.#onLine(line, notice, shown)),
    );
  }

  /** First the name that the desktop has given it, then what was clicked. */
  #onLine(line: string, notice: Notice, shown: Shown): unknown {
    if (line === "default") return notice.onClick();
    if (!/^\d+$/.test(line) || this.#shown.get(notice.subject) !== shown) return undefined;
    shown.id = line;
    const { next } = shown;
    if (next) this.#run(next, shown);
    return undefined;
  }

  #letGo(): void {
    const [oldest] = this.#shown;
    if (this.#shown.size <= MAX_SUBJECTS || !oldest) return;
    this.#shown.delete(oldest[0]);
    oldest[1].child.kill();
  }

  #iconOf({ subject, picture }: Notice): string[] {
    const name = createHash("sha256").update(subject).digest("hex").slice(0, 16);
    const file = join(this.#folder, `${name}.png`);
    return picture?.save(file, "PNG") === true ? [`--icon=${file}`] : [];
  }

  #showInTray({ subject, title, text, onClick }: Notice): void {
    this.#onTrayClick = onClick;
    this.#inTray = { subject, untilMs: performance.now() + SHOW_MS };
    this.#tray?.showMessage(title, shortened(text), undefined, SHOW_MS);
  }
}

function shortened(text: string): string {
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
}
