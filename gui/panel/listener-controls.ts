// The head of the panel: the server's state, and Run, Stop and Restart with address and port.
import { QLabel, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import type { ReconnectingAdminClient } from "../../src/client/models/reconnecting-admin-client.ts";
import type { ServerStatus } from "../../src/protocol/admin.ts";
import { ask } from "../kit/dialogs.ts";
import { column, field, button, label, panel, rename, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";
import { restartQuestion, stopQuestion } from "./questions.ts";

const MAX_PORT = 65_535;
/** Between what is pressed often and what throws everybody out. */
const FAR_PX = 24;

export class ListenerControls {
  readonly widget: QWidget;
  readonly state: QLabel = label({ name: "heading" });
  readonly address: QLineEdit = field({
    title: "Address",
    placeholder: "Address",
    onEnter: () => this.#onEnter(),
  });
  readonly port: QLineEdit = field({
    title: "Port",
    placeholder: "Port",
    maxLength: 5,
    onEnter: () => this.#onEnter(),
  });
  readonly run: QPushButton;
  readonly stop: QPushButton;
  readonly restart: QPushButton;
  readonly outcome = new Outcome({ hidesEmpty: true });
  readonly #connection: ReconnectingAdminClient;
  readonly #window: QWidget;
  readonly #onChange: () => Promise<void>;
  /** Where the listener was last, so that the fields follow it but keep what is being typed. */
  #shown = "";
  #status: ServerStatus | undefined;
  #isBusy = false;

  /** `window` is behind the questions; `onChange` is called after the listener was started or stopped. */
  constructor(connection: ReconnectingAdminClient, window: QWidget, onChange: () => Promise<void>) {
    this.#connection = connection;
    this.#window = window;
    this.#onChange = onChange;
    this.address.setFixedWidth(150);
    this.port.setFixedWidth(76);
    this.run = button({ text: "Run", onClick: () => this.#run() });
    this.stop = button({ text: "Stop…", name: "danger", onClick: () => this.#stop() });
    this.restart = button({ text: "Restart…", onClick: () => this.#restart() });
    const state = panel(
      "header",
      column({ spacing: 2, children: ["stretch", this.state, this.outcome.widget, "stretch"] }),
    );
    const controls = [this.address, this.port, this.run, this.restart, FAR_PX, this.stop];
    this.widget = panel("header", row({ spacing: 8, children: [{ grow: state }, ...controls] }));
    this.show(undefined);
  }

  /** Shows the state that the server told; undefined without a connection. */
  show(status: ServerStatus | undefined): void {
    this.#status = status;
    if (status === undefined) this.outcome.clear(); // of a server that is gone
    const listening = status?.listening;
    this.state.setText(stateText(status));
    rename(this.state, listening ? "stateGood" : "stateBad");
    if (listening) this.#fill(listening.address, listening.port);
    this.#enable();
  }

  #fill(address: string, port: number): void {
    const now = `${address} ${port}`;
    if (now === this.#shown) return;
    this.#shown = now;
    this.address.setText(address);
    this.port.setText(String(port));
  }

  #enable(): void {
    const isThere = this.#status !== undefined && !this.#isBusy;
    const isListening = this.#status?.listening != null;
    this.run.setEnabled(isThere && !isListening);
    this.stop.setEnabled(isThere && isListening);
    this.restart.setEnabled(isThere && isListening);
    this.address.setEnabled(isThere);
    this.port.setEnabled(isThere);
  }

  /** The typed address and port; undefined, and told, when it is no address and port. */
  #place(): { readonly address: string; readonly port: number } | undefined {
    const address = this.address.text().trim();
    const port = Number(this.port.text());
    if (address === "") this.outcome.bad("The address is missing.");
    else if (!/^\d+$/.test(this.port.text()) || port > MAX_PORT)
      this.outcome.bad(`The port must be a whole number from 0 to ${MAX_PORT}.`);
    else return { address, port };
    return undefined;
  }

  /** Enter in a field does what the button beside it can do. */
  #onEnter(): unknown {
    if (this.run.isEnabled()) return this.#run();
    return this.restart.isEnabled() ? this.#restart() : undefined;
  }

  async #run(): Promise<void> {
    const place = this.#place();
    if (place) await this.#do(this.#connection.request("listen", place), "It runs.");
  }

  #restart(): void {
    const place = this.#place();
    if (!place || !this.#status) return;
    ask(this.#window, restartQuestion(this.#status, place.address, place.port), () =>
      this.#do(this.#connection.request("listen", place), "It runs again."),
    );
  }

  #stop(): void {
    if (!this.#status) return;
    ask(this.#window, stopQuestion(this.#status), () =>
      this.#do(this.#connection.request("stop_listening", {}), "Stopped: nobody can connect, nobody is connected."),
    );
  }

  async #do(work: Promise<object>, done: string): Promise<void> {
    this.#isBusy = true;
    this.#window.setFocus(); // Qt would give it to the address when the button is switched off, with all of it selected
    this.#enable();
    await this.outcome.of(work, () => done);
    this.#isBusy = false;
    await this.#onChange();
    this.#enable();
    if (this.run.isEnabled()) this.run.setFocus();
    else if (this.restart.isEnabled()) this.restart.setFocus();
  }
}

function stateText(status: ServerStatus | undefined): string {
  if (status === undefined) return "No connection";
  const { listening } = status;
  if (listening === null) return "Stopped";
  return `Running on ${listening.address}:${listening.port}`;
}
