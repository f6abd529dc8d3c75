// The own picture in the profile: chosen or dropped, moved until the right part is seen, or taken away; sent when it is saved.
import {
  AlignmentFlag,
  FocusPolicy,
  Orientation,
  QDialog,
  QKeyEvent,
  QMouseEvent,
  QProgressBar,
  QSlider,
  WidgetEventTypes,
  type QImage,
  type QLabel,
  type QPixmap,
  type QWidget,
} from "@nodegui/nodegui";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawAvatar, drawRound } from "../kit/avatar-pixmap.ts";
import { chooseFile } from "../kit/dialogs.ts";
import { acceptDrops } from "../kit/drops.ts";
import { guard } from "../kit/guard.ts";
import { Key } from "../kit/keys.ts";
import { cutSquare, MIDDLE, uprightPicture, type Cut } from "../kit/picture.ts";
import type { Theme } from "../kit/theme.ts";
import { button, column, label, panel, row } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { picturesFolder } from "./pictures-folder.ts";

export const PORTRAIT_PX = 128;
/** Pictures are made this large before they are sent: enough for every place where they are shown, at twice the scale. */
const UPLOAD_SIDE_PX = 512;
/** Size of the picture that is kept while its part is chosen. */
const WORK_SIDE_PX = 2 * UPLOAD_SIDE_PX;
const MAX_ZOOM = 3;
const ZOOM_STEPS = 100;
/** Of what can be moved, by an arrow key. */
const KEY_STEP = 0.1;

export interface OwnPictureOptions {
  readonly dialog: QDialog;
  /** Shows the picture, and moves it. */
  readonly portrait: QLabel;
  readonly avatars: Avatars;
  readonly theme: Theme;
  readonly userId: string;
  readonly username: string;
  /** To be shown in the portrait. */
  readonly onPreview: (pixmap: QPixmap) => void;
  /** "" when there is none any more. */
  readonly onProblem: (text: string) => void;
}

interface Chosen {
  readonly image: QImage;
  readonly cut: Cut;
}

