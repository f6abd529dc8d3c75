// The look: one style sheet for the whole application, made of named colours and a text size.
import { fileURLToPath } from "node:url";
import { ColorGroup, ColorRole, QApplication } from "@nodegui/nodegui";
import type { Disposable } from "../../src/util/disposable.ts";
import { Emitter } from "../../src/util/emitter.ts";
import { DARK, LIGHT, type Colors } from "./colors.ts";
import { styleSheet } from "./style-sheet.ts";
import { DEFAULT_TEXT_PX, MAX_TEXT_PX, MIN_TEXT_PX } from "./text-size.ts";

export type ThemeChoice = "light" | "dark" | "system";

/** Qt's style sheets take pictures from files only, with slashes. */
const ASSETS = fileURLToPath(new URL("../../../assets/", import.meta.url)).replaceAll("\\", "/");

/** One per application: pictures and texts that carry colours are made again when it changes. */
export class Theme {
  readonly #emitter = new Emitter<{ change: undefined }>();
  // Asked for once: every `instance()` makes another wrapper that is never let go of.
  readonly #application = QApplication.instance();
  #colors: Colors = LIGHT;
  #textPx = DEFAULT_TEXT_PX;

  get colors(): Colors {
    return this.#colors;
  }

  get textPx(): number {
    return this.#textPx;
  }

  /** A length that grows with the text, beyond the usual size. */
  scaled(px: number): number {
    return Math.round(px * Math.max(1, this.#textPx / DEFAULT_TEXT_PX));
  }

  /** Pixels of the screen per logical pixel. */
  get pixelRatio(): number {
    return this.#application.devicePixelRatio();
  }

  apply(choice: ThemeChoice, textPx: number): void {
    const isDark = choice === "dark" || (choice === "system" && isSystemDark());
    this.#colors = isDark ? DARK : LIGHT;
    this.#textPx = Math.min(MAX_TEXT_PX, Math.max(MIN_TEXT_PX, Math.round(textPx)));
    this.#application.setStyleSheet(styleSheet(this.#colors, this.#textPx, ASSETS), false);
    this.#emitter.emit("change", undefined);
  }

  onChange(listener: () => void): Disposable {
    return this.#emitter.on("change", listener);
  }
}

/** Whether the desktop's own windows are dark: Qt's palette tells by the colour behind texts. */
let systemIsDark: boolean | undefined;

function isSystemDark(): boolean {
  // Asked once, before our own style sheet can have any part in the answer.
  systemIsDark ??= readSystemPalette();
  return systemIsDark;
}

function readSystemPalette(): boolean {
  const color = QApplication.instance().palette().color(ColorGroup.Active, ColorRole.Window);
  return color.red() + color.green() + color.blue() < 3 * 128;
}
