// The commands about groups: making one, going to one, and all that changes the group one is in.
import { HISTORY_RULES, POSTINGS, ROLES, type Role } from "../../protocol/entities.ts";
import type { ChatId } from "../../protocol/ids.ts";
import { searchForm, usernameKey } from "../../protocol/text.ts";
import { RequestError } from "../errors.ts";
import type { ChatFacts, GroupFacts } from "../models/chat-book.ts";
import type { ChatSession } from "./chat-session.ts";
import { none, one, type Command, type CommandContext } from "./command.ts";
import { wordsOf } from "./words.ts";
import { UsageError } from "./usage-error.ts";

const ENTER_COUNT = 10;
const DELETED = "the group is deleted; /common or /msg NAME goes on";

/** A command behind `/group`. */
interface GroupCommand {
  /** Behind the name. */
  readonly usage: string;
  readonly help: string;
  run(session: ChatSession, context: CommandContext): Promise<void> | void;
}

const SUBCOMMANDS: Readonly<Record<string, GroupCommand>> = {
  new: {
    usage: "TITLE [NAME…]",
    help: 'make a group with these members and go to it; a TITLE of several words stands in "…"',
    run: async (session, { rest }) => {
      const [title, ...members] = wordsOf(rest);
      const group = { title: one(title ?? "", usageOf("new")), members };
      const chatId = await session.news.making(() => session.messenger.groups.create(group));
      session.say(`made the ${session.title(chatId)} (${chatId})`);
      await session.enter(chatId, session.title(chatId), ENTER_COUNT);
    },
  },
  go: {
    usage: "TITLE",
    help: "go to a group, by its title or id",
    run: (session, { rest }) => {
      const { chatId } = groupNamed(session, wordsOf(one(rest, usageOf("go"))).join(" "));
      return session.enter(chatId, session.title(chatId), ENTER_COUNT);
    },
  },
  add: {
    usage: "NAME [ROLE]",
    help: `make NAME a member; ROLE is ${ROLES.join(", ")}`,
    run: async (session, { rest }) => {
      const [name, role, ...more] = wordsOf(rest);
      none(more.join(" "), usageOf("add"));
      const username = one(name ?? "", usageOf("add"));
      const { chatId } = currentGroup(session);
      const wanted = role === undefined ? undefined : roleOf(role);
      await session.news.changingMember(chatId, username, () => session.messenger.groups.add(chatId, username, wanted));
      session.say(`${username} is now in the group${wanted === undefined ? "" : ` (${wanted})`}`);
    },
  },
  remove: {
    usage: "NAME",
    help: "take NAME out of the group",
    run: async (session, { rest }) => {
      const username = one(rest, usageOf("remove"));
      const { chatId } = currentGroup(session);
      if (isOwnName(session, username)) throw new UsageError("that is you: /group leave");
      await session.news.changingMember(chatId, username, () => session.messenger.groups.remove(chatId, username));
      session.say(`${username} is no longer in the group`);
    },
  },
  role: {
    usage: "NAME ROLE",
    help: `give NAME another role: ${ROLES.join(", ")}`,
    run: async (session, { rest }) => {
      const [name, role, ...more] = wordsOf(rest);
      none(more.join(" "), usageOf("role"));
      const username = one(name ?? "", usageOf("role"));
      const wanted = roleOf(one(role ?? "", usageOf("role")));
      const { chatId } = currentGroup(session);
      await session.news.changingMember(chatId, username, () =>
        session.messenger.groups.setRole(chatId, username, wanted),
      );
      session.say(`${username} is now ${wanted}`);
    },
  },
  "hand-over": {
    usage: "NAME",
    help: "make NAME an owner, and yourself a plain member",
    run: async (session, { rest }) => {
      const username = one(rest, usageOf("hand-over"));
      const { chatId } = currentGroup(session);
      if (isOwnName(session, username)) throw new UsageError("that is you");
      await session.news.changingMember(chatId, username, () =>
        session.news.changingMember(chatId, session.messenger.username, () =>
          session.messenger.groups.handOver(chatId, username),
        ),
      );
      session.say(`${username} is now owner, and you are a member`);
    },
  },
  title: {
    usage: "TITLE",
    help: "give the group another title",
    run: (session, { rest }) => change(session, { title: one(rest, usageOf("title")) }, `the title is now ${rest}`),
  },
  topic: {
    usage: "[TEXT]",
    help: "say what the group is about; without TEXT nothing is said any more",
    run: (session, { rest }) => change(session, { topic: rest }, rest === "" ? "no topic" : `the topic is now ${rest}`),
  },
  rules: {
    usage: "[posting all|moderators] [history all|joined]",
    help: "show or change who may write, and whether members see what was written before they joined",
    run: (session, { rest }) => {
      const { group } = currentGroup(session);
      if (rest === "") return session.say(rulesText(group));
      const changes = rulesOf(wordsOf(rest));
      return change(session, changes, rulesText({ ...group, ...changes }));
    },
  },
  leave: {
    usage: "",
    help: "leave the group; of its last member it asks first, since that deletes it",
    run: async (session, { rest, host }) => {
      none(rest, usageOf("leave"));
      await session.messenger.groups.refresh(session.requireChat());
      const { chatId, group } = currentGroup(session);
      if (group.memberCount === 1) {
        session.say("you are its last member: without you it is deleted");
        await confirmDeletion(session, group, host);
        await session.news.leaving(chatId, () => session.messenger.groups.leave(chatId));
        return session.say(DELETED);
      }
      await session.news.leaving(chatId, () => session.messenger.groups.leave(chatId)).catch(lastOwner);
      session.say("you have left the group; /common or /msg NAME goes on");
    },
  },
  delete: {
    usage: "",
    help: "delete the group with its messages, for everybody and for ever; asks first",
    run: async (session, { rest, host }) => {
      none(rest, usageOf("delete"));
      const { chatId, group } = currentGroup(session);
      await confirmDeletion(session, group, host);
      await session.news.leaving(chatId, () => session.messenger.groups.delete(chatId));
      session.say(DELETED);
    },
  },
};

