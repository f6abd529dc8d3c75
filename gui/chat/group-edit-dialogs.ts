// Changing a group: what it is called and its rules, and adding people to it.
import { WidgetEventTypes, type QWidget } from "@nodegui/nodegui";
import type { ChatRow } from "../../src/client/models/chat-list.ts";
import type { GroupMembers } from "../../src/client/models/group-members.ts";
import { MAX_TITLE_CHARS, MAX_TOPIC_CHARS } from "../../src/protocol/limits.ts";
import { tellLate, type Windows } from "../kit/dialogs.ts";
import { openForm } from "../kit/form-dialog.ts";
import { guard } from "../kit/guard.ts";
import type { Theme } from "../kit/theme.ts";
import { field } from "../kit/widgets.ts";
import type { AccountSession } from "./account-session.ts";
import { quoted } from "./group-acts.ts";
import { groupProblem } from "./group-problems.ts";
import { RuleChoice } from "./group-rules.ts";
import { PeopleChoice } from "./people-choice.ts";

export interface GroupEditOptions {
  readonly parent: QWidget;
  readonly session: AccountSession;
  readonly theme: Theme;
  readonly chat: Pick<ChatRow, "chatId" | "title" | "group">;
}

const LIST_PX = 260;
const WIDTH_PX = 400;

export function openEditGroup({ parent, session, chat }: GroupEditOptions) {
  const { title = chat.title, topic = "", posting = "all", history = "all" } = chat.group ?? {};
  const before = new Map<string, string>(Object.entries({ title, topic, posting, history }));
  const clear = (): void => form.problem.setText("");
  const named = { title: "Name of the group", placeholder: "Name of the group" };
  const name = field({ ...named, text: title, maxLength: MAX_TITLE_CHARS, onChange: clear });
  const about = field({
    title: "What it is about",
    placeholder: "What it is about",
    text: topic,
    maxLength: MAX_TOPIC_CHARS,
    onChange: clear,
  });
  const choice = new RuleChoice({ posting, history });
  const form = openForm({
    parent,
    title: "Edit the group",
    children: [name, 8, about, 14, choice.widget],
    focus: name,
    yes: "Save",
    widthPx: WIDTH_PX,
    submit: async () => {
      if (name.text().trim() === "") return "Give the group a name.";
      const wanted = { title: name.text().trim(), topic: about.text().trim(), ...choice.rules };
      // What was not touched may have been changed by others meanwhile.
      const changes = Object.entries(wanted).filter(([key, value]) => value !== before.get(key));
      if (changes.length > 0) await session.workspace.groups.update(chat.chatId, Object.fromEntries(changes));
      return undefined;
    },
    problemText: groupProblem,
  });
  name.selectAll();
  return { ...form, name, about, choice };
}

/** Adds people one after the other, also when it is closed meanwhile; those who could not be added stay chosen, and it is said why. */
export function openAddMembers(options: GroupEditOptions & Windows, members: GroupMembers) {
  const { parent, session, theme, chat } = options;
  const { groups } = session.workspace;
  const isMember = (userId: string): boolean => members.members.some((member) => member.userId === userId);
  const people = new PeopleChoice({
    title: "Add people",
    session,
    theme,
    heightPx: LIST_PX,
    refusal: ({ userId }) => (isMember(userId) ? "in the group" : undefined),
    onChange: () => form.problem.setText(""),
  });
  let isClosed = false;
  const form = openForm({
    parent,
    title: `Add people to ${quoted(chat)}`,
    children: [people.chips.widget, people.people.field, 8, people.people.widget],
    focus: people.people.field,
    yes: "Add",
    widthPx: WIDTH_PX,
    submit: async () => {
      if (people.usernames.length === 0) return "Choose somebody.";
      for (const username of people.usernames) {
        try {
          await groups.add(chat.chatId, username);
        } catch (error) {
          const problem = `${username}: ${groupProblem(error)}`;
          if (!isClosed) return problem;
          tellLate(options, "That did not work", problem);
        }
        if (!isClosed) people.drop(username);
      }
      return undefined;
    },
    problemText: groupProblem,
  });
  form.dialog.addEventListener(
    WidgetEventTypes.Hide,
    guard(() => {
      isClosed = true;
      people.dispose();
    }),
  );
  return { ...form, people };
}
