// `messenger admin groups …` and `messenger admin messages …`.
import { allGroups, meantChat, meantGroup } from "../client/models/admin-pages.ts";
import { ROLES } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import { visible } from "../util/visible-text.ts";
import { actionOf, choice, confirmed, numberWord, optional, optionalNumber, word } from "./admin-call.ts";
import type { Action, Actions, Call } from "./admin-call.ts";
import * as view from "./admin-views.ts";

/** Groups that are listed when no number is asked for. */
const LISTED_GROUPS = 200;

/** The words for both, in the notes of --help. */
export const CHAT_NOTES = [
  "groups list [FILTER], groups members GROUP, groups add GROUP NAME, groups remove GROUP NAME,",
  "groups role GROUP NAME ROLE, groups archive GROUP, groups unarchive GROUP, groups delete GROUP,",
  "messages find CHAT [WORD], messages by NAME [WORD] (in all chats of that user), messages remove CHAT SEQ.",
  "GROUP is a group's title or its id; CHAT is common, that of a group, or the id of any chat. ROLE is owner,",
  "moderator or member. In an archived group nobody can write; what is there can be read and deleted.",
];

const GROUP_ACTIONS: Actions = {
  list: async ({ admin, args, words, print }) => {
    const { limit = LISTED_GROUPS } = optionalNumber("limit", args["limit"]);
    const { groups, hasMore } = await allGroups(admin, words[0] ?? "");
    const listed = { groups: groups.slice(0, limit), has_more: hasMore || groups.length > limit };
    print(listed, view.groupsView(listed));
  },
  members: async (call) => {
    const { admin, args, print } = call;
    const page = { ...optional("after", args["after"]), ...optionalNumber("limit", args["limit"]) };
    const answer = await admin.request("group_members", { chat_id: await groupOf(call), ...page });
    print(answer, view.membersView(answer));
  },
  add: async (call) => {
    const { admin, args, words, print } = call;
    const role = args["role"] === undefined ? {} : { role: choice(String(args["role"]), "--role", ROLES) };
    const member = { chat_id: await groupOf(call), username: word(words, 1, "NAME"), ...role };
    print(await admin.request("add_member", member), "added");
  },
  remove: async (call) => {
    const { admin, words, print } = call;
    const member = { chat_id: await groupOf(call), username: word(words, 1, "NAME") };
    print(await admin.request("remove_member", member), "removed");
  },
  role: async (call) => {
    const { admin, words, print } = call;
    const role = choice(word(words, 2, "ROLE"), "ROLE", ROLES);
    const member = { chat_id: await groupOf(call), username: word(words, 1, "NAME"), role };
    print(await admin.request("set_role", member), `is ${role} now`);
  },
  archive: async (call) => {
    const { admin, print } = call;
    print(await admin.request("archive_group", { chat_id: await groupOf(call) }), "archived: nobody can write in it");
  },
  unarchive: async (call) => {
    const { admin, print } = call;
    print(await admin.request("unarchive_group", { chat_id: await groupOf(call) }), "can be written in again");
  },
  delete: async (call) => {
    const { admin, args, words, print } = call;
    confirmed(args, `deletes the group ${word(words, 0, "GROUP")} with all that was written in it, for good`);
    print(await admin.request("delete_group", { chat_id: await groupOf(call) }), "deleted");
  },
};

const MESSAGE_ACTIONS: Actions = {
  find: async ({ admin, args, words, print }) => {
    const chat_id = await meantChat(admin, word(words, 0, "CHAT"));
    const by = { ...optional("word", words[1]), ...optional("username", args["from"]) };
    const page = { ...optionalNumber("before", args["before"]), ...optionalNumber("limit", args["limit"]) };
    const answer = await admin.request("messages", { chat_id, ...by, ...page });
    print(answer, view.messagesView(answer));
  },
  by: async ({ admin, args, words, print }) => {
    const by = { username: word(words, 0, "NAME"), ...optional("word", words[1]) };
    const page = { ...optional("cursor", args["cursor"]), ...optionalNumber("limit", args["limit"]) };
    const answer = await admin.request("user_messages", { ...by, ...page });
    print(answer, view.userMessagesView(answer));
  },
  remove: async ({ admin, args, words, print }) => {
    const [chat, seq] = [word(words, 0, "CHAT"), numberWord(words, 1, "SEQ")];
    confirmed(args, `removes message ${seq} for everybody and for good`);
    const chat_id = await meantChat(admin, chat);
    const answer = await admin.request("remove_message", { chat_id, seq });
    print(answer, `message ${seq} of ${chat_id}, by ${visible(answer.username)}, is removed`);
  },
};

function groupOf({ admin, words }: Call): Promise<ChatId> {
  return meantGroup(admin, word(words, 0, "GROUP"));
}

/** Without a word it is the list. */
export const groupAction: Action = (call) =>
  actionOf("groups", GROUP_ACTIONS, call.words.length === 0 ? { ...call, words: ["list"] } : call);

export const messageAction: Action = (call) => actionOf("messages", MESSAGE_ACTIONS, call);
