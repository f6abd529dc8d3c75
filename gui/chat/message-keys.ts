// The keyboard in the messages: arrows go from one to the next, and what can be done with one has a key.
import { FocusPolicy, QKeyEvent, WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { guard } from "../kit/guard.ts";
import { Key, Modifier } from "../kit/keys.ts";

export interface MessageKeyActions {
  /** To the message above (-1) or below (1); `extends` selects everything on the way. */
  onStep(step: number, extendsSelection: boolean): void;
  onToggle(): void;
  onSelectAll(): void;
  onCopy(): void;
  onMenu(): void;
  onDelete(): void;
  onEnd(): unknown;
  onEscape(): void;
  /** Something was typed that is no key of the messages. */
  onType(text: string): void;
  /** The messages have the keyboard, or have lost it. */
  onFocus(hasFocus: boolean): void;
}

/** Lets Tab reach `area`, and listens to its keys. */
export function listenToMessageKeys(area: QWidget, actions: MessageKeyActions): void {
  area.setFocusPolicy(FocusPolicy.TabFocus);
  area.setAccessibleName("Messages");
  area.addEventListener(
    WidgetEventTypes.KeyPress,
    guard((event) => {
      const action = event && actionOf(new QKeyEvent(event), actions);
      if (!action) return undefined;
      area.setEventProcessed(true);
      return action();
    }),
  );
  area.addEventListener(
    WidgetEventTypes.FocusIn,
    guard(() => actions.onFocus(true)),
  );
  area.addEventListener(
    WidgetEventTypes.FocusOut,
    guard(() => actions.onFocus(false)),
  );
}

function actionOf(event: QKeyEvent, actions: MessageKeyActions): (() => unknown) | undefined {
  const key = event.key();
  const modifiers = event.modifiers();
  const isControl = (modifiers & Modifier.control) !== 0;
  const isShift = (modifiers & Modifier.shift) !== 0;
  if (isControl) {
    if (key === Key.c) return () => actions.onCopy();
    if (key === Key.a) return () => actions.onSelectAll();
    return undefined;
  }
  if (key === Key.up) return () => actions.onStep(-1, isShift);
  if (key === Key.down) return () => actions.onStep(1, isShift);
  if (key === Key.end) return () => actions.onEnd();
  if (key === Key.delete) return () => actions.onDelete();
  if (key === Key.space) return () => actions.onToggle();
  if (key === Key.escape) return () => actions.onEscape();
  if (key === Key.return || key === Key.enter || key === Key.menu || (key === Key.f10 && isShift))
    return () => actions.onMenu();
  const text = event.text();
  // eslint-disable-next-line no-control-regex -- keys such as Tab have one of these as their text
  return text === "" || /[\u0000-\u001f\u007f]/.test(text) ? undefined : () => actions.onType(text);
}
