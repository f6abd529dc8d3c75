// Dialogs of the own account: another password, ending other sessions, deletion.
import { QDialog, QScrollArea, ScrollBarPolicy, type QWidget } from "@nodegui/nodegui";
import { RequestError } from "../../src/client/errors.ts";
import type { Messenger } from "../../src/client/messenger.ts";
import { changePassword, deleteAccount } from "../../src/client/own-account.ts";
import type { OwnSession } from "../../src/protocol/entities.ts";
import { passwordProblem } from "../../src/protocol/text.ts";
import { moment } from "../../src/util/quantities.ts";
import { ask, openModal } from "../kit/dialogs.ts";
import { openForm } from "../kit/form-dialog.ts";
import { guard } from "../kit/guard.ts";
import { button, column, field, label, panel, row } from "../kit/widgets.ts";

const MAX_SESSIONS_SHOWN = 50;

export interface PasswordOptions {
  readonly parent: QWidget;
  readonly messenger: Messenger;
  /** The password is a one-time one: it has to be changed, or the user logs out again. */
  readonly forced?: { readonly onRefused: () => unknown };
  /** The present password, where it was just typed: it is not asked for again. */
  readonly known?: string | undefined;
  readonly onDone?: () => unknown;
}

export function openChangePassword({ parent, messenger, forced, known, onDone }: PasswordOptions) {
  const clear = (): void => form.problem.setText("");
  const secret = (title: string) => field({ title, placeholder: title, isPassword: true, onChange: clear });
  const present = secret("Present password");
  const wanted = secret("New password");
  const repeat = secret("New password again");
  const text = forced
    ? "The administrator gave you this password for one login. Choose one that only you know."
    : "All other sessions of yours are ended.";
  const form = openForm({
    parent,
    title: forced ? "Choose a new password" : "Change the password",
    children: [label({ text, wraps: true }), 12, ...(known === undefined ? [present, 8] : []), wanted, 8, repeat],
    focus: known === undefined ? present : wanted,
    yes: "Change",
    ...(forced && { no: { text: "Log out", onClosed: forced.onRefused } }),
    submit: async () => {
      const fault = passwordProblem(wanted.text());
      if (present.text() === "") return "Enter your present password.";
      if (fault !== undefined) return `The new password ${fault}.`;
      if (wanted.text() !== repeat.text()) return "The two new passwords differ.";
      if (wanted.text() === present.text()) return "That is the present password.";
      await changePassword(messenger, present.text(), wanted.text());
      return undefined;
    },
    problemText: (error) => problemText(error, "The present password is wrong."),
    ...(onDone && { onDone }),
  });
  if (known !== undefined) present.setText(known);
  return { ...form, present, wanted, repeat };
}

/** Asks for the password and the name before it deletes; `onDeleted` when it is done. */
export function openDeleteAccount(parent: QWidget, messenger: Messenger, onDeleted: () => unknown) {
  const { username } = messenger;
  const clear = (): void => form.problem.setText("");
  const password = field({ title: "Password", placeholder: "Password", isPassword: true, onChange: clear });
  const name = field({ title: "Your name", placeholder: `Type “${username}” to confirm`, onChange: clear });
  const text = `Your profile, picture and contacts are removed, all your sessions end, and anybody may take the name ${username}. Messages stay, under a name that tells nothing. This cannot be undone.`;
  const form = openForm({
    parent,
    title: "Delete the account?",
    children: [label({ text, wraps: true }), 12, password, 8, name],
    focus: password,
    yes: "Delete for ever",
    isDangerous: true,
    widthPx: 400,
    submit: async () => {
      if (password.text() === "") return "Enter your password.";
      if (name.text().trim() !== username) return `Type your name, ${username}, to confirm.`;
      await deleteAccount(messenger, password.text());
      return undefined;
    },
    problemText: (error) => problemText(error, "The password is wrong."),
    onDone: onDeleted,
  });
  return { ...form, password, name };
}

/** Lists the own sessions; all others can be ended. */
export function openSessions(parent: QWidget, messenger: Messenger) {
  const dialog = new QDialog(parent);
  const list = label({ text: "Loading…", wraps: true });
  const problem = label({ name: "error", wraps: true });
  const load = async (): Promise<void> => {
    try {
      const { sessions } = await messenger.request("sessions", {});
      if (isGone(dialog)) return;
      list.setText(sessionsText(sessions));
      end.setEnabled(sessions.length > 1);
    } catch (error) {
      if (isGone(dialog)) throw error;
      list.setText("");
      problem.setText(problemText(error));
    }
  };
  const endOthers = async (): Promise<void> => {
    try {
      await messenger.request("end_sessions", {});
      if (!isGone(dialog)) await load();
    } catch (error) {
      if (isGone(dialog)) throw error;
      problem.setText(problemText(error));
    }
  };
  const question = {
    title: "End all other sessions?",
    text: "Every other device and window has to log in with the password again.",
    yes: "End them",
    isDangerous: true,
  };
  const end = button({ text: "End all others…", onClick: () => ask(dialog, question, endOthers) });
  end.setEnabled(false);
  const close = button({ text: "Close", name: "primary", onClick: () => dialog.close() });
  const area = new QScrollArea();
  area.setWidgetResizable(true);
  area.setHorizontalScrollBarPolicy(ScrollBarPolicy.ScrollBarAlwaysOff);
  area.setAccessibleName("List of your sessions");
  area.setWidget(panel("panel", column({ children: [list, "stretch"] })));
  dialog.setWindowTitle("Your sessions");
  dialog.resize(420, 320);
  dialog.setLayout(
    column({
      margins: [22, 20, 22, 18],
      spacing: 8,
      children: [
        label({ text: "Your sessions", name: "heading" }),
        { grow: area },
        problem,
        row({ spacing: 8, children: [end, "stretch", close] }),
      ],
    }),
  );
  openModal(dialog, { enter: close });
  guard(load)();
  return { dialog, list, end };
}

function sessionsText(sessions: readonly OwnSession[]): string {
  const shown = sessions.slice(0, MAX_SESSIONS_SHOWN).map((session) => {
    const name = session.current ? "This window" : `From ${session.address}`;
    const active = session.current ? "" : `\nlast active ${moment(session.last_active * 1000)}`;
    return `${name}\nsince ${moment(session.since * 1000)}${active}`;
  });
  const more = sessions.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n\n");
}

function isGone(dialog: QDialog): boolean {
  return (dialog.native as unknown) === null;
}

function problemText(error: unknown, wrongPassword?: string): string {
  if (error instanceof RequestError && error.code === 401 && wrongPassword !== undefined) return wrongPassword;
  if (error instanceof RequestError && error.code === 429) {
    const wait = error.retryAfterMs === undefined ? "" : ` Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`;
    return `Too many attempts.${wait}`;
  }
  return `That did not work: ${error instanceof Error ? error.message : String(error)}`;
}
