// Somebody's profile: the own one can be changed, with a picture that is chosen or dropped; others' are shown.
import {
  AlignmentFlag,
  QDialog,
  QDragMoveEvent,
  QDropEvent,
  QLabel,
  QProgressBar,
  QTextEdit,
  TextFormat,
  TextInteractionFlag,
  WidgetEventTypes,
  type QPixmap,
  type QWidget,
} from "@nodegui/nodegui";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { charCount } from "../../src/protocol/envelope.ts";
import type { Profile } from "../../src/protocol/entities.ts";
import { directChatId, type ChatId, type UserId } from "../../src/protocol/ids.ts";
import { MAX_BIO_CHARS, MAX_NAME_CHARS } from "../../src/protocol/limits.ts";
import { drawAvatar } from "../kit/avatar-pixmap.ts";
import { chooseFile, openModal, type ModalOptions } from "../kit/dialogs.ts";
import { guard } from "../kit/guard.ts";
import { squarePicture } from "../kit/picture.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, field, label, row } from "../kit/widgets.ts";
import { textHtml } from "./message-html.ts";
import type { AccountSession } from "./account-session.ts";

const AVATAR_PX = 128;
/** Pictures are made this large before they are sent: enough for every place where they are shown, at twice the scale. */
const UPLOAD_SIDE_PX = 512;

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
    this.avatar.setFixedSize(AVATAR_PX, AVATAR_PX);
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
    this.avatar.setPixmap(this.chosen ?? session.avatars.pixmap(userId, username, AVATAR_PX));
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
  readonly #progress = new QProgressBar();
  readonly #error = label({ name: "error", wraps: true });
  /** Chosen, and sent when the profile is saved. */
  #picture: Buffer | undefined;

  constructor(dialog: QDialog, options: ProfileOptions) {
    super(dialog, options);
    this.#bio.setAcceptRichText(false);
    this.#bio.setTabChangesFocus(true);
    this.#bio.setPlaceholderText("A few words about yourself");
    this.#bio.setAccessibleName("About yourself");
    this.#bio.setFixedHeight(96);
    this.#progress.setTextVisible?.(false);
    this.#progress.hide();
    this.status.setText("Drop a picture here");
    const choose = button({ text: "Choose a picture…", onClick: () => this.#choose() });
    const close = button({ text: "Cancel", onClick: () => dialog.close() });
    const save = button({ text: "Save", name: "primary", onClick: () => this.#save() });
    this.modal = { enter: save, focus: this.#first };
    dialog.setLayout(
      column({
        margins: [26, 24, 26, 20],
        children: [
          row({ children: ["stretch", this.avatar, "stretch"] }),
          10,
          row({ children: ["stretch", choose, "stretch"] }),
          this.status,
          this.#progress,
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
    this.#acceptDrops();
  }

  protected override fill(profile: Profile): void {
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
      if (this.#picture) await this.#upload(this.#picture);
      await this.options.session.workspace.profiles.update(changes);
      if (!this.isClosed) this.dialog.close();
    } catch (error) {
      if (this.isClosed) throw error; // shown in a window of its own
      this.#error.setText(`Not saved: ${messageOf(error)}`);
    }
  }

  #choose(): void {
    const filter = "Pictures (*.png *.jpg *.jpeg *.gif *.webp)";
    chooseFile(this.dialog, "Choose a picture", filter, (path) => this.#take(path));
  }

  #acceptDrops(): void {
    const { dialog } = this;
    dialog.setAcceptDrops(true);
    dialog.addEventListener(
      WidgetEventTypes.DragEnter,
      guard((event) => event && new QDragMoveEvent(event).accept()),
    );
    dialog.addEventListener(
      WidgetEventTypes.Drop,
      guard((event) => {
        const url = event && new QDropEvent(event).mimeData().urls()[0]?.toString();
        return url?.startsWith("file:") === true ? this.#take(fileURLToPath(url)) : undefined;
      }),
    );
  }

  /** Shows a picture as it will be; nothing is sent before the profile is saved. */
  async #take(path: string): Promise<void> {
    this.#error.setText("");
    try {
      const bytes = await squarePng(path);
      if (this.isClosed) return;
      const { userId, username: name, theme } = this.options;
      this.#picture = bytes;
      this.chosen = drawAvatar({ userId, name, sizePx: AVATAR_PX, pixelRatio: theme.pixelRatio, file: path });
      this.drawAvatar();
      this.status.setText("This will be your picture when you save.");
    } catch (error) {
      if (this.isClosed) throw error;
      this.#error.setText(`Not taken: ${messageOf(error)}`);
    }
  }

  async #upload(picture: Buffer): Promise<void> {
    this.#progress.setValue(0);
    this.#progress.show();
    try {
      await this.options.session.avatars.upload(picture, (part) => {
        if (!this.isClosed) this.#progress.setValue(Math.round(part * 100));
      });
      this.#picture = undefined;
    } finally {
      if (!this.isClosed) this.#progress.hide();
    }
  }
}

/** The middle of a picture as a square PNG. Rejects with PictureProblem when the file is no picture. */
export async function squarePng(path: string): Promise<Buffer> {
  const scaled = squarePicture(path, UPLOAD_SIDE_PX);
  // Qt's wrapper saves to files only.
  const folder = await mkdtemp(join(tmpdir(), "messenger-avatar-"));
  try {
    const file = join(folder, "avatar.png");
    if (!scaled.save(file, "PNG")) throw new Error("the picture cannot be converted");
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function fullName({ first_name: first, second_name: second, username }: Profile): string {
  return `${first} ${second}`.trim() || username;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