export class OwnPicture {
  readonly widget: QWidget;
  readonly #options: OwnPictureOptions;
  readonly #status = label({
    name: "hint",
    wraps: true,
    align: AlignmentFlag.AlignCenter,
    text: "Or drop one here.",
  });
  readonly #zoom = new QSlider();
  readonly #zoomRow: QWidget;
  readonly #chooser = button({ text: "Choose a picture…", onClick: () => this.#choose() });
  readonly #remove = button({ text: "Remove the picture", onClick: () => this.#takeAway() });
  readonly #progress = new QProgressBar();
  /** The change that saving makes; undefined for none. */
  #wanted: Chosen | "none" | undefined;
  #drag: { readonly x: number; readonly y: number; readonly cut: Cut } | undefined;
  #isClosed = false;

  constructor(options: OwnPictureOptions) {
    this.#options = options;
    this.#progress.setTextVisible?.(false);
    this.#progress.hide();
    this.#remove.hide();
    this.#zoom.setAccessibleName("Size of the picture");
    this.#zoom.setOrientation(Orientation.Horizontal);
    this.#zoom.setRange(0, ZOOM_STEPS);
    this.#zoom.setPageStep(ZOOM_STEPS / 10);
    this.#zoom.addEventListener(
      "valueChanged",
      guard((value: number) => this.#cut((cut) => ({ ...cut, part: 1 / (1 + (value / ZOOM_STEPS) * (MAX_ZOOM - 1)) }))),
    );
    this.#zoomRow = panel(
      "plain",
      row({ spacing: 10, children: [label({ text: "Size", name: "hint" }), { grow: this.#zoom }] }),
    );
    this.#zoomRow.hide();
    this.widget = panel(
      "plain",
      column({
        spacing: 8,
        children: [
          row({ children: ["stretch", options.portrait, "stretch"] }),
          this.#zoomRow,
          row({ spacing: 8, children: ["stretch", this.#chooser, this.#remove, "stretch"] }),
          this.#status,
          this.#progress,
        ],
      }),
    );
    this.#listen();
  }

  /** Says whether the server has a picture. */
  showStored(hasPicture: boolean): void {
    if (this.#wanted === undefined) this.#remove.setVisible(hasPicture);
  }

  /** Sends the change, if there is one; rejects as `Avatars.upload` does. */
  async save(): Promise<void> {
    const { avatars } = this.#options;
    if (this.#wanted === undefined) return;
    if (this.#wanted === "none") await avatars.remove();
    else await this.#upload(this.#wanted);
    this.#wanted = undefined;
  }

  dispose(): void {
    this.#isClosed = true;
    this.#wanted = undefined;
  }

  #listen(): void {
    const { dialog, portrait } = this.#options;
    acceptDrops(dialog, { onFiles: ([path]) => path !== undefined && this.#take(path) });
    const on = (type: WidgetEventTypes, handler: (event: QMouseEvent) => void): void =>
      portrait.addEventListener(
        type,
        guard((event) => event && handler(new QMouseEvent(event))),
      );
    on(WidgetEventTypes.MouseButtonPress, (event) => {
      if (isChosen(this.#wanted)) this.#drag = { x: event.x(), y: event.y(), cut: this.#wanted.cut };
    });
    on(WidgetEventTypes.MouseMove, (event) => this.#moveTo(event.x(), event.y()));
    on(WidgetEventTypes.MouseButtonRelease, () => (this.#drag = undefined));
    portrait.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event).key())),
    );
  }

  #onKey(key: number): void {
    const step = { [Key.left]: [-1, 0], [Key.right]: [1, 0], [Key.up]: [0, -1], [Key.down]: [0, 1] }[key];
    if (!step) return;
    this.#options.portrait.setEventProcessed(true);
    const [x = 0, y = 0] = step;
    this.#cut((cut) => ({ ...cut, x: cut.x + x * KEY_STEP, y: cut.y + y * KEY_STEP }));
  }

  /** The picture follows the mouse. */
  #moveTo(x: number, y: number): void {
    const drag = this.#drag;
    if (!drag || !isChosen(this.#wanted)) return;
    const { image } = this.#wanted;
    const { part } = drag.cut;
    const side = Math.min(image.width(), image.height()) * part;
    const moved = (from: number, distance: number, size: number): number =>
      size - side < 1 ? from : from - (distance * side) / PORTRAIT_PX / (size - side);
    this.#cut(() => ({
      part,
      x: moved(drag.cut.x, x - drag.x, image.width()),
      y: moved(drag.cut.y, y - drag.y, image.height()),
    }));
  }

  #cut(change: (cut: Cut) => Cut): void {
    if (!isChosen(this.#wanted)) return;
    const { x, y, part } = change(this.#wanted.cut);
    this.#wanted = { ...this.#wanted, cut: { x: between0And1(x), y: between0And1(y), part } };
    this.#preview();
  }

  #preview(): void {
    const { theme, userId, username: name, onPreview } = this.#options;
    const { pixelRatio } = theme;
    if (isChosen(this.#wanted)) {
      const square = cutSquare(this.#wanted.image, this.#wanted.cut, UPLOAD_SIDE_PX);
      onPreview(drawRound(square, PORTRAIT_PX, pixelRatio));
    } else onPreview(drawAvatar({ userId, name, sizePx: PORTRAIT_PX, pixelRatio, file: undefined }));
  }

  #choose(): void {
    const filter = "Pictures (*.png *.jpg *.jpeg *.gif *.webp)";
    chooseFile(this.#options.dialog, { title: "Choose a picture", filter, folder: picturesFolder() }, (path) =>
      this.#take(path),
    );
  }

  /** Shows a picture as it will be; nothing is sent before the profile is saved. */
  #take(path: string): void {
    const { onProblem, portrait } = this.#options;
    onProblem("");
    try {
      this.#wanted = { image: uprightPicture(path, WORK_SIDE_PX), cut: MIDDLE };
    } catch (error) {
      onProblem(`Not taken: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    this.#zoom.setValue(0);
    this.#zoomRow.show();
    this.#remove.hide();
    portrait.setFocusPolicy(FocusPolicy.StrongFocus);
    portrait.setAccessibleName("Part of the picture that is shown, moved by arrow keys");
    this.#status.setText("Drag it to choose the part. It will be your picture when you save.");
    this.#preview();
    // Later: the window in which it was chosen gives the keyboard back to the button when it closes.
    setTimeout(() => !this.#isClosed && portrait.setFocus(), 0);
  }

  #takeAway(): void {
    this.#wanted = "none";
    this.#chooser.setFocus(); // not the next field, where what is typed would be taken for a name
    this.#remove.hide();
    this.#status.setText("Your picture will be removed when you save.");
    this.#preview();
  }

  async #upload({ image, cut }: Chosen): Promise<void> {
    const bytes = await pngOf(cutSquare(image, cut, UPLOAD_SIDE_PX));
    this.#progress.setValue(0);
    this.#progress.show();
    try {
      await this.#options.avatars.upload(bytes, (part) => {
        if (!this.#isClosed) this.#progress.setValue(Math.round(part * 100));
      });
    } finally {
      if (!this.#isClosed) this.#progress.hide();
    }
  }
}

function isChosen(wanted: Chosen | "none" | undefined): wanted is Chosen {
  return wanted !== undefined && wanted !== "none";
}

function between0And1(value: number): number {
  return Math.max(0, Math.min(1, value));
}

/** Qt's wrapper saves to files only. */
async function pngOf(image: QImage): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "messenger-avatar-"));
  try {
    const file = join(folder, "avatar.png");
    if (!image.save(file, "PNG")) throw new Error("the picture cannot be converted");
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
