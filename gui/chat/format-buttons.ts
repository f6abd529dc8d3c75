// The buttons of emphasis beside the message field.
import type { QPushButton } from "@nodegui/nodegui";
import { button } from "../kit/widgets.ts";
import type { MarkName } from "./emphasis.ts";

export function formatButtons(onMark: (name: MarkName) => void): QPushButton[] {
  return (
    [
      ["bold", "B", "Bold (Ctrl+B)", "font-weight:700"],
      ["italic", "I", "Italic (Ctrl+I)", "font-style:italic"],
      ["underline", "U", "Underline (Ctrl+U)", "text-decoration:underline"],
      ["code", "<>", "Code (Ctrl+Shift+C)", ""],
    ] as const
  ).map(([name, text, title, style]) => {
    const format = button({ text, name: "format", onClick: () => onMark(name) });
    format.setToolTip(title);
    format.setAccessibleName(title.replace(/ \(.*\)$/, ""));
    if (style !== "") format.setInlineStyle(style, false);
    return format;
  });
}