export const GROUP_COMMANDS: Readonly<Record<string, Command>> = {
  group: {
    usage: "/group",
    help: "show the current group; with what follows, change it or go to another:",
    more: Object.entries(SUBCOMMANDS).map(([name, { help }]) => ({ usage: usageOf(name), help })),
    runInSession: (session, { rest, host }) => {
      const [, name = "", argument = ""] = /^(\S*)\s*([^]*)$/.exec(rest) ?? [];
      if (name === "") return showGroup(session);
      const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
      if (!subcommand) throw new UsageError(`there is no command /group ${name}; see /help`);
      return subcommand.run(session, { rest: argument, host });
    },
  },
  groups: {
    usage: "/groups",
    help: "list the groups that you are in",
    runInSession: (session, { rest }) => {
      none(rest, "/groups");
      const groups = groupsOf(session);
      for (const { chatId, group } of groups) {
        session.say(`${session.title(chatId)} (${chatId}): ${group.role}, ${memberCount(group)}`);
      }
      if (groups.length === 0) session.say("you are in no group");
    },
  },
  members: {
    usage: "/members",
    help: "list who is in the current group",
    runInSession: async (session, { rest }) => {
      none(rest, "/members");
      const { chatId } = currentGroup(session);
      for (let after: string | undefined = ""; after !== undefined;) {
        const page = await session.messenger.groups.members(chatId, after === "" ? {} : { after });
        for (const { username, role, online } of page.members) {
          session.say(`${username} (${role}, ${online ? "online" : "offline"})`);
        }
        after = page.has_more ? page.members.at(-1)?.username : undefined;
      }
    },
  },
};

