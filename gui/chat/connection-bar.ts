// The bar of a lost connection: its reason, and when the next attempt is; hidden when all is well.
import type { QPushButton, QWidget } from "@nodegui/nodegui";
import type { Messenger } from "../../src/client/messenger.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { button, label, panel, row } from "../kit/widgets.ts";

const TICK_MS = 1000;
/** A connection that is back at once is no news. */
const QUIET_MS = 600;

export class ConnectionBar implements Disposable {
  readonly widget: QWidget;
  readonly #messenger: Messenger;
  readonly #text = label({ name: "connectionText" });
  readonly #retry: QPushButton;
  readonly #subscriptions = new DisposableStore();
  #timer: NodeJS.Timeout | undefined;
  #offlineSinceMs: number | undefined;

  constructor(messenger: Messenger) {
    this.#messenger = messenger;
    this.#retry = button({ text: "Try now", name: "link", onClick: () => messenger.retryNow() });
    this.widget = panel(
      "connectionBar",
      row({ margins: [16, 3, 10, 3], children: [this.#text, "stretch", this.#retry] }),
    );
    this.#subscriptions.add(messenger.events.on("state", () => this.#update()));
    this.#subscriptions.add(messenger.outgoing.events.on("added", () => this.#update()));
    this.widget.hide();
    this.#update();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscriptions.dispose();
  }

  #update(): void {
    const { kind } = this.#messenger.state;
    if (kind === "online") {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#offlineSinceMs = undefined;
      this.widget.hide();
      return;
    }
    this.#offlineSinceMs ??= Date.now();
    this.#timer ??= setInterval(() => this.#update(), TICK_MS);
    this.#text.setText(connectionText(this.#messenger, Date.now()));
    this.#retry.setVisible(kind === "offline");
    if (Date.now() - this.#offlineSinceMs >= QUIET_MS) this.widget.show();
  }
}

/** The state of the connection, for people. */
function connectionText({ state, outgoing }: Messenger, nowMs: number): string {
  const waiting = outgoing.waitingCount;
  const unsent = waiting === 0 ? "" : ` · ${waiting} ${waiting === 1 ? "message waits" : "messages wait"} to be sent`;
  if (state.kind === "connecting") return `Connecting…${unsent}`;
  if (state.kind === "offline") {
    const seconds =
      state.retryAtMs === undefined ? undefined : Math.max(0, Math.ceil((state.retryAtMs - nowMs) / 1000));
    const next = seconds === undefined ? "" : seconds === 0 ? ", trying…" : `, next try in ${seconds} s`;
    return `Offline: ${state.problem}${next}${unsent}`;
  }
  return state.kind === "signed-out" ? `Logged out: ${state.reason}` : "";
}
