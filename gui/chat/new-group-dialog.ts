// Making a group: its name, who is in it, and its rules.
import { WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import { newGroupId } from "../../src/client/groups.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { MAX_TITLE_CHARS } from "../../src/protocol/limits.ts";
import { openForm } from "../kit/form-dialog.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { field, label } from "../kit/widgets.ts";
import type { AccountSession } from "./account-session.ts";
import { groupProblem } from "./group-problems.ts";
import { RuleChoice } from "./group-rules.ts";
import { PeopleChoice } from "./people-choice.ts";

export interface NewGroupOptions {
  readonly parent: QWidget;
  readonly session: AccountSession;
  readonly theme: Theme;
  readonly onMade: (chatId: ChatId) => void;
}

const LIST_PX = 196;
const WIDTH_PX = 420;

export function openNewGroup({ parent, session, theme, onMade }: NewGroupOptions) {
  const { groups } = session.workspace;
  // One for all attempts: after a lost answer the group is not made twice.
  const groupId = newGroupId();
  const clear = (): void => form.problem.setText("");
  const title = field({
    title: "Name of the group",
    placeholder: "Name of the group",
    maxLength: MAX_TITLE_CHARS,
    onChange: clear,
  });
  const people = new PeopleChoice({ title: "Add people", session, theme, heightPx: LIST_PX, onChange: clear });
  const choice = new RuleChoice({ posting: "all", history: "all" });
  let made: ChatId | undefined;
  const form = openForm({
    parent,
    title: "New group",
    children: [
      title,
      12,
      people.chips.widget,
      people.people.field,
      8,
      people.people.widget,
      14,
      choice.widget,
      6,
      label({ text: "You can change all of this later.", name: "hint" }),
    ],
    focus: title,
    yes: "Create",
    widthPx: WIDTH_PX,
    submit: async () => {
      const name = title.text().trim();
      if (name === "") {
        title.setFocus();
        return "Give the group a name.";
      }
      made = await groups.create({ title: name, members: people.usernames, groupId });
      const { posting, history } = choice.rules;
      if (posting !== "all" || history !== "all") await groups.update(made, { posting, history });
      return undefined;
    },
    problemText: groupProblem,
    onDone: () => made !== undefined && onMade(made),
  });
  form.dialog.addEventListener(
    WidgetEventTypes.Hide,
    guard(() => people.dispose()),
  );
  return { ...form, name: title, people, choice };
}
