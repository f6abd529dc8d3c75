// A small window of emoji; one label with links, since a button for each would cost a hundred widgets.
import { QLabel, QPoint, QWidget, TextFormat, TextInteractionFlag, WindowType } from "@nodegui/nodegui";
import type { Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { column } from "../kit/widgets.ts";

const PER_LINE = 14;
const EMOJI_PX = 24;

const EMOJI = [
  ..."😀😃😄😁😆😅😂🤣🙂🙃😉😊😇🥰😍🤩😘😗😚😋😜🤪😎🤓🧐🤔🤨😐😑😶🙄😏😬😌😔😪😴😷🤒🥳😕😟🙁😮😲😳🥺😢😭😱😖😞😤😡🤯",
  ..."👍👎👌🤞🤝🙏👏🙌💪👋🤚✋👀🧠💡🔥✨🎉🎂🎁🏆🥇💯✅❌❓❗💤💬💭",
  "❤️",
  ..."💔💕💖💙💚💛💜🧡🌹🌻🌲🍀🌍🌞🌙⭐🌈🐶🐱🐭🦊🐻🐼🐸🐧🦄🐝🦋",
  ..."🍎🍌🍇🍓🍕🍔🍟🌮🍣🍰🍫🍺🍷🚗🚀🚲💻📱📷📚📝📌📎🔒🔑🔧",
];

export class EmojiPicker implements Disposable {
  readonly #theme: Theme;
  readonly #onEmoji: (emoji: string) => void;
  #window: QWidget | undefined;

  constructor(theme: Theme, onEmoji: (emoji: string) => void) {
    this.#theme = theme;
    this.#onEmoji = onEmoji;
  }

  /** Opens above a widget; a click elsewhere or Escape closes it. */
  open(beside: QWidget): void {
    this.dispose();
    const window = new QWidget();
    window.setObjectName("popup");
    window.setWindowFlag(WindowType.Popup, true);
    const label = new QLabel();
    label.setTextFormat(TextFormat.RichText);
    label.setTextInteractionFlags(
      TextInteractionFlag.LinksAccessibleByMouse | TextInteractionFlag.LinksAccessibleByKeyboard,
    );
    label.setText(this.#html());
    label.setAccessibleName("Emoji");
    label.addEventListener(
      "linkActivated",
      guard((emoji: string) => this.#choose(emoji)),
    );
    window.setLayout(column({ margins: [10, 8, 10, 8], children: [label] }));
    this.#window = window;
    const hint = window.sizeHint();
    const at = beside.mapToGlobal(new QPoint(0, 0));
    window.move(at.x(), Math.max(0, at.y() - hint.height() - 6));
    window.show();
  }

  dispose(): void {
    this.#window?.close();
    this.#window?.deleteLater();
    this.#window = undefined;
  }

  #choose(emoji: string): void {
    // The label must outlive its own signal.
    setTimeout(() => this.dispose(), 0);
    this.#onEmoji(emoji);
  }

  #html(): string {
    const links = EMOJI.map(
      (emoji) => `<td style="padding:4px"><a href="${emoji}" style="text-decoration:none">${emoji}</a></td>`,
    );
    const lines = [];
    for (let start = 0; start < links.length; start += PER_LINE)
      lines.push(`<tr>${links.slice(start, start + PER_LINE).join("")}</tr>`);
    const px = Math.round((EMOJI_PX * this.#theme.textPx) / 14);
    return `<table style="font-size:${px}px" cellspacing="0">${lines.join("")}</table>`;
  }
}
