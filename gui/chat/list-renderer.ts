// Renderer of the list at the left: chats, and what is found for a word.
import { WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import type { RowRenderer, RowWidgets } from "../kit/virtual-list.ts";
import { label, rename } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { ChatRowRenderer, type ListRow } from "./chat-row.ts";
import { HitRowWidgets, hitRowPx } from "./hit-row.ts";
import type { ChoosableRow, ResultRow } from "./list-rows.ts";
import { PersonRowWidgets, personRowPx } from "./person-row.ts";

export interface ListActions {
  onChoose(row: ChoosableRow): void;
  onMenu(row: ListRow): void;
}

const TEXT_EDGE_PX = 14;

export class ListRenderer implements RowRenderer<ResultRow> {
  readonly #theme: Theme;
  readonly #avatars: Avatars;
  readonly #actions: ListActions;
  readonly #chats: ChatRowRenderer;

  constructor(theme: Theme, avatars: Avatars, actions: ListActions) {
    this.#theme = theme;
    this.#avatars = avatars;
    this.#actions = actions;
    this.#chats = new ChatRowRenderer(theme, avatars, {
      onSelect: (row) => actions.onChoose(row),
      onMenu: (row) => actions.onMenu(row),
    });
  }

  kindOf({ kind }: ResultRow): string {
    return kind;
  }

  estimatePx({ kind }: ResultRow, widthPx: number): number {
    const { textPx } = this.#theme;
    if (kind === "chat") return this.#chats.estimatePx();
    if (kind === "person") return personRowPx(this.#theme);
    if (kind === "hit") return hitRowPx(this.#theme);
    if (kind === "note") return Math.round(textPx * (widthPx < 300 ? 5.5 : 4.2));
    return Math.round(textPx * (kind === "more" ? 2.4 : 2.2));
  }

  measurePx(row: ResultRow, widthPx: number): number {
    return this.estimatePx(row, widthPx);
  }

  create(kind: ResultRow["kind"], parent: QWidget): RowWidgets<ResultRow> {
    const { onChoose } = this.#actions;
    if (kind === "chat") return this.#chat(parent);
    if (kind === "person")
      return new PersonRowWidgets(parent, this.#theme, this.#avatars, { onPerson: (row) => onChoose(row) });
    if (kind === "hit") return new HitRowWidgets(parent, this.#theme, this.#avatars, { onHit: (row) => onChoose(row) });
    if (kind === "more") return moreWidgets(parent, onChoose);
    return textWidgets(parent, kind === "heading" ? "sectionHeading" : "emptyHint", kind === "note");
  }

  #chat(parent: QWidget): RowWidgets<ResultRow> {
    const widgets = this.#chats.create("chat", parent);
    return { show: (row, at) => row.kind === "chat" && widgets.show(row, at), hide: () => widgets.hide() };
  }
}

function textWidgets(parent: QWidget, name: string, wraps: boolean): RowWidgets<ResultRow> {
  const text = label({ name, parent, wraps });
  return {
    show: (row, { topPx, widthPx, heightPx }) => {
      text.setText("text" in row ? row.text : "");
      text.setGeometry(0, Math.round(topPx), widthPx, heightPx);
      text.show();
    },
    hide: () => text.hide(),
  };
}

function moreWidgets(parent: QWidget, onChoose: (row: ChoosableRow) => void): RowWidgets<ResultRow> {
  const text = label({ name: "more", parent });
  let shown: ChoosableRow | undefined;
  text.setIndent(TEXT_EDGE_PX);
  text.addEventListener(
    WidgetEventTypes.MouseButtonPress,
    guard(() => shown && onChoose(shown)),
  );
  return {
    show: (row, { topPx, widthPx, heightPx }) => {
      if (row.kind !== "more") return;
      shown = row;
      rename(text, row.isSelected ? "moreSelected" : "more");
      text.setText(row.text);
      text.setGeometry(0, Math.round(topPx), widthPx, heightPx);
      text.show();
    },
    hide: () => {
      shown = undefined;
      text.hide();
    },
  };
}
