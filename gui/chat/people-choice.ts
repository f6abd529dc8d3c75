// Choosing several people: a field with suggestions that are ticked, and what was chosen as chips above it.
import type { FoundPerson } from "../../src/client/models/directory.ts";
import type { Disposable } from "../../src/util/disposable.ts";
import type { Theme } from "../kit/theme.ts";
import type { AccountSession } from "./account-session.ts";
import { ChipBar } from "./chip-bar.ts";
import { PeopleField } from "./people-field.ts";

export interface PeopleChoiceOptions {
  readonly title: string;
  readonly session: AccountSession;
  readonly theme: Theme;
  readonly heightPx: number;
  /** The reason why somebody cannot be chosen, as their row says it; undefined for everybody else. */
  readonly refusal?: (user: FoundPerson) => string | undefined;
  readonly onChange: () => void;
}

export class PeopleChoice implements Disposable {
  readonly chips: ChipBar;
  readonly people: PeopleField;
  readonly #options: PeopleChoiceOptions;
  readonly #chosen = new Map<string, string>();

  constructor(options: PeopleChoiceOptions) {
    this.#options = options;
    const { title, session, theme, heightPx, refusal = () => undefined } = options;
    this.chips = new ChipBar(theme, (name) => this.#remove(name));
    this.people = new PeopleField({
      title,
      theme,
      avatars: session.avatars,
      directory: session.workspace.directory(),
      heightPx,
      markOf: (user) => {
        const reason = refusal(user);
        if (reason !== undefined) return { mark: "none", note: reason };
        return { mark: this.#chosen.has(user.userId) ? "on" : "off" };
      },
      onText: options.onChange,
      onEnter: () => this.#takeTyped(),
      onTake: (user) => this.#toggle(user),
    });
  }

  /** The names of those who were chosen, in that order. */
  get usernames(): readonly string[] {
    return [...this.#chosen.values()];
  }

  dispose(): void {
    this.people.dispose();
  }

  /** Chooses whom the field means, if anybody: Enter goes on with the next name. */
  #takeTyped(): boolean {
    const { chosen, typed } = this.people;
    if (!chosen || typed === "") return false;
    if (!this.#chosen.has(chosen.userId)) this.#toggle(chosen);
    this.people.clear();
    return true;
  }

  #toggle(user: FoundPerson): void {
    const { refusal = () => undefined, onChange } = this.#options;
    if (refusal(user) !== undefined) return;
    if (!this.#chosen.delete(user.userId)) this.#chosen.set(user.userId, user.username);
    this.#show();
    onChange();
  }

  /** Takes somebody out again. */
  drop(name: string): void {
    for (const [userId, username] of this.#chosen) if (username === name) this.#chosen.delete(userId);
    this.#show();
  }

  #remove(name: string): void {
    this.drop(name);
    this.people.field.setFocus();
    this.#options.onChange();
  }

  #show(): void {
    this.chips.show(this.usernames);
    this.people.show();
  }
}
