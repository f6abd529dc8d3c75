// A person in a list: picture, presence, name, and what else is known of them; can be ticked.
import { WidgetEventTypes, type QLabel, type QWidget } from "@nodegui/nodegui";
import type { FoundPerson } from "../../src/client/models/directory.ts";
import { guard } from "../kit/guard.ts";
import { iconPixmap } from "../kit/icons.ts";
import type { Row } from "../kit/row-heights.ts";
import type { Theme } from "../kit/theme.ts";
import type { RowPlace, RowWidgets } from "../kit/virtual-list.ts";
import { label, rename } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { PictureRow, pictureRowPx } from "./picture-row.ts";

const AVATAR_PX = 40;
const DOT_PX = 14;
const TICK_PX = 20;

export interface PersonRow extends Row {
  readonly kind: "person";
  readonly person: Pick<FoundPerson, "userId" | "username" | "firstName" | "secondName" | "online">;
  readonly isSelected: boolean;
  /** A tick at the right, room for one, or neither. */
  readonly mark: "none" | "on" | "off";
  /** At the right of the name; absent: nothing. */
  readonly note?: string;
}

export interface PersonRowActions {
  onPerson(row: PersonRow): unknown;
  onPersonMenu?(row: PersonRow): unknown;
}

export function personRowPx(theme: Theme): number {
  return pictureRowPx(AVATAR_PX, theme.textPx) - 6;
}

export class PersonRowWidgets implements RowWidgets<Row> {
  readonly #theme: Theme;
  readonly #avatars: Avatars;
  readonly #base: PictureRow;
  readonly #dot: QLabel;
  readonly #tick: QLabel;
  #row: PersonRow | undefined;

  constructor(parent: QWidget, theme: Theme, avatars: Avatars, actions: PersonRowActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    this.#base = new PictureRow(parent, theme, AVATAR_PX, () => this.#row && actions.onPerson(this.#row));
    const { widget } = this.#base;
    this.#dot = label({ parent: widget, name: "dot" });
    this.#tick = label({ parent: widget });
    widget.addEventListener(
      WidgetEventTypes.ContextMenu,
      guard(() => this.#row && actions.onPersonMenu?.(this.#row)),
    );
  }

  show(row: Row, at: RowPlace): void {
    if (!isPerson(row)) return;
    this.#row = row;
    const { person, isSelected, mark, note = "" } = row;
    const { colors, pixelRatio } = this.#theme;
    const room = mark === "none" ? 0 : TICK_PX + 8;
    const lines = this.#base.show(
      {
        picture: this.#avatars.pixmap(person.userId, person.username, AVATAR_PX),
        title: fullName(person) || person.username,
        right: note,
        text: aboutPerson(person),
        isSelected,
        isActive: person.online === true,
        titleRoomPx: room,
        textRoomPx: room,
      },
      at,
    );
    this.#dot.setGeometry(
      lines.pictureLeft + AVATAR_PX - DOT_PX + 2,
      lines.pictureTop + AVATAR_PX - DOT_PX + 2,
      DOT_PX,
      DOT_PX,
    );
    rename(this.#dot, isSelected ? "dotSelected" : "dot");
    this.#dot.setVisible(person.online === true);
    this.#tick.setVisible(mark === "on");
    if (mark === "on") {
      const color = isSelected ? colors.onSelected : colors.accent;
      this.#tick.setPixmap(iconPixmap("tick", color, TICK_PX, pixelRatio));
      this.#tick.setGeometry(lines.right - TICK_PX, Math.round((at.heightPx - TICK_PX) / 2), TICK_PX, TICK_PX);
    }
    const state = mark === "on" ? ", chosen" : "";
    this.#base.widget.setAccessibleName(`${person.username}${note === "" ? "" : `, ${note}`}${state}`);
  }

  hide(): void {
    this.#row = undefined;
    this.#base.hide();
  }
}

function isPerson(row: Row): row is PersonRow {
  return "kind" in row && row.kind === "person";
}

function fullName({ firstName, secondName }: PersonRow["person"]): string {
  return `${firstName} ${secondName}`.trim();
}

/** The line below the name. */
function aboutPerson(person: PersonRow["person"]): string {
  const { username, online } = person;
  const presence = online === true ? "online" : online === false ? "offline" : "";
  const name = fullName(person) === "" ? "" : `@${username}`;
  return [name, presence].filter((part) => part !== "").join(" · ");
}
