// Completion of names behind "@" and emoji behind ":" while a message is typed.
import { QPoint, type QTextEdit, type QWidget } from "@nodegui/nodegui";
import { Key } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import { cursorRect, replaceText, selectionOf } from "../kit/text-cursor.ts";
import { completionAt, type Completion } from "./completion.ts";
import { CompletionList, MAX_CHOICES, type CompletionChoice } from "./completion-list.ts";
import { findEmoji } from "./emoji-data.ts";

/** Names that begin with what was typed, or have it in them, the best first. */
export type FindNames = (text: string) => Promise<readonly string[]>;

export class Completer {
  readonly #edit: QTextEdit;
  readonly #theme: Theme;
  readonly #findNames: FindNames;
  #list: CompletionList | undefined;
  #parent: QWidget | undefined;
  #at: Completion | undefined;
  /** Closed by Escape: stays so until another one begins. */
  #refusedFrom = -1;

  constructor(edit: QTextEdit, theme: Theme, findNames: FindNames) {
    this.#edit = edit;
    this.#theme = theme;
    this.#findNames = findNames;
  }

  /** The widget that the list lies over. */
  set parent(parent: QWidget) {
    this.#parent = parent;
  }

  get choices(): readonly CompletionChoice[] {
    return this.#list?.choices ?? [];
  }

  /** The text or the cursor has changed. */
  async update(): Promise<void> {
    const { anchor, position } = selectionOf(this.#edit);
    const at = anchor === position ? completionAt(this.#edit.toPlainText(), position) : undefined;
    this.#at = at;
    if (!at) this.#refusedFrom = -1;
    if (!at || at.from === this.#refusedFrom) return this.#list?.close();
    const choices = at.kind === "emoji" ? emojiChoices(at.text) : await this.#nameChoices(at.text);
    // Names may take a while: meanwhile more was typed, or Escape was pressed.
    if (this.#at === at && at.from !== this.#refusedFrom) this.#show(choices);
  }

  close(): void {
    this.#at = undefined;
    this.#list?.close();
  }

  /** Action of a key while there is something to choose; undefined for what it does anyway. */
  actionOf(key: number): (() => void) | undefined {
    const list = this.#list;
    if (!list?.isOpen) return undefined;
    if (key === Key.up) return () => list.step(-1);
    if (key === Key.down) return () => list.step(1);
    if (key === Key.return || key === Key.enter || key === Key.tab) return () => list.take();
    if (key === Key.escape)
      return () => {
        this.#refusedFrom = this.#at?.from ?? -1;
        list.close();
      };
    return undefined;
  }

  async #nameChoices(text: string): Promise<CompletionChoice[]> {
    const names = await this.#findNames(text);
    return names.slice(0, MAX_CHOICES).map((name) => ({ shown: name, inserted: `@${name} ` }));
  }

  #show(choices: readonly CompletionChoice[]): void {
    const parent = this.#parent;
    if (!parent) return;
    this.#list ??= new CompletionList(parent, (choice) => this.#take(choice));
    const rect = cursorRect(this.#edit);
    const at = this.#edit.viewport().mapTo(parent, new QPoint(rect.x, rect.y));
    this.#list.show(choices, Math.max(8, at.x() - 20), at.y() - 8, Math.round(this.#theme.textPx * 2.1));
  }

  #take({ inserted }: CompletionChoice): void {
    const at = this.#at;
    this.#at = undefined;
    if (at) replaceText(this.#edit, at.from, at.to, inserted);
    this.#edit.setFocus();
  }
}

function emojiChoices(text: string): CompletionChoice[] {
  return findEmoji(text, MAX_CHOICES).map(({ emoji, code }) => ({
    shown: `${emoji}  :${code}:`,
    inserted: `${emoji} `,
  }));
}
