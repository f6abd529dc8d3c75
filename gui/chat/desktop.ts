// The client outside its windows: tray icon, title badge, notifications.
import { QIcon, QMenu, QSystemTrayIcon, type QPixmap } from "@nodegui/nodegui";
import { iconPixmap } from "../kit/icons.ts";
import { fillMenu } from "../kit/menu.ts";
import { Notifier } from "../kit/notifier.ts";

export interface DesktopActions {
  onOpen(): void;
  onQuit(): void;
}

const ICON_PX = 64;

export class Desktop {
  readonly notifier: Notifier;
  readonly #tray = new QSystemTrayIcon();
  // Kept, since the tray holds no reference to it.
  readonly #menu = new QMenu();
  #unread = -1;

  constructor(actions: DesktopActions) {
    fillMenu(this.#menu, [
      { text: "Open Messenger", onClick: () => actions.onOpen() },
      "separator",
      { text: "Quit", onClick: () => actions.onQuit() },
    ]);
    this.#tray.setContextMenu(this.#menu);
    this.#tray.addEventListener("activated", () => actions.onOpen());
    this.notifier = new Notifier(this.#tray);
    this.showUnread(0);
    this.#tray.show();
  }

  /** Colours the tray icon when something is unread. */
  showUnread(unread: number): void {
    if (unread === this.#unread) return;
    if (unread > 0 !== this.#unread > 0 || this.#unread < 0) this.#tray.setIcon(appIcon(unread > 0));
    this.#unread = unread;
    this.#tray.setToolTip(unread > 0 ? `Messenger: ${unread} unread` : "Messenger");
  }

  dispose(): void {
    this.notifier.dispose();
    this.#tray.hide();
  }
}

export function appIcon(hasUnread: boolean): QIcon {
  return new QIcon(appPixmap(hasUnread));
}

export function appPixmap(hasUnread: boolean): QPixmap {
  return iconPixmap("app", hasUnread ? "#e0483e" : "#2f84d6", ICON_PX, 1);
}
