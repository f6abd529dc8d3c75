// An icon on its button: in the colours of the theme, and larger with a larger text.
import { QSize, type QPushButton } from "@nodegui/nodegui";
import { icon, type IconName } from "./icons.ts";
import type { Theme } from "./theme.ts";

export interface ThemedIcon {
  readonly color?: string;
  /** Of the button and of the icon, at the usual text size. */
  readonly sizePx?: number;
  readonly iconPx?: number;
}

/** To be called again whenever the theme changes. */
export function showIcon(button: QPushButton, name: IconName, theme: Theme, options: ThemedIcon = {}): void {
  const { color = theme.colors.faint, sizePx = 36, iconPx = 22 } = options;
  const side = theme.scaled(iconPx);
  button.setIcon(icon(name, color, theme.pixelRatio, side));
  button.setIconSize(new QSize(side, side));
  button.setFixedSize(theme.scaled(sizePx), theme.scaled(sizePx));
}
