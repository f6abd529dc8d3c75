// Dialogs under the keyboard: what Enter presses, from where, and how often.
import assert from "node:assert/strict";
import type { QDialog, QWidget } from "@nodegui/nodegui";
import { eventually } from "../../support/eventually.ts";
import { Key, user } from "../support/qt.ts";

const { QDialog: Dialog, QWidget: Widget } = await import("@nodegui/nodegui");
const { ask, openModal } = await import("../../../gui/kit/dialogs.ts");
const { openForm } = await import("../../../gui/kit/form-dialog.ts");
const { handlerErrors } = await import("../../../gui/kit/guard.ts");
const { button, column, field } = await import("../../../gui/kit/widgets.ts");

describe("dialogs", () => {
  let parent: QWidget;
  let pressed: string[];
  beforeEach(() => {
    parent = new Widget();
    parent.show();
    pressed = [];
  });
  afterEach(() => parent.close());

  const note = (text: string) => button({ text, onClick: () => void pressed.push(text) });

  /** Buttons stand in the order in which Qt would look for one to press. */
  function opened(): { dialog: QDialog; parts: Record<"name" | "first" | "cancel" | "yes", QWidget> } {
    const dialog = new Dialog(parent);
    const parts = { first: note("First"), name: field({ title: "Name" }), cancel: note("Cancel"), yes: note("Yes") };
    dialog.setLayout(column({ children: Object.values(parts) }));
    openModal(dialog, { enter: parts.yes, focus: parts.name });
    return { dialog, parts };
  }

  it("press the button that was named when Enter is typed into a field, and no other one", () => {
    const { dialog, parts } = opened();
    user.press(parts.name, Key.Return);
    assert.deepEqual(pressed, ["Yes"]);
    dialog.close();
  });

  it("press the button that has the focus, whichever was named", () => {
    const { dialog, parts } = opened();
    parts.cancel.setFocus();
    user.press(parts.cancel, Key.Return);
    user.press(parts.first, Key.Return);
    assert.deepEqual(pressed, ["Cancel", "First"]);
    dialog.close();
  });

  it("take Enter as no where yes is dangerous, and as yes elsewhere", () => {
    const question = { title: "Really?", text: "Gone for ever.", yes: "Do it" };
    const dangerous = ask(parent, { ...question, isDangerous: true }, () => pressed.push("yes"));
    user.press(dangerous, Key.Return);
    assert.ok(!dangerous.isVisible());
    assert.deepEqual(pressed, []);
    const harmless = ask(parent, question, () => pressed.push("yes"));
    user.press(harmless, Key.Return);
    assert.deepEqual(pressed, ["yes"]);
  });

  it("submit once however often Enter is pressed, say in place what is wrong, and stay open for it", async () => {
    let answer: (problem: string | undefined) => void = () => {};
    let done = 0;
    const name = field({ title: "Name" });
    const form = openForm({
      parent,
      title: "A form",
      children: [name],
      focus: name,
      yes: "Send",
      submit: () => {
        pressed.push("Send");
        return new Promise((resolve) => (answer = resolve));
      },
      problemText: String,
      onDone: () => (done += 1),
    });
    user.press(name, Key.Return);
    user.press(name, Key.Return);
    user.click(form.yes);
    assert.deepEqual(pressed, ["Send"]);
    answer("The name is missing.");
    await eventually("it is said", () => form.problem.text() === "The name is missing.");
    assert.ok(form.dialog.isVisible());
    await eventually("it can be sent again", () => form.yes.isEnabled());
    user.press(name, Key.Return);
    answer(undefined);
    await eventually("it is done", () => done === 1);
    assert.deepEqual(pressed, ["Send", "Send"]);
  });

  it("keep quiet when they were closed before the answer came, and report what then went wrong", async () => {
    let refuse: (error: Error) => void = () => {};
    let done = 0;
    const errors: unknown[] = [];
    const listening = handlerErrors.on("error", (error) => errors.push(error));
    const name = field({ title: "Name" });
    const options = { parent, title: "A form", children: [name], focus: name, yes: "Send", problemText: String };
    const form = openForm({
      ...options,
      submit: () => new Promise((_, reject) => (refuse = reject)),
      onDone: () => (done += 1),
    });
    user.press(name, Key.Return);
    user.press(name, Key.Escape);
    await eventually("it is deleted", () => (form.dialog.native as unknown) === null);
    refuse(new Error("too late"));
    await eventually("it is reported", () => errors.length === 1);
    assert.equal(done, 0);
    listening.dispose();
  });
});
