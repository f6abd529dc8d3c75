// Keyboard focus that stays where it is when buttons are switched off.
import type { QWidget } from "@nodegui/nodegui";

/**
 * Switches widgets on or off. If one of those that go off has the focus, `home` gets it: Qt would give it to whatever
 * comes next, a field in another part of the window for example.
 */
export function setEnabled(widgets: readonly QWidget[], isEnabled: boolean, home: QWidget): void {
  if (!isEnabled && widgets.some((widget) => widget.hasFocus())) home.setFocus();
  for (const widget of widgets) widget.setEnabled(isEnabled);
}
