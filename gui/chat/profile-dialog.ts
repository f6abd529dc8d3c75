// Somebody's profile: the own one can be changed, with a picture; others' are shown.
import {
  AlignmentFlag,
  QDialog,
  QLabel,
  QTextEdit,
  TextFormat,
  TextInteractionFlag,
  WidgetEventTypes,
  type QPixmap,
  type QWidget,
} from "@nodegui/nodegui";
import { charCount } from "../../src/protocol/envelope.ts";
import type { Profile } from "../../src/protocol/entities.ts";
import { directChatId, type ChatId, type UserId } from "../../src/protocol/ids.ts";
import { MAX_BIO_CHARS, MAX_NAME_CHARS } from "../../src/protocol/limits.ts";
import { openModal, type ModalOptions } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, field, label, row } from "../kit/widgets.ts";
import { textHtml } from "./message-html.ts";
import type { AccountSession } from "./account-session.ts";
import { OwnPicture, PORTRAIT_PX } from "./own-picture.ts";

/** With room for the frame of the focus. */
const FRAMED_PX = PORTRAIT_PX + 4;

export interface ProfileOptions {
  readonly parent: QWidget;
  readonly session: AccountSession;
  readonly theme: Theme;
  readonly userId: UserId;
  readonly username: string;
  readonly onChat: (chatId: ChatId) => void;
  readonly onLink: (url: string) => void;
}

export function openProfile(options: ProfileOptions): QDialog {
  const isOwn = options.userId === options.session.messenger.userId;
  const dialog = new QDialog(options.parent);
  const dialogOf = isOwn ? new OwnProfile(dialog, options) : new OthersProfile(dialog, options);
  dialog.setWindowTitle(isOwn ? "My profile" : options.username);
  dialog.setMinimumWidth(380);
  dialog.addEventListener(
    WidgetEventTypes.Hide,
    guard(() => dialogOf.dispose()),
  );
  openModal(dialog, dialogOf.modal);
  return dialog;
}

/** Common part of both kinds. */
abstract class ProfileView {
  protected readonly dialog: QDialog;
  protected readonly options: ProfileOptions;
  protected readonly avatar: QLabel = label({ align: AlignmentFlag.AlignCenter });
  protected readonly status = label({ name: "hint", wraps: true, align: AlignmentFlag.AlignCenter });
  readonly #changes: { dispose(): void }[];
  /** Shown in place of the picture that there is. */
  protected chosen: QPixmap | undefined;
  /** The dialog is closed: its widgets may not be touched any more. */
  protected isClosed = false;

  constructor(dialog: QDialog, options: ProfileOptions) {
    this.dialog = dialog;
    this.options = options;
    this.avatar.setObjectName("portrait");
    this.avatar.setFixedSize(FRAMED_PX, FRAMED_PX);
    const { avatars } = options.session;
    this.#changes = [avatars.onChange(() => this.drawAvatar())];
    this.drawAvatar();
    void this.#load();
  }

  dispose(): void {
    this.isClosed = true;
    for (const change of this.#changes) change.dispose();
  }

  abstract readonly modal: ModalOptions;

  protected abstract fill(profile: Profile): void;

  protected drawAvatar(): void {
    const { session, userId, username } = this.options;
    this.avatar.setPixmap(this.chosen ?? session.avatars.pixmap(userId, username, PORTRAIT_PX));
  }

  protected picture(): QWidget {
    return this.avatar;
  }

  async #load(): Promise<void> {
    const { session, userId, username } = this.options;
    try {
      const profile = await session.workspace.profiles.load(userId, username, true);
      if (!this.isClosed) this.fill(profile);
    } catch (error) {
      if (this.isClosed) return;
      const known = session.workspace.profiles.get(userId);
      if (known) this.fill(known);
      else this.status.setText(`The profile cannot be read: ${messageOf(error)}`);
    }
  }
}

class OthersProfile extends ProfileView {
  override readonly modal: ModalOptions;
  readonly #name = label({ name: "title", align: AlignmentFlag.AlignCenter, wraps: true });
  readonly #username = label({ name: "subtitle", align: AlignmentFlag.AlignCenter });
  readonly #bio = new QLabel();

