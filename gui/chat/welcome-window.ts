// The first window: which server, which user, logging in or registering; errors stand where they belong.
import {
  InsertPolicy,
  QComboBox,
  QKeyEvent,
  QMainWindow,
  QCheckBox,
  WidgetEventTypes,
  AlignmentFlag,
  type QDialog,
  type QLabel,
  type QLineEdit,
  type QPushButton,
} from "@nodegui/nodegui";
import { MAX_USERNAME_CHARS, MIN_USERNAME_CHARS } from "../../src/protocol/limits.ts";
import { normalizeUsername, passwordProblem } from "../../src/protocol/text.ts";
import { Emitter } from "../../src/util/emitter.ts";
import { guard } from "../kit/guard.ts";
import { iconPixmap } from "../kit/icons.ts";
import { capsIn, onEnterKey } from "../kit/keys.ts";
import { passwordEye } from "../kit/password-eye.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, field, label, panel, row } from "../kit/widgets.ts";
import { WelcomeError, type CertificateDoubt, type Credentials } from "./sign-in.ts";
import { addressText, parseAddress } from "./server-address.ts";
import { askTrust } from "./trust-question.ts";
import type { ServerChoice } from "./preferences.ts";

export interface Entry extends Credentials {
  readonly server: ServerChoice;
  readonly username: string;
  /** Stay logged in at the next start. */
  readonly keeps: boolean;
  /** Of a certificate that the user has just decided to trust. */
  readonly trusts?: string;
}

export interface WelcomeOptions {
  readonly theme: Theme;
  /** The latest used first. */
  readonly servers: readonly ServerChoice[];
  readonly username: string;
  /** Shown at first, for example why the session ended. */
  readonly notice: string;
  /** Logs in; rejects with WelcomeError to show what is wrong at its field. */
  readonly enter: (entry: Entry) => Promise<void>;
  /** Trusts the certificate of this server no longer. */
  readonly distrust: (server: ServerChoice) => void;
}

type FieldName = "server" | "username" | "password" | "repeat" | "invitation";

const FORM_PX = 330;
const LOGO_PX = 84;

export class WelcomeWindow {
  readonly window = new QMainWindow();
  readonly events = new Emitter<{ close: undefined }>();
  readonly #options: WelcomeOptions;
  readonly #server = new QComboBox();
  readonly #tls = new QCheckBox();
  readonly #username: QLineEdit;
  readonly #password: QLineEdit;
  readonly #repeat: QLineEdit;
  readonly #eye: QPushButton;
  /** In view once the server has asked for it. */
  readonly #invitation: QLineEdit;
  readonly #keeps = new QCheckBox();
  readonly #problems: Readonly<Record<FieldName, QLabel>>;
  readonly #hint = label({ name: "hint", wraps: true });
  readonly #notice: QLabel;
  readonly #logo = label({ align: AlignmentFlag.AlignCenter });
  readonly #submit: QPushButton;
  readonly #tabs: readonly [QPushButton, QPushButton];
  #isNew = false;
  #needsInvitation = false;
  #isBusy = false;
  #isClosed = false;
  #dialog: QDialog | undefined;

