// The button beside a password that shows what was typed.
import { EchoMode, type QLineEdit, type QPushButton } from "@nodegui/nodegui";
import type { Theme } from "./theme.ts";
import { showIcon } from "./themed-icon.ts";
import { iconButton } from "./widgets.ts";

/** Shows and hides what was typed into all of the fields. */
export function passwordEye(fields: readonly QLineEdit[], theme: Theme): QPushButton {
  let isShown = false;
  const eye = iconButton({
    title: "Show the password",
    onClick: () => {
      isShown = !isShown;
      for (const field of fields) field.setEchoMode(isShown ? EchoMode.Normal : EchoMode.Password);
      eye.setAccessibleName(isShown ? "Hide the password" : "Show the password");
      eye.setToolTip(isShown ? "Hide the password" : "Show the password");
      draw();
    },
  });
  const draw = (): void =>
    showIcon(eye, "eye", theme, isShown ? { color: theme.colors.accent } : { color: theme.colors.faint });
  draw();
  return eye;
}
