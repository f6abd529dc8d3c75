// A dialog that asks for something to be filled in: Enter submits, and what is wrong is said in place.
import { QDialog, WidgetEventTypes, type QLabel, type QPushButton, type QWidget } from "@nodegui/nodegui";
import { openModal } from "./dialogs.ts";
import { guard } from "./guard.ts";
import { button, column, label, row, type BoxOptions } from "./widgets.ts";

export interface FormOptions {
  readonly parent: QWidget;
  readonly title: string;
  /** Below the heading: texts and fields. */
  readonly children: BoxOptions["children"];
  /** Has the focus at first. */
  readonly focus: QWidget;
  /** Text of the button that submits. */
  readonly yes: string;
  readonly isDangerous?: boolean;
  /** The other button, in place of "Cancel"; `onClosed` runs when the dialog closes with nothing done, in any way. */
  readonly no?: { readonly text: string; readonly onClosed: () => unknown };
  readonly widthPx?: number;
  /** Does it. An error is shown in the dialog, which stays open; a text that it returns is what is missing. */
  readonly submit: () => Promise<string | undefined>;
  /** The words for an error of `submit`. */
  readonly problemText: (error: unknown) => string;
  /** Runs when it is done and the dialog has closed; not when the user has closed it before. */
  readonly onDone?: () => unknown;
}

export interface Form {
  readonly dialog: QDialog;
  readonly problem: QLabel;
  readonly yes: QPushButton;
  readonly cancel: QPushButton;
}

export function openForm(options: FormOptions): Form {
  const { parent, title, children, focus, widthPx = 360 } = options;
  const dialog = new QDialog(parent);
  const problem = label({ name: "error", wraps: true });
  let isClosed = false;
  let isDone = false;
  dialog.addEventListener(
    WidgetEventTypes.Hide,
    guard(() => {
      isClosed = true;
      return isDone ? undefined : options.no?.onClosed();
    }),
  );
  const submit = async (): Promise<void> => {
    yes.setEnabled(false);
    problem.setText("");
    try {
      const missing = await options.submit();
      if (isClosed) return;
      if (missing === undefined) {
        isDone = true;
        dialog.close();
        options.onDone?.();
        return;
      }
      problem.setText(missing);
    } catch (error) {
      if (isClosed) throw error; // shown in a window of its own
      problem.setText(options.problemText(error));
    }
    yes.setEnabled(true);
  };
  const cancel = button({ text: options.no?.text ?? "Cancel", onClick: () => dialog.close() });
  const yes = button({
    text: options.yes,
    name: options.isDangerous === true ? "danger" : "primary",
    onClick: submit,
  });
  dialog.setWindowTitle(title);
  dialog.setMinimumWidth(widthPx);
  dialog.setLayout(
    column({
      margins: [22, 20, 22, 18],
      children: [
        label({ text: title, name: "heading" }),
        12,
        ...children,
        6,
        problem,
        12,
        row({ spacing: 8, children: ["stretch", cancel, yes] }),
      ],
    }),
  );
  openModal(dialog, { enter: yes, focus });
  return { dialog, problem, yes, cancel };
}