  constructor(options: WelcomeOptions) {
    this.#options = options;
    const problem = (): QLabel => label({ name: "error", wraps: true });
    this.#problems = {
      server: problem(),
      username: problem(),
      password: problem(),
      repeat: problem(),
      invitation: problem(),
    };
    const onEnter = (): Promise<void> => this.#enter();
    this.#username = field({
      title: "Username",
      placeholder: "Username",
      maxLength: MAX_USERNAME_CHARS * 2,
      text: options.username,
      onEnter,
      onChange: () => this.#clear("username"),
    });
    const onPassword = (): void => {
      this.#clear("password");
      this.#showHints();
    };
    this.#password = field({
      title: "Password",
      placeholder: "Password",
      isPassword: true,
      onEnter,
      onChange: onPassword,
    });
    this.#repeat = field({
      title: "Password again",
      placeholder: "Password again",
      isPassword: true,
      onEnter,
      onChange: () => this.#showHints(),
    });
    this.#eye = passwordEye([this.#password, this.#repeat], options.theme);
    this.#invitation = field({
      title: "Invitation code",
      placeholder: "Invitation code",
      onEnter,
      onChange: () => this.#clear("invitation"),
    });
    for (const edit of [this.#password, this.#repeat]) {
      edit.addEventListener(
        WidgetEventTypes.KeyPress,
        guard((event) => event && this.#noteCaps(new QKeyEvent(event))),
      );
    }
    this.#notice = label({ text: options.notice, name: "hint", wraps: true, align: AlignmentFlag.AlignCenter });
    this.#submit = button({ text: "Log in", name: "primary", onClick: onEnter });
    this.#tabs = [this.#tab("Log in", false), this.#tab("Register", true)];
    this.#fillServers();
    this.#layOut();
    this.#choose(false);
  }

  get parts() {
    return {
      server: this.#server,
      username: this.#username,
      password: this.#password,
      repeat: this.#repeat,
      invitation: this.#invitation,
      submit: this.#submit,
      tabs: this.#tabs,
      problems: this.#problems,
      keeps: this.#keeps,
      tls: this.#tls,
      /** The question asked last. */
      dialog: this.#dialog,
    };
  }

  show(): void {
    this.window.show();
    this.#focusFirst();
  }

  #focusFirst(): void {
    (this.#username.text() === "" ? this.#username : this.#password).setFocus();
  }

  /** Brings the window to the front. */
  present(): void {
    if (this.window.isMinimized()) this.window.showNormal();
    this.window.show();
    this.window.raise();
    this.window.activateWindow();
  }

  dispose(): void {
    this.#isClosed = true;
    this.window.close();
    this.window.deleteLater();
  }

  #fillServers(): void {
    const { servers } = this.#options;
    this.#server.setEditable(true);
    this.#server.setAccessibleName("Server");
    for (const server of servers) this.#server.addItem(undefined, addressText(server));
    this.#server.addEventListener(
      "editTextChanged",
      guard(() => this.#onServerChange()),
    );
    this.#server.addEventListener(
      "currentIndexChanged",
      guard((index: number) => this.#tls.setChecked(servers[index]?.tls ?? false)),
    );
    this.#server.setInsertPolicy(InsertPolicy.NoInsert);
    onEnterKey(this.#server, () => this.#enter());
    this.#tls.setText("Encrypted (TLS)");
    this.#tls.setAccessibleName("Encrypted (TLS)");
    this.#tls.setChecked(servers[0]?.tls ?? false);
    this.#keeps.setText("Keep me logged in");
    this.#keeps.setAccessibleName("Keep me logged in");
    this.#keeps.setChecked(true);
  }

  #tab(text: string, isNew: boolean): QPushButton {
    const tab = button({
      text,
      name: "tab",
      onClick: () => {
        this.#choose(isNew);
        this.#focusFirst();
      },
    });
    tab.setCheckable(true);
    return tab;
  }

  #layOut(): void {
    const { colors, pixelRatio } = this.#options.theme;
    this.#logo.setPixmap(iconPixmap("app", colors.accent, LOGO_PX, pixelRatio));
    const { server, username, password, repeat, invitation } = this.#problems;
    const form = panel(
      "panel",
      column({
        children: [
          this.#logo,
          8,
          label({ text: "Messenger", name: "title", align: AlignmentFlag.AlignCenter }),
          this.#notice,
          14,
          row({ children: ["stretch", ...this.#tabs, "stretch"] }),
          14,
          this.#server,
          server,
          6,
          this.#username,
          username,
          6,
          row({ spacing: 4, children: [{ grow: this.#password }, this.#eye] }),
          password,
          6,
          this.#repeat,
          repeat,
          this.#hint,
          6,
          this.#invitation,
          invitation,
          4,
          row({ children: [this.#keeps, "stretch", this.#tls] }),
          16,
          this.#submit,
        ],
      }),
    );
    form.setFixedWidth(FORM_PX);
    const whole = panel(
      "panel",
      column({
        margins: [24, 20, 24, 28],
        children: [24, row({ children: ["stretch", form, "stretch"] }), "stretch"],
      }),
    );
    this.window.setCentralWidget(whole);
    this.window.setWindowTitle("Messenger");
    this.window.resize(460, 640);
    this.window.setMinimumSize(380, 560);
    this.window.addEventListener(
      WidgetEventTypes.Close,
      guard(() => !this.#isClosed && this.events.emit("close", undefined)),
    );
  }

  #choose(isNew: boolean): void {
    this.#isNew = isNew;
    this.#tabs[0].setChecked(!isNew);
    this.#tabs[1].setChecked(isNew);
    this.#repeat.setVisible(isNew);
    this.#invitation.setVisible(isNew && this.#needsInvitation);
    for (const problem of Object.values(this.#problems)) problem.hide();
    this.#submit.setText(isNew ? "Create account" : "Log in");
    this.#showHints();
  }

  /** One server's code is nothing for another one. */
  #onServerChange(): void {
    this.#clear("server");
    this.#clear("invitation");
    this.#needsInvitation = false;
    this.#invitation.setText("");
    this.#invitation.hide();
  }

  #clear(name: FieldName): void {
    this.#problems[name].hide();
  }

  #problem(name: FieldName, text: string): void {
    if (name === "invitation") {
      this.#needsInvitation = true;
      this.#invitation.show();
    }
    if (name === "password" || name === "repeat") this.#hint.hide(); // it would say the same
    this.#problems[name].setText(text);
    this.#problems[name].show();
    const { server, username, password, repeat, invitation } = this.parts;
    ({ server, username, password, repeat, invitation })[name].setFocus();
  }

  /** Hints while a new password is typed. */
  #showHints(caps = false): void {
    const password = this.#password.text();
    const repeat = this.#repeat.text();
    const fault = this.#isNew && password !== "" ? passwordProblem(password) : undefined;
    const differs = this.#isNew && repeat !== "" && !password.startsWith(repeat);
    const texts = [
      ...(caps ? ["Caps Lock seems to be on."] : []),
      ...(fault === undefined ? [] : [`The password ${fault}.`]),
      ...(differs ? ["The two passwords differ."] : []),
    ];
    this.#hint.setText(texts.join(" "));
    this.#hint.setVisible(texts.length > 0);
  }

  #noteCaps(event: QKeyEvent): void {
    const caps = capsIn(event);
    if (caps !== undefined) setTimeout(() => this.#showHints(caps), 0);
  }

  async #enter(trusts?: string): Promise<void> {
    if (this.#isBusy) return;
    const entry = this.#read();
    if (!entry) return;
    this.#setBusy(true);
    try {
      await this.#options.enter(trusts === undefined ? entry : { ...entry, trusts });
    } catch (error) {
      if (!(error instanceof WelcomeError)) throw error;
      this.#setBusy(false);
      this.#problem(error.field, error.message);
      if (error.doubt) this.#askTrust(entry.server, error.doubt);
    } finally {
      if (!this.#isClosed) this.#setBusy(false);
    }
  }

  #askTrust(server: ServerChoice, doubt: CertificateDoubt): void {
    this.#dialog = askTrust(this.window, server, doubt, {
      onTrust: () => this.#enter(doubt.shown),
      onForget: () => {
        this.#options.distrust(server);
        this.#problem("server", "The old certificate is forgotten. Log in to see the new one.");
      },
    });
  }

  #setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    this.#submit.setEnabled(!isBusy);
    this.#submit.setText(isBusy ? "Please wait…" : this.#isNew ? "Create account" : "Log in");
  }

  /** The entered values, if they can be right; otherwise says what is not. */
  #read(): Entry | undefined {
    const address = parseAddress(this.#server.currentText());
    const username = this.#username.text().trim();
    const password = this.#password.text();
    const invitation = this.#invitation.text().trim();
    if (!address) this.#problem("server", "Enter a host name and a port, as in chat.example.org:40000.");
    else if (username === "") this.#problem("username", "Enter your name.");
    else if (this.#isNew && normalizeUsername(username) === undefined) {
      this.#problem(
        "username",
        `${MIN_USERNAME_CHARS} to ${MAX_USERNAME_CHARS} letters, digits, “_”, “.” or “-”; the first a letter or digit.`,
      );
    } else if (password === "") this.#problem("password", "Enter your password.");
    else if (this.#isNew && passwordProblem(password) !== undefined)
      this.#problem("password", `The password ${passwordProblem(password)}.`);
    else if (this.#isNew && password !== this.#repeat.text()) this.#problem("repeat", "The two passwords differ.");
    else if (this.#isNew && this.#needsInvitation && invitation === "")
      this.#problem("invitation", "Enter the invitation code.");
    else
      return {
        server: { ...address, tls: this.#tls.isChecked() },
        username,
        password,
        isNew: this.#isNew,
        invitation: invitation === "" ? undefined : invitation,
        keeps: this.#keeps.isChecked(),
      };
    return undefined;
  }
}
