// The settings dialog: look, text size, notifications; and which server this is.
import { Orientation, QCheckBox, QComboBox, QDialog, QSlider, type QWidget } from "@nodegui/nodegui";
import { openModal } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import { MAX_TEXT_PX, MIN_TEXT_PX } from "../kit/text-size.ts";
import { button, column, label, line, row } from "../kit/widgets.ts";
import type { Choices, Preferences, ServerChoice } from "./preferences.ts";

const THEMES = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

export interface SettingsOptions {
  readonly parent: QWidget;
  readonly preferences: Preferences;
  readonly server: ServerChoice;
  readonly username: string;
  /** Called after each change, so that it can be seen at once. */
  readonly onChange: () => void;
  /** Actions on the account; each opens in front of this dialog. */
  readonly account: {
    readonly onPassword: (parent: QWidget) => unknown;
    readonly onSessions: (parent: QWidget) => unknown;
    readonly onDelete: (parent: QWidget) => unknown;
  };
}

export function openSettings({ parent, preferences, server, username, onChange, account }: SettingsOptions): QDialog {
  const dialog = new QDialog(parent);
  const change = (changes: Partial<Choices>): void => {
    preferences.set(changes);
    onChange();
  };
  const close = button({ text: "Close", name: "primary", onClick: () => dialog.close() });
  dialog.setWindowTitle("Settings");
  dialog.setMinimumWidth(420);
  dialog.setLayout(
    column({
      margins: [26, 22, 26, 20],
      spacing: 8,
      children: [
        label({ text: "Appearance", name: "heading" }),
        row({ children: [label({ text: "Colours" }), "stretch", themeBox(preferences, change)] }),
        textSizeRow(preferences, change),
        4,
        line(),
        4,
        label({ text: "Notifications", name: "heading" }),
        checkBox("Notify of new messages", preferences.get().notifies, (notifies) => change({ notifies })),
        checkBox("Show what was written", preferences.get().notifiesText, (notifiesText) => change({ notifiesText })),
        checkBox("Stay in the tray when the window is closed", preferences.get().staysInTray, (staysInTray) =>
          change({ staysInTray }),
        ),
        4,
        line(),
        4,
        label({ text: "Account", name: "heading" }),
        label({ text: `${username} on ${server.host}:${server.port}${server.tls ? " (TLS)" : ""}`, name: "hint" }),
        label({ text: "To use another server, log out.", name: "hint" }),
        row({
          spacing: 8,
          children: [
            button({ text: "Change the password…", onClick: () => account.onPassword(dialog) }),
            button({ text: "Sessions…", onClick: () => account.onSessions(dialog) }),
            "stretch",
            button({ text: "Delete the account…", name: "danger", onClick: () => account.onDelete(dialog) }),
          ],
        }),
        8,
        row({ children: ["stretch", close] }),
      ],
    }),
  );
  openModal(dialog, { enter: close });
  return dialog;
}

type Change = (changes: Partial<Choices>) => void;

function themeBox(preferences: Preferences, change: Change): QComboBox {
  const box = new QComboBox();
  box.setAccessibleName("Colours");
  for (const [, text] of THEMES) box.addItem(undefined, text);
  box.setCurrentIndex(THEMES.findIndex(([name]) => name === preferences.get().theme));
  box.addEventListener(
    "currentIndexChanged",
    guard((index: number) => change({ theme: THEMES[index]?.[0] ?? "system" })),
  );
  return box;
}

function textSizeRow(preferences: Preferences, change: Change) {
  const value = label({ text: `${preferences.get().textPx} px`, name: "hint" });
  const slider = new QSlider();
  slider.setAccessibleName("Text size");
  slider.setOrientation(Orientation.Horizontal);
  slider.setRange(MIN_TEXT_PX, MAX_TEXT_PX);
  slider.setValue(preferences.get().textPx);
  slider.setPageStep(1);
  slider.setMinimumWidth(170);
  slider.addEventListener(
    "valueChanged",
    guard((textPx: number) => {
      value.setText(`${textPx} px`);
      change({ textPx });
    }),
  );
  return row({ spacing: 10, children: [label({ text: "Text size" }), "stretch", slider, value] });
}

function checkBox(text: string, isChecked: boolean, onToggle: (isChecked: boolean) => void): QCheckBox {
  const box = new QCheckBox();
  box.setText(text);
  box.setAccessibleName(text);
  box.setChecked(isChecked);
  box.addEventListener("toggled", guard(onToggle));
  return box;
}
