// The rules of a group in plain words: who may write, and what new members see.
import { QRadioButton, type QWidget } from "@nodegui/nodegui";
import { HISTORY_RULES, POSTINGS, type HistoryRule, type Posting } from "../../src/protocol/entities.ts";
import { column, label, panel } from "../kit/widgets.ts";

const POSTING_TEXTS: Readonly<Record<Posting, string>> = {
  all: "Everybody in the group",
  moderators: "Only its moderators and owners",
};
const HISTORY_TEXTS: Readonly<Record<HistoryRule, string>> = {
  all: "Everything, also what was written before",
  joined: "Only what is written after they have joined",
};

export interface Rules {
  readonly posting: Posting;
  readonly history: HistoryRule;
}

/** Two questions with their answers, one of each chosen. */
export class RuleChoice {
  readonly widget: QWidget;
  readonly #posting: ReadonlyMap<Posting, QRadioButton>;
  readonly #history: ReadonlyMap<HistoryRule, QRadioButton>;

  constructor(rules: Rules) {
    this.#posting = buttons(POSTINGS, POSTING_TEXTS, rules.posting);
    this.#history = buttons(HISTORY_RULES, HISTORY_TEXTS, rules.history);
    this.widget = panel(
      "rules",
      column({
        children: [
          question("Who may write", this.#posting.values()),
          10,
          question("What new members see", this.#history.values()),
        ],
      }),
    );
  }

  get rules(): Rules {
    return { posting: checked(this.#posting) ?? "all", history: checked(this.#history) ?? "all" };
  }
}

function buttons<T extends string>(answers: readonly T[], texts: Readonly<Record<T, string>>, chosen: T) {
  return new Map(
    answers.map((answer) => {
      const button = new QRadioButton();
      button.setText(texts[answer]);
      button.setAccessibleName(texts[answer]);
      button.setChecked(answer === chosen);
      return [answer, button] as const;
    }),
  );
}

/** In a panel of its own: of the buttons of one parent only one is on. */
function question(text: string, answers: Iterable<QRadioButton>): QWidget {
  return panel("rule", column({ spacing: 2, children: [label({ text, name: "hint" }), 2, ...answers] }));
}

function checked<T>(answers: ReadonlyMap<T, QRadioButton>): T | undefined {
  return [...answers].find(([, button]) => button.isChecked())?.[0];
}

/** Both rules in one line. */
export function rulesText({ posting, history, isArchived = false }: Rules & { readonly isArchived?: boolean }): string {
  const writers = posting === "all" ? "Everybody may write" : "Only moderators and owners write";
  const who = isArchived ? "Archived, so that nobody writes" : writers;
  const what = history === "all" ? "new members see everything" : "new members see only what comes after they join";
  return `${who}; ${what}.`;
}