/** Throws UsageError when the title is not typed. */
async function confirmDeletion(session: ChatSession, group: GroupFacts, host: CommandContext["host"]): Promise<void> {
  session.say("the group and its messages go for ever, for everybody in it");
  const typed = (await host.ask(`type ${group.title} to delete the group: `)) ?? "";
  if (searchForm(typed.trim()) !== searchForm(group.title.trim())) throw new UsageError("nothing is deleted");
}

function usageOf(name: string): string {
  return `/group ${name} ${SUBCOMMANDS[name]?.usage ?? ""}`.trimEnd();
}

type Group = ChatFacts & { readonly group: GroupFacts };

function groupsOf(session: ChatSession): Group[] {
  return session.workspace.chats.rows().flatMap(({ chatId }) => {
    const facts = session.workspace.book.get(chatId);
    return isGroup(facts) ? [facts] : [];
  });
}

function isGroup(facts: ChatFacts): facts is Group {
  return facts.group !== undefined;
}

/** The group that plain lines go to. */
function currentGroup(session: ChatSession): Group {
  const facts = session.workspace.book.get(session.requireChat());
  if (!isGroup(facts)) throw new UsageError("the current chat is no group: /group go TITLE, or /group new TITLE");
  return facts;
}

function groupNamed(session: ChatSession, name: string): Group {
  const groups = groupsOf(session);
  const wanted = searchForm(name.trim());
  const named = groups.filter(({ chatId, group }) => chatId === name || searchForm(group.title.trim()) === wanted);
  const [first, ...others] = named;
  if (first === undefined) throw new UsageError(`you are in no group ${name}; see /groups`);
  if (others.length === 0) return first;
  const ids: ChatId[] = named.map(({ chatId }) => chatId);
  throw new UsageError(`several groups are called ${name}; say which by its id: ${ids.join(", ")}`);
}

async function change(
  session: ChatSession,
  changes: Parameters<ChatSession["messenger"]["groups"]["update"]>[1],
  done: string,
): Promise<void> {
  const { chatId } = currentGroup(session);
  await session.news.changing(chatId, () => session.messenger.groups.update(chatId, changes));
  session.say(done);
}

function showGroup(session: ChatSession): void {
  const { chatId, group } = currentGroup(session);
  session.say(`${session.title(chatId)} (${chatId})`);
  if (group.topic !== "") session.say(`topic: ${group.topic}`);
  session.say(`you are ${group.role}; ${memberCount(group)}`);
  session.say(rulesText(group));
}

function memberCount({ memberCount: count }: GroupFacts): string {
  return count === 1 ? "1 member" : `${count} members`;
}

function rulesText({ posting, history, isArchived }: GroupFacts): string {
  const writers = isArchived ? "nobody (it is archived)" : posting === "all" ? "all members" : "moderators";
  const seen = history === "all" ? "everything" : "what came after they joined";
  return `rules: ${writers} may write; members see ${seen} (posting ${posting}, history ${history})`;
}

function rulesOf(words: readonly string[]): Partial<Pick<GroupFacts, "posting" | "history">> {
  const changes: { posting?: GroupFacts["posting"]; history?: GroupFacts["history"] } = {};
  for (let index = 0; index < words.length; index += 2) {
    const [name, value] = [words[index], words[index + 1]];
    const posting = POSTINGS.find((word) => word === value);
    const history = HISTORY_RULES.find((word) => word === value);
    if (name === "posting" && posting !== undefined) changes.posting = posting;
    else if (name === "history" && history !== undefined) changes.history = history;
    else throw new UsageError(`usage: ${usageOf("rules")}`);
  }
  return changes;
}

function roleOf(word: string): Role {
  const role = ROLES.find((known) => known === word);
  if (role === undefined) throw new UsageError(`a role is one of ${ROLES.join(", ")}`);
  return role;
}

function isOwnName(session: ChatSession, name: string): boolean {
  return usernameKey(name) === usernameKey(session.messenger.username);
}

function lastOwner(error: unknown): never {
  if (error instanceof RequestError && error.reason === "forbidden") {
    throw new UsageError("the last owner cannot leave: /group hand-over NAME first, or /group delete");
  }
  throw error;
}
