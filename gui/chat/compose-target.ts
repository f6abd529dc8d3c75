// The line above the message field that says which message is answered or changed.
import type { QPushButton, QWidget } from "@nodegui/nodegui";
import type { Conversation } from "../../src/client/models/conversation.ts";
import type { ConversationItem } from "../../src/client/models/conversation-item.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import { elided } from "../kit/elided.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { showIcon } from "../kit/themed-icon.ts";
import { column, iconButton, label, panel, row } from "../kit/widgets.ts";
import { previewText } from "./message-html.ts";

export interface Target {
  readonly kind: "answer" | "edit";
  readonly item: ConversationItem;
}

export interface TargetActions {
  onCancel(): void;
  /** The message was changed; undefined: it is gone. */
  onChanged(now: Target | undefined): void;
}

/**
 * The target as its message is now; undefined when that was deleted, or is gone. An edit stays what it was begun with, so
 * that leaving the text as it is changes nothing.
 */
function presentTarget(target: Target, conversation: Conversation): Target | undefined {
  const { kind, item } = target;
  const now = conversation.now(item);
  if (now === item) return target;
  if (now.deleted !== undefined || now.timeMs !== item.timeMs) return undefined;
  return kind === "edit" ? target : { kind, item: now };
}

/** Beside the text: margins and the button. */
const BESIDE_PX = 90;

export class TargetLine {
  readonly widget: QWidget;
  readonly #theme: Theme;
  readonly #title = label({ name: "targetTitle" });
  readonly #text = label({ name: "hint" });
  readonly #cancel: QPushButton;
  readonly #actions: TargetActions;
  #target: Target | undefined;
  #following: Disposable | undefined;

  constructor(theme: Theme, actions: TargetActions) {
    this.#theme = theme;
    this.#actions = actions;
    this.#cancel = iconButton({ title: "Do not (Escape)", onClick: () => actions.onCancel() });
    const texts = column({ spacing: 0, children: [this.#title, this.#text] });
    const inner = panel("target", column({ margins: [10, 2, 6, 2], children: [texts] }));
    this.widget = panel("composer", row({ margins: [16, 6, 10, 0], children: [{ grow: inner }, this.#cancel] }));
    this.widget.hide();
  }

  show(target: Target | undefined): void {
    this.#target = target;
    this.widget.setVisible(target !== undefined);
    this.fit();
  }

  /** The conversation that the message is in, until another one is followed. */
  follow(conversation: Conversation | undefined): void {
    this.#following?.dispose();
    this.#following = conversation?.onChange(guard(() => this.#update(conversation)));
  }

  #update(conversation: Conversation): void {
    const now = this.#target && presentTarget(this.#target, conversation);
    if (now !== this.#target) this.#actions.onChanged(now);
  }

  /** The width or the look has changed. */
  fit(): void {
    const { textPx } = this.#theme;
    showIcon(this.#cancel, "close", this.#theme);
    if (!this.#target) {
      for (const part of [this.#title, this.#text]) part.setText("");
      return;
    }
    const { kind, item } = this.#target;
    const width = Math.max(60, this.widget.width() - BESIDE_PX);
    const title = kind === "edit" ? "Edit message" : `Answer to ${item.username}`;
    this.#title.setText(elided(title, width, textPx - 1, true));
    this.#text.setText(elided(previewText(item.text), width, textPx - 1, false));
  }
}
