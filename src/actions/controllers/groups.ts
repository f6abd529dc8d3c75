// Groups: create_group, group, update_group, members, add_member, remove_member, set_role, marks, delete_group.
import { randomBytes } from "node:crypto";
import type { GroupLimits } from "../../domain/groups.ts";
import { ProtocolError, badField } from "../../protocol/codes.ts";
import { isAtLeast } from "../../protocol/entities.ts";
import { groupChatId, type ChatId, type UserId } from "../../protocol/ids.ts";
import { DEFAULT_MEMBERS_PAGE, MAX_FAMILIAR_MEMBERS, MAX_USER_GROUPS } from "../../protocol/limits.ts";
import { usernameKey } from "../../protocol/text.ts";
import type { StoreReader } from "../../store/store.ts";
import { readAsMember, requireGroup, requireMember, requireUser, roleTooLow } from "../access.ts";
import type { Context, Plan, Routes, SessionController } from "../plan.ts";

const createGroup: SessionController<"create_group"> = async ({ data }, identity, context) => {
  const { reader } = context;
  const { userId, features } = identity;
  if (!features.includes("groups")) throw new ProtocolError("forbidden", "this session has not asked for groups");
  const chatId = groupChatId(data.group_id ?? randomBytes(12).toString("hex"));
  const again = await createdBefore(chatId, userId, reader);
  if (again !== undefined) return again;
  const own = usernameKey(identity.username);
  const names = new Map((data.members ?? []).map((name) => [usernameKey(name), name]));
  names.delete(own);
  const memberIds = await Promise.all([...names.keys()].map((key) => idOf(key, reader)));
  const { title, topic = "" } = data;
  return {
    write: { kind: "createGroup", chatId, userId, title, topic, memberIds, limits: limitsOf(context) },
    reply: { info: "Group created", fields: {} },
  };
};

/** The answer to a `group_id` that is known; undefined for a new one. */
async function createdBefore(
  chatId: ChatId,
  userId: UserId,
  reader: StoreReader,
): Promise<Plan<"create_group"> | undefined> {
  const creatorId = await reader.groupCreator(chatId);
  if (creatorId === undefined) return undefined;
  const chat = creatorId === userId ? await reader.group(chatId, userId) : undefined;
  if (chat === undefined) throw new ProtocolError("already", "group_id: is a group already, or was one");
  return { reply: { info: "Group", fields: { chat } } };
}

async function idOf(key: string, reader: StoreReader): Promise<UserId> {
  const user = await reader.userByKey(key);
  if (user === undefined || user.state === "deleted") {
    throw new ProtocolError("no_such_user", "members: no such user", "members");
  }
  return user.userId;
}

function limitsOf({ groupMembers }: Context): GroupLimits {
  return { members: groupMembers, groups: MAX_USER_GROUPS };
}

const group: SessionController<"group"> = async ({ data }, identity, { reader }) => {
  await requireGroup(data.chat_id, identity, reader);
  const chat = await reader.group(data.chat_id, identity.userId);
  if (chat === undefined) throw new ProtocolError("no_such_chat", "chat_id: no such group");
  return { reply: { info: "Group", fields: { chat } } };
};

const updateGroup: SessionController<"update_group"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, title, topic, posting, history } = data;
  await requireGroup(chatId, identity, reader, "moderator");
  const changes = {
    ...(title !== undefined && { title }),
    ...(topic !== undefined && { topic }),
    ...(posting !== undefined && { posting }),
    ...(history !== undefined && { history }),
  };
  return {
    write: { kind: "updateGroup", chatId, userId: identity.userId, changes },
    reply: { info: "Group updated", fields: {} },
  };
};

/** The main thread completes the answer: it alone knows who is online. */
const members: SessionController<"members"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, after = "", limit = DEFAULT_MEMBERS_PAGE } = data;
  await requireGroup(chatId, identity, reader);
  const page = await readAsMember(chatId, identity, reader, () =>
    reader.groupMembers(chatId, identity.userId, { after: usernameKey(after), limit }),
  );
  const people = page.members.map(({ userId: user_id, username, role, isHidden }) => {
    return { user_id, username, role, online: !isHidden };
  });
  return {
    reply: { info: "Members", fields: { has_more: page.hasMore } },
    finish: { kind: "people", list: "members", people },
  };
};

const addMember: SessionController<"add_member"> = async ({ data }, identity, context) => {
  const { chat_id: chatId, username, role = "member" } = data;
  const { reader } = context;
  const own = await requireGroup(chatId, identity, reader, "moderator");
  if (!isAtLeast(own, role)) throw roleTooLow();
  const { userId: memberId } = await requireUser(username, "username", reader);
  const limits = limitsOf(context);
  return {
    write: { kind: "addMember", chatId, userId: identity.userId, memberId, role, limits },
    reply: { info: "Member added", fields: {} },
  };
};

const removeMember: SessionController<"remove_member"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, username } = data;
  const { userId } = identity;
  const isSelf = usernameKey(username) === usernameKey(identity.username);
  await requireGroup(chatId, identity, reader, isSelf ? "member" : "moderator");
  const memberId = isSelf ? userId : (await requireUser(username, "username", reader)).userId;
  return {
    write: { kind: "removeMember", chatId, userId, memberId },
    reply: { info: isSelf ? "Group left" : "Member removed", fields: { chat_id: chatId } },
  };
};

const setRole: SessionController<"set_role"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, username, role } = data;
  await requireGroup(chatId, identity, reader, "owner");
  const { userId: memberId } = await requireUser(username, "username", reader);
  return {
    write: { kind: "setRole", chatId, userId: identity.userId, memberId, role },
    reply: { info: "Role set", fields: {} },
  };
};

/** Between two of whom one has blocked the other nobody tells how far they have read. */
const marks: SessionController<"marks"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId } = data;
  const { kind } = await requireMember(chatId, identity, reader);
  if (kind === "everyone") throw badField("chat_id", "not of the common chat");
  const all = await readAsMember(chatId, identity, reader, () => reader.readMarks(chatId, MAX_FAMILIAR_MEMBERS + 1));
  if (all.length > MAX_FAMILIAR_MEMBERS) throw badField("chat_id", "a group of too many members");
  const [one, other] = all;
  const isPrivate = kind === "direct" && one && other && (await reader.isBlocked(one.userId, other.userId));
  const shown = isPrivate ? all.filter((mark) => mark.userId === identity.userId) : all;
  const fields = { marks: Object.fromEntries(shown.map(({ userId, readSeq }) => [userId, readSeq])) };
  return { reply: { info: "Read marks", fields } };
};

const deleteGroup: SessionController<"delete_group"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId } = data;
  await requireGroup(chatId, identity, reader, "owner");
  return {
    write: { kind: "deleteGroup", chatId, userId: identity.userId },
    reply: { info: "Group deleted", fields: { chat_id: chatId } },
  };
};

export const routes = {
  create_group: { session: createGroup },
  group: { session: group },
  update_group: { session: updateGroup },
  members: { session: members },
  add_member: { session: addMember },
  remove_member: { session: removeMember },
  set_role: { session: setRole },
  marks: { session: marks },
  delete_group: { session: deleteGroup },
} satisfies Routes;
