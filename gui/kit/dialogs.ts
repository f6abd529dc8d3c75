// Questions and messages in windows of their own; never with `exec()`, which would stop Node.
import {
  QDialog,
  QFileDialog,
  TextInteractionFlag,
  WidgetEventTypes,
  type QPushButton,
  type QWidget,
} from "@nodegui/nodegui";
import { guard } from "./guard.ts";
import { button, column, label, row } from "./widgets.ts";

/** More would not fit on the screen. */
const MAX_DETAIL_CHARS = 1500;
/** Longer ones are broken into lines; a fingerprint is not. */
const DETAIL_LINE_CHARS = 100;

export interface Question {
  readonly title: string;
  readonly text: string;
  /** Shown below the text in letters of equal width, as it is; can be selected and copied. */
  readonly detail?: string;
  /** Text of the button that answers with yes. */
  readonly yes: string;
  readonly isDangerous?: boolean;
}

export interface ModalOptions {
  /** The button that Enter presses wherever the focus is, but for other buttons and texts of several lines. */
  readonly enter: QPushButton;
  /** Has the focus at first; default: the button above. */
  readonly focus?: QWidget;
}

export interface Windows {
  readonly parent: QWidget;
  readonly main: QWidget;
}

/** Opens a dialog in front of its parent; it is deleted once it is closed. To be used for every dialog. */
export function openModal(dialog: QDialog, { enter, focus = enter }: ModalOptions): void {
  enter.setDefault(true);
  dialog.setModal(true);
  deleteWhenHidden(dialog);
  dialog.open();
  focus.setFocus();
}

/** Asks once; `onYes` runs when the user agrees. Escape and closing mean no, and so does Enter where yes is dangerous. */
export function ask(parent: QWidget, question: Question, onYes: () => unknown): QDialog {
  const dialog = new QDialog(parent);
  const end = (): void => {
    dialog.close();
  };
  const no = button({ text: "Cancel", onClick: end });
  const yes = button({
    text: question.yes,
    name: question.isDangerous === true ? "danger" : "primary",
    onClick: () => {
      end();
      return onYes();
    },
  });
  openDialog(dialog, question, [no, yes], question.isDangerous === true ? no : yes);
  return dialog;
}

/** Tells something that the user must not miss; `details` are shown below it, to be copied. */
export function tell(parent: QWidget, title: string, text: string, details: readonly string[] = []): QDialog {
  const dialog = new QDialog(parent);
  const ok = button({ text: "OK", name: "primary", onClick: () => dialog.close() });
  const detail = details.join("\n\n");
  const shown = detail.length > MAX_DETAIL_CHARS ? `${detail.slice(0, MAX_DETAIL_CHARS)}…` : detail;
  openDialog(dialog, { title, text, ...(shown !== "" && { detail: shown }) }, [ok], ok);
  return dialog;
}

/** Tells how something ended that was begun in a window which may be closed by now: then it is told in the main one. */
export function tellLate({ parent, main }: Windows, title: string, text: string): void {
  const window = [parent, main].find(isThere);
  if (window) tell(window, title, text);
}

function openDialog(
  dialog: QDialog,
  { title, text, detail }: Pick<Question, "title" | "text" | "detail">,
  buttons: readonly QPushButton[],
  enter: QPushButton,
): void {
  dialog.setWindowTitle(title);
  dialog.setMinimumWidth(340);
  dialog.setLayout(
    column({
      margins: [22, 20, 22, 18],
      children: [
        label({ text: title, name: "heading" }),
        10,
        label({ text, wraps: true }),
        ...(detail === undefined ? [] : [12, selectable(detail)]),
        20,
        row({ spacing: 8, children: ["stretch", ...buttons] }),
      ],
    }),
  );
  openModal(dialog, { enter });
}

function selectable(text: string): QWidget {
  const widget = label({ text, name: "detail", wraps: text.length > DETAIL_LINE_CHARS });
  widget.setTextInteractionFlags(TextInteractionFlag.TextSelectableByMouse);
  return widget;
}

/** Lets go of a window once it is closed; NodeGui tells no `finished`. */
function deleteWhenHidden(dialog: QDialog): void {
  dialog.addEventListener(
    WidgetEventTypes.Hide,
    guard(() => setTimeout(() => deleteIfThere(dialog), 0)),
  );
}

/** Deletes a widget, unless its window was deleted meanwhile and took it along. */
export function deleteIfThere(widget: QWidget): void {
  if (isThere(widget)) widget.deleteLater();
}

/** False once a widget was deleted: it can be asked nothing any more. */
function isThere(widget: QWidget): boolean {
  const native: unknown = widget.native; // null from then on, whatever NodeGui declares
  return native !== null;
}

export interface FileChoice {
  readonly title: string;
  /** As in "Pictures (*.png *.jpg)". */
  readonly filter: string;
  /** Shown first. */
  readonly folder: string;
}

/** Lets the user choose a file to open. */
export function chooseFile(
  parent: QWidget,
  { title, filter, folder }: FileChoice,
  onFile: (path: string) => unknown,
): void {
  const dialog = new QFileDialog(parent, title, folder, filter);
  dialog.addEventListener("fileSelected", guard(onFile));
  deleteWhenHidden(dialog);
  dialog.open();
}
