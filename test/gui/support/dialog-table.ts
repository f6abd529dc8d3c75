// The same questions to every dialog of a window, asked with a real keyboard: where Tab leads, what Enter and Escape do.
import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { hands } from "./display.ts";

export interface DialogCase {
  /** As in the title of its window. */
  readonly title: string;
  /** Opens it from the main window, in a way that people do. */
  readonly open: () => Promise<void>;
  /** What has the focus one after the other, from the beginning. */
  readonly stops: readonly string[];
  /** What Enter does at each stop where it does something; at all others it must do nothing at all. */
  readonly enter: Readonly<Record<string, Effect>>;
}

/** "closes": without anything done; otherwise a question that becomes true, the dialog being closed by then or not. */
export type Effect =
  "closes" | { readonly what: string; readonly isTrue: () => boolean; readonly undo?: () => unknown };

/**
 * Defines the tests. `main` is the title of the window behind the dialogs; `traces` is all that a dialog may change, as
 * a text: it must be the same after every key that is to do nothing.
 */
export function describeDialogs(main: () => string, cases: readonly DialogCase[], traces: () => string): void {
  for (const { title, open, stops, enter } of cases) {
    const leave = async (): Promise<void> => {
      while (hands.front !== main()) {
        const left = hands.front;
        await hands.press("Escape");
        await eventually(`“${left}” closes`, () => hands.front !== left && hands.front !== "");
      }
    };
    const opened = async (): Promise<void> => {
      await leave();
      await open();
      await hands.inFront(title);
    };

    it(`“${title}” leads Tab through everything, and closes at Escape from everywhere`, async () => {
      await opened();
      assert.deepEqual(await hands.tabOrder(), stops);
      await leave();
      const before = traces();
      for (const stop of stops) {
        await opened();
        await hands.tabTo(stop);
        await hands.press("Escape");
        await eventually("it closes", () => hands.front !== title && hands.front !== "");
      }
      await leave();
      assert.equal(traces(), before);
    });

    for (const stop of stops)
      it(`“${title}” with the focus on “${stop}”: Enter ${nameOf(enter[stop])}`, async () => {
        await opened();
        await hands.tabTo(stop);
        const before = traces();
        await hands.press("Return");
        const effect = enter[stop];
        if (effect === undefined || effect === "closes") {
          if (effect === "closes") await eventually("it closes", () => hands.front !== title && hands.front !== "");
          else assert.equal(hands.front, title);
          assert.equal(traces(), before);
        } else {
          await eventually(effect.what, effect.isTrue);
          await effect.undo?.();
        }
        await eventually("a window is in front", () => hands.front !== "");
        await leave();
      });
  }
}

function nameOf(effect: Effect | undefined): string {
  if (effect === undefined) return "does nothing";
  return effect === "closes" ? "closes it" : effect.what;
}
