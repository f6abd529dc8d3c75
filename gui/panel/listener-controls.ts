// The head of the panel: the server's state, and Run, Stop and Restart with address and port.
import { QLabel, type QLineEdit, type QPushButton, type QWidget } from "@nodegui/nodegui";
import type { AdminConnection } from "../../src/client/models/admin-connection.ts";
import type { ServerStatus } from "../../src/protocol/admin.ts";
import { column, field, button, label, panel, rename, row } from "../kit/widgets.ts";
import { Outcome } from "./outcome.ts";

const MAX_PORT = 65_535;

export class ListenerControls {
  readonly widget: QWidget;
  readonly state: QLabel = label({ name: "heading" });
  readonly address: QLineEdit = field({ title: "Address", placeholder: "Address" });
  readonly port: QLineEdit = field({ title: "Port", placeholder: "Port", maxLength: 5 });
  readonly run: QPushButton;
  readonly stop: QPushButton;
  readonly restart: QPushButton;
  readonly outcome = new Outcome();
  readonly #connection: AdminConnection;
  readonly #onChange: () => Promise<void>;
  /** Where the listener was last, so that the fields follow it but keep what is being typed. */
  #shown = "";
  #status: ServerStatus | undefined;
  #isBusy = false;

  /** `onChange` is called after the listener was started or stopped. */
  constructor(connection: AdminConnection, onChange: () => Promise<void>) {
    this.#connection = connection;
    this.#onChange = onChange;
    this.address.setFixedWidth(150);
    this.port.setFixedWidth(76);
    this.run = button({ text: "Run", onClick: () => this.#listen("It runs.") });
    this.stop = button({ text: "Stop", onClick: () => this.#stop() });
    this.restart = button({ text: "Restart", onClick: () => this.#listen("It runs again.") });
    const controls = [this.address, this.port, this.run, this.stop, this.restart];
    this.outcome.widget.hide();
    this.widget = panel(
      "header",
      column({
        children: [row({ spacing: 8, children: [this.state, "stretch", ...controls] }), this.outcome.widget],
      }),
    );
    this.show(undefined);
  }

  /** Shows the state that the server told; undefined without a connection. */
  show(status: ServerStatus | undefined): void {
    this.#status = status;
    if (status === undefined) this.outcome.widget.hide(); // of a server that is gone
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

  async #listen(done: string): Promise<void> {
    const address = this.address.text().trim();
    const port = Number(this.port.text());
    if (address === "") return this.#tell(() => this.outcome.bad("The address is missing."));
    if (!/^\d+$/.test(this.port.text()) || port > MAX_PORT)
      return this.#tell(() => this.outcome.bad(`The port must be a whole number from 0 to ${MAX_PORT}.`));
    await this.#do(this.#connection.request("listen", { address, port }), done);
  }

  #stop(): Promise<void> {
    return this.#do(
      this.#connection.request("stop_listening", {}),
      "Stopped: nobody can connect, nobody is connected.",
    );
  }

  async #do(work: Promise<object>, done: string): Promise<void> {
    this.#isBusy = true;
    this.#enable();
    await this.outcome.of(work, () => done);
    this.#isBusy = false;
    this.outcome.widget.show();
    await this.#onChange();
    this.#enable();
  }

  #tell(say: () => void): void {
    say();
    this.outcome.widget.show();
  }
}

function stateText(status: ServerStatus | undefined): string {
  if (status === undefined) return "No connection";
  const { listening } = status;
  if (listening === null) return "Stopped";
  return `Running on ${listening.address}:${listening.port}`;
}
