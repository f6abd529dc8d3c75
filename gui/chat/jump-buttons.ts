// The round buttons over the messages: to the newest one, and to the next that names the user.
import type { QLabel, QPushButton, QWidget } from "@nodegui/nodegui";
import { icon } from "../kit/icons.ts";
import { badgePx } from "../kit/style-sheet.ts";
import type { Theme } from "../kit/theme.ts";
import { iconButton, label } from "../kit/widgets.ts";

export interface JumpState {
  /** The newest message is out of view. */
  readonly isAway: boolean;
  readonly unread: number;
  /** Unread messages that name the user. */
  readonly mentions: number;
}

const BUTTON_PX = 40;
const RIGHT_PX = 18;
const BOTTOM_PX = 14;
const GAP_PX = 16;
const MAX_COUNT = 999;

export class JumpButtons {
  readonly #theme: Theme;
  readonly #parent: QWidget;
  readonly #end: QPushButton;
  readonly #endBadge: QLabel;
  readonly #mention: QPushButton;
  readonly #mentionBadge: QLabel;
  #state: JumpState = { isAway: false, unread: 0, mentions: 0 };

  /** They lie over `parent`. */
  constructor(parent: QWidget, theme: Theme, actions: { onEnd(): unknown; onMention(): unknown }) {
    this.#theme = theme;
    this.#parent = parent;
    const round = (title: string, onClick: () => unknown): QPushButton =>
      iconButton({ title, name: "jump", sizePx: BUTTON_PX, parent, onClick });
    this.#end = round("To the newest messages (End)", () => actions.onEnd());
    this.#endBadge = label({ name: "badge", parent });
    this.#mention = round("To the next message that names you", () => actions.onMention());
    this.#mentionBadge = label({ name: "badge", parent });
    this.applyTheme();
    this.show(this.#state);
  }

  show(state: JumpState): void {
    this.#state = state;
    const { isAway, unread, mentions } = state;
    this.#end.setVisible(isAway);
    this.#endBadge.setVisible(isAway && unread > 0);
    this.#endBadge.setText(countText(unread));
    this.#mention.setVisible(mentions > 0);
    this.#mentionBadge.setVisible(mentions > 0);
    this.#mentionBadge.setText(countText(mentions));
    this.arrange();
  }

  /** The parent has another size. */
  arrange(): void {
    const left = this.#parent.width() - BUTTON_PX - RIGHT_PX;
    let top = this.#parent.height() - BUTTON_PX - BOTTOM_PX;
    for (const [button, badge, isShown] of [
      [this.#end, this.#endBadge, this.#state.isAway],
      [this.#mention, this.#mentionBadge, this.#state.mentions > 0],
    ] as const) {
      if (!isShown) continue;
      button.setGeometry(left, top, BUTTON_PX, BUTTON_PX);
      const height = badgePx(this.#theme.textPx);
      const width = Math.max(height, badge.sizeHint().width());
      badge.setGeometry(Math.round(left + (BUTTON_PX - width) / 2), top - height / 2, width, height);
      button.raise();
      badge.raise();
      top -= BUTTON_PX + GAP_PX;
    }
  }

  applyTheme(): void {
    const { colors, pixelRatio } = this.#theme;
    this.#end.setIcon(icon("down", colors.faint, pixelRatio));
    this.#mention.setIcon(icon("at", colors.faint, pixelRatio));
  }
}

function countText(count: number): string {
  return count > MAX_COUNT ? `${MAX_COUNT}+` : `${count}`;
}
