// The line above the messages that shows what is pinned in a chat, the newest first; a click goes there.
import { WidgetEventTypes, type QPushButton, type QWidget } from "@nodegui/nodegui";
import { isAnswer } from "../../src/client/errors.ts";
import type { Messenger } from "../../src/client/messenger.ts";
import type { Message } from "../../src/protocol/entities.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { elided } from "../kit/elided.ts";
import { guard, reportError } from "../kit/guard.ts";
import { Paced } from "../kit/paced.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, line, panel, row } from "../kit/widgets.ts";
import { previewText } from "./message-html.ts";

/** Beside the text: margins. */
const BESIDE_PX = 60;

export class PinnedBar implements Disposable {
  readonly widget: QWidget;
  readonly #messenger: Messenger;
  readonly #theme: Theme;
  readonly #onJump: (seq: number) => void;
  readonly #button: QPushButton;
  readonly #subscriptions = new DisposableStore();
  readonly #loads = new Paced(() => void this.#load().catch(reportError));
  #chatId: ChatId | undefined;
  #pins: readonly Message[] = [];
  #index = 0;

  constructor(messenger: Messenger, theme: Theme, onJump: (seq: number) => void) {
    this.#messenger = messenger;
    this.#theme = theme;
    this.#onJump = onJump;
    this.#button = button({ text: "", name: "pinned", onClick: () => this.#jump() });
    const bar = row({ margins: [10, 2, 10, 2], children: [{ grow: this.#button }] });
    this.widget = panel("header", column({ children: [bar, line()] }));
    this.widget.hide();
    this.widget.addEventListener(
      WidgetEventTypes.Resize,
      guard(() => this.#draw()),
      { afterDefault: true },
    );
    this.#subscriptions.add(messenger.events.on("login", () => this.#loads.ask()));
    this.#subscriptions.add(
      messenger.events.on("changed", ({ chatId, messages }) => {
        const known = new Set(this.#pins.map(({ seq }) => seq));
        const isOfPins = messages.some(({ seq, pinned }) => pinned === true || known.has(seq));
        if (chatId === this.#chatId && isOfPins) this.#loads.ask();
      }),
    );
  }

  /** Shows what is pinned in a chat; undefined shows nothing. */
  show(chatId: ChatId | undefined): void {
    this.#chatId = chatId;
    this.#take([]);
    this.#loads.ask();
  }

  dispose(): void {
    this.#chatId = undefined;
    this.#subscriptions.dispose();
    this.#loads.dispose();
  }

  /** Without a connection, and on servers that know no pins, there is nothing to show. */
  async #load(): Promise<void> {
    const chatId = this.#chatId;
    if (chatId === undefined || this.#messenger.state.kind !== "online") return;
    try {
      const { messages } = await this.#messenger.request("pins", { chat_id: chatId });
      if (this.#chatId === chatId) this.#take(messages);
    } catch (error) {
      if (!isAnswer(error)) throw error;
    }
  }

  #take(pins: readonly Message[]): void {
    this.#pins = pins;
    this.#index = 0;
    this.widget.setVisible(pins.length > 0);
    this.#draw();
  }

  /** Each click goes one further back. */
  #jump(): void {
    const pin = this.#pins[this.#index];
    if (!pin) return;
    this.#onJump(pin.seq);
    this.#index = (this.#index + 1) % this.#pins.length;
    this.#draw();
  }

  #draw(): void {
    const pin = this.#pins[this.#index];
    if (!pin) return;
    const place = this.#pins.length > 1 ? ` ${this.#index + 1} of ${this.#pins.length}` : "";
    const text = `📌${place}  ${pin.username}: ${previewText(pin.message)}`;
    this.#button.setText(elided(text, Math.max(80, this.widget.width() - BESIDE_PX), this.#theme.textPx - 1, false));
    this.#button.setAccessibleName(`Pinned: ${previewText(pin.message)}`);
  }
}