  constructor(dialog: QDialog, options: ProfileOptions) {
    super(dialog, options);
    const { session, userId, onChat } = options;
    this.#username.setText(`@${options.username}`);
    this.#bio.setTextFormat(TextFormat.RichText);
    this.#bio.setWordWrap(true);
    this.#bio.setAlignment(AlignmentFlag.AlignCenter);
    this.#bio.setTextInteractionFlags(
      TextInteractionFlag.TextSelectableByMouse | TextInteractionFlag.LinksAccessibleByMouse,
    );
    this.#bio.addEventListener(
      "linkActivated",
      guard((url: string) => options.onLink(url)),
    );
    const write = button({
      text: "Write a message",
      name: "primary",
      onClick: () => {
        dialog.close();
        onChat(directChatId(session.messenger.userId ?? "", userId));
      },
    });
    this.modal = { enter: write };
    const children = ["stretch", this.avatar, "stretch"] as const;
    dialog.setLayout(
      column({
        margins: [28, 26, 28, 22],
        children: [row({ children }), 14, this.#name, this.#username, 14, this.#bio, this.status, 20, write],
      }),
    );
  }

  protected override fill(profile: Profile): void {
    this.#name.setText(fullName(profile));
    const { colors, textPx } = this.options.theme;
    this.#bio.setText(textHtml(profile.bio, "", colors, textPx));
  }
}

class OwnProfile extends ProfileView {
  override readonly modal: ModalOptions;
  readonly #first = field({ title: "First name", placeholder: "First name", maxLength: MAX_NAME_CHARS });
  readonly #second = field({ title: "Second name", placeholder: "Second name", maxLength: MAX_NAME_CHARS });
  readonly #bio = new QTextEdit();
  readonly #error = label({ name: "error", wraps: true });
  readonly #picture: OwnPicture;

  constructor(dialog: QDialog, options: ProfileOptions) {
    super(dialog, options);
    this.#bio.setAcceptRichText(false);
    this.#bio.setTabChangesFocus(true);
    this.#bio.setPlaceholderText("A few words about yourself");
    this.#bio.setAccessibleName("About yourself");
    this.#bio.setFixedHeight(96);
    const { session, theme, userId, username } = options;
    this.#picture = new OwnPicture({
      dialog,
      portrait: this.avatar,
      avatars: session.avatars,
      theme,
      userId,
      username,
      onPreview: (pixmap) => {
        this.chosen = pixmap;
        this.drawAvatar();
      },
      onProblem: (text) => this.#error.setText(text),
    });
    const close = button({ text: "Cancel", onClick: () => dialog.close() });
    const save = button({ text: "Save", name: "primary", onClick: () => this.#save() });
    this.modal = { enter: save, focus: this.#first };
    dialog.setLayout(
      column({
        margins: [26, 24, 26, 20],
        children: [
          this.#picture.widget,
          this.status,
          14,
          label({ text: `@${options.username}`, name: "subtitle" }),
          8,
          row({ spacing: 8, children: [{ grow: this.#first }, { grow: this.#second }] }),
          8,
          this.#bio,
          4,
          this.#error,
          14,
          row({ spacing: 8, children: ["stretch", close, save] }),
        ],
      }),
    );
  }

  override dispose(): void {
    super.dispose();
    this.#picture.dispose();
  }

  protected override fill(profile: Profile): void {
    this.#picture.showStored(profile.file_name !== null);
    this.#first.setText(profile.first_name);
    this.#second.setText(profile.second_name);
    this.#bio.setPlainText(profile.bio);
  }

  async #save(): Promise<void> {
    const bio = this.#bio.toPlainText();
    if (charCount(bio) > MAX_BIO_CHARS)
      return this.#error.setText(`At most ${MAX_BIO_CHARS} characters about yourself.`);
    try {
      const changes = { first_name: this.#first.text().trim(), second_name: this.#second.text().trim(), bio };
      await this.#picture.save();
      await this.options.session.workspace.profiles.update(changes);
      if (!this.isClosed) this.dialog.close();
    } catch (error) {
      if (this.isClosed) throw error; // shown in a window of its own
      this.#error.setText(`Not saved: ${messageOf(error)}`);
    }
  }
}

function fullName({ first_name: first, second_name: second, username }: Profile): string {
  return `${first} ${second}`.trim() || username;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
