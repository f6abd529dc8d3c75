// A field with the people below it who fit what is typed: chosen by mouse, or by arrows.
import { FocusPolicy, QKeyEvent, WidgetEventTypes, type QLineEdit, type QWidget } from "@nodegui/nodegui";
import type { Directory, FoundPerson } from "../../src/client/models/directory.ts";
import { MAX_USERNAME_CHARS } from "../../src/protocol/limits.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import { DisposableStore, type Disposable } from "../../src/util/disposable.ts";
import { guard } from "../kit/guard.ts";
import { Key } from "../kit/keys.ts";
import type { Theme } from "../kit/theme.ts";
import { VirtualList } from "../kit/virtual-list.ts";
import { column, field, label, panel } from "../kit/widgets.ts";
import type { Avatars } from "./avatars.ts";
import { PersonRowWidgets, personRowPx, type PersonRow } from "./person-row.ts";

export interface PeopleFieldOptions {
  readonly title: string;
  readonly theme: Theme;
  readonly avatars: Avatars;
  /** Disposed with the field. */
  readonly directory: Directory;
  readonly heightPx: number;
  /** Decides who is listed; default: everybody. */
  readonly accepts?: (user: FoundPerson, typed: string) => boolean;
  /** Of those who fit what is typed, they are meant before others; default: as they are listed. */
  readonly prefers?: (user: FoundPerson) => boolean;
  /** The tick and the note of somebody's row. */
  readonly markOf?: (user: FoundPerson) => Pick<PersonRow, "mark" | "note">;
  /** Something else was typed. */
  readonly onText?: () => void;
  /** Enter in the field; true when it meant something here, and not the dialog. */
  readonly onEnter?: () => boolean;
  /** The list has changed, without anything being typed. */
  readonly onFound?: () => void;
  /** Somebody was clicked. */
  readonly onTake: (user: FoundPerson) => unknown;
}

const MAX_TYPED_CHARS = 2 * MAX_USERNAME_CHARS;
/** The next page of the directory is asked for this near to the end. */
const LOAD_AHEAD_PX = 200;

export class PeopleField implements Disposable {
  readonly field: QLineEdit;
  /** The list, to be put below the field. */
  readonly widget: QWidget;
  readonly #options: PeopleFieldOptions;
  readonly #list: VirtualList<PersonRow>;
  readonly #note = label({ name: "emptyHint", wraps: true });
  readonly #subscriptions = new DisposableStore();
  #users: readonly FoundPerson[] = [];
  /** The person that the arrows are on; undefined before the first arrow. */
  #pointed: string | undefined;

  constructor(options: PeopleFieldOptions) {
    this.#options = options;
    const { title, theme, avatars, directory, heightPx } = options;
    this.field = field({ title, placeholder: title, maxLength: MAX_TYPED_CHARS, onChange: () => this.#onText() });
    this.field.addEventListener(
      WidgetEventTypes.KeyPress,
      guard((event) => event && this.#onKey(new QKeyEvent(event).key())),
    );
    this.#list = new VirtualList<PersonRow>({
      name: "rows",
      renderer: {
        kindOf: () => "person",
        estimatePx: () => personRowPx(theme),
        measurePx: () => personRowPx(theme),
        create: (_kind, parent) =>
          new PersonRowWidgets(parent, theme, avatars, { onPerson: ({ person }) => this.#take(person.userId) }),
      },
    });
    this.#list.onView = () => {
      const isIdle = !directory.isLoading && directory.problem === undefined;
      if (isIdle && this.#list.beyondPx.below < LOAD_AHEAD_PX) void directory.loadMore();
    };
    this.#list.area.setFocusPolicy(FocusPolicy.NoFocus); // arrows work from the field
    this.widget = panel(
      "listFrame",
      column({ margins: [1, 1, 1, 1], children: [this.#note, { grow: this.#list.area }] }),
    );
    this.widget.setFixedHeight(heightPx);
    this.#note.hide();
    this.#subscriptions.add(directory);
    this.#subscriptions.add(directory.onChange(() => this.#onFound()));
    this.#subscriptions.add(avatars.onChange(() => this.#list.refresh()));
    directory.find("");
  }

  /**
   * The person that Enter means: pointed at, called as was typed, or the best fit of all whom the server knows. Undefined
   * while nothing was typed, and while others may fit better who are not in the list.
   */
  get chosen(): FoundPerson | undefined {
    const pointed = this.#users.find(({ userId }) => userId === this.#pointed);
    const typed = this.typed;
    if (pointed || typed === "") return pointed;
    const exact = this.#users.find(({ username }) => usernameKey(username) === usernameKey(typed));
    if (exact || this.hasOthers) return exact;
    const { prefers = () => true } = this.#options;
    return this.#users.find(prefers) ?? this.#users[0];
  }

  get typed(): string {
    return this.field.text().trim();
  }

  /** The server is still asked about what was typed. */
  get isSearching(): boolean {
    return this.#options.directory.isLoading;
  }

  /** What was typed may be the name of somebody who is not in the list. */
  get hasOthers(): boolean {
    const { isLoading, isKnownOnly, hasMore } = this.#options.directory;
    return isLoading || isKnownOnly || hasMore;
  }

  /** The names in the list. */
  get names(): readonly string[] {
    return this.#users.map(({ username }) => username);
  }

  /** Draws the list again: what its rows say of people may have changed. */
  show(): void {
    const { directory, accepts = () => true, markOf = () => ({ mark: "none" }) as const } = this.#options;
    this.#users = directory.users.filter((user) => accepts(user, this.typed));
    const chosen = this.chosen?.userId;
    this.#list.setRows(
      this.#users.map((person) => ({
        key: person.userId,
        kind: "person",
        person,
        isSelected: person.userId === chosen,
        ...markOf(person),
      })),
    );
    const nobody = directory.isLoading ? "Searching…" : "Nobody on this server is called so.";
    const isClosed = directory.isKnownOnly && !directory.isLoading;
    const text = isClosed ? "Only people whom you know already are listed here." : nobody;
    this.#note.setVisible(this.#users.length === 0);
    this.#note.setText(text);
  }

  /** Empties the field, for the next name. */
  clear(): void {
    this.field.setText("");
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #onFound(): void {
    this.show();
    this.#options.onFound?.();
  }

  #onText(): void {
    this.#pointed = undefined;
    this.#options.directory.find(this.field.text());
    this.show();
    this.#list.scrollToStart();
    this.#options.onText?.();
  }

  #onKey(key: number): void {
    const isEnter = key === Key.return || key === Key.enter;
    if (isEnter && this.#options.onEnter?.() === true) return this.field.setEventProcessed(true);
    if (key !== Key.up && key !== Key.down) return;
    this.field.setEventProcessed(true);
    const from = this.#users.findIndex(({ userId }) => userId === this.chosen?.userId);
    const next = this.#users[Math.max(0, Math.min(this.#users.length - 1, from + (key === Key.up ? -1 : 1)))];
    if (!next) return;
    this.#pointed = next.userId;
    this.show();
    this.#list.ensureVisible(next.userId);
  }

  #take(userId: string): void {
    const user = this.#users.find((one) => one.userId === userId);
    if (!user) return;
    this.#pointed = userId;
    this.show();
    this.#options.onTake(user);
  }
}
