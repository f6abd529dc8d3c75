// Selection in a text field, and changes in the middle of it; by an addon, since NodeGui has no cursors.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { QTextEdit } from "@nodegui/nodegui";

/** Places in a text, in UTF-16 units; `position` is where the cursor is. Equal where nothing is selected. */
export interface Selection {
  readonly anchor: number;
  readonly position: number;
}

/** See gui/native/text-cursor.cc. */
interface CursorAddon {
  selection(edit: unknown): [number, number];
  select(edit: unknown, anchor: number, position: number): void;
  replace(edit: unknown, from: number, to: number, text: string): void;
  cursorRect(edit: unknown): [number, number, number];
}

let addon: CursorAddon | undefined;

function loaded(): CursorAddon {
  addon ??= load();
  return addon;
}

function load(): CursorAddon {
  const file = fileURLToPath(new URL("../../../build/text-cursor.node", import.meta.url));
  if (!existsSync(file)) throw new Error("the native parts are not built; run `npm run build:gui`");
  return createRequire(import.meta.url)(file) as CursorAddon; // built from this checkout by scripts/build-gui.mjs
}

export function selectionOf(edit: QTextEdit): Selection {
  const [anchor, position] = loaded().selection(native(edit));
  return { anchor, position };
}

export function select(edit: QTextEdit, { anchor, position }: Selection): void {
  loaded().select(native(edit), anchor, position);
}

/** Puts `text` in the place of what is there from `from` to `to`; undone as one step. */
export function replaceText(edit: QTextEdit, from: number, to: number, text: string): void {
  loaded().replace(native(edit), from, to, text);
}

/** The cursor's upper end and height, in the field's viewport. */
export function cursorRect(edit: QTextEdit): { readonly x: number; readonly y: number; readonly height: number } {
  const [x, y, height] = loaded().cursorRect(native(edit));
  return { x, y, height };
}

/** NodeGui's own pointer to the widget. */
function native(edit: QTextEdit): unknown {
  return (edit.native as unknown as { __external_qobject__(): unknown }).__external_qobject__();
}
