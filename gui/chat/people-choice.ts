// Choosing several people: a field with suggestions that are ticked, and what was chosen as chips above it.
import type { FoundPerson } from "../../src/client/models/directory.ts";
import { usernameKey } from "../../src/protocol/text.ts";
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
  /** By the form in which names are compared. */
  readonly #chosen = new Map<string, string>();
  /** Enter was pressed before the server had answered. */
  #isEntered = false;

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
        return { mark: this.#chosen.has(usernameKey(user.username)) ? "on" : "off" };
      },
      onText: () => {
        this.#isEntered = false;
        options.onChange();
      },
      onFound: () => this.#isEntered && this.#takeTyped(),
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

  /** Chooses whom the field means, or else the name in it as it was typed: Enter goes on with the next one. */
  #takeTyped(): boolean {
    const { chosen, typed, isSearching, hasOthers } = this.people;
    if (typed === "") return false;
    // Nobody is guessed at while better ones may be found.
    this.#isEntered = !chosen && isSearching;
    if (this.#isEntered || (!chosen && !hasOthers)) return true;
    if (!chosen || !this.#isRefused(chosen)) {
      const username = chosen?.username ?? typed;
      this.#chosen.set(usernameKey(username), username);
      this.#show();
    }
    this.people.clear();
    return true;
  }

  #isRefused(user: FoundPerson): boolean {
    return this.#options.refusal?.(user) !== undefined;
  }

  #toggle(user: FoundPerson): void {
    if (this.#isRefused(user)) return;
    const key = usernameKey(user.username);
    if (!this.#chosen.delete(key)) this.#chosen.set(key, user.username);
    this.#show();
    this.#options.onChange();
  }

  /** Takes somebody out again. */
  drop(name: string): void {
    this.#chosen.delete(usernameKey(name));
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
