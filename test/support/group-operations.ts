// Groups in the stateful test: the request of each operation, and what the model says of its answer.
import assert from "node:assert/strict";
import { groupChatId, type ChatId } from "../../src/protocol/ids.ts";
import type { Expectation } from "./chat-changes.ts";
import type { ChatModel } from "./chat-model.ts";
import type { ModelUser } from "./model-parts.ts";
import { chatWithoutTime } from "./chat-events.ts";
import type { OperationOf, GroupOperation } from "./chat-steps.ts";
import { isAtLeast, type ModelGroup } from "./group-model.ts";
import type { Reply } from "./wire-client.ts";

/** Ids that the makers of groups choose. */
export const GROUP_IDS = ["0".repeat(24), "1".repeat(24)];

/** Somebody who is named in a operation; nobody, where the name is free. */
interface Named {
  readonly user: ModelUser | undefined;
  readonly name: string;
}

export function groupIdOf(index: number): ChatId {
  return groupChatId(GROUP_IDS[index] ?? "");
}

/** `named` says who is meant by a number. */
export function askOfGroup(
  model: ChatModel,
  operation: GroupOperation,
  user: ModelUser,
  named: (index: number) => Named,
): Expectation {
  const chatId = groupIdOf(operation.group);
  const asking = { model, chatId, user };
  switch (operation.kind) {
    case "create_group":
      return askToCreate(asking, operation, operation.members.map(named));
    case "add_member":
      return askToAdd(asking, operation, named(operation.who));
    case "remove_member":
      return askToRemove(asking, named(operation.who));
    case "set_role":
      return askForRole(asking, operation, named(operation.who));
    case "update_group":
      return askToUpdate(asking, operation);
    case "group":
      return { action: "group", data: { chat_id: chatId }, check: (reply) => checkGroup(asking, reply) };
    case "delete_group":
      return {
        action: "delete_group",
        data: { chat_id: chatId },
        check: (reply) => {
          const group = membership(asking, reply, "owner");
          if (!group) return;
          assert.equal(reply.code, 200);
          model.groups.end(group);
        },
      };
  }
}

interface Asking {
  readonly model: ChatModel;
  readonly chatId: ChatId;
  readonly user: ModelUser;
}

/** The group, where the user may do what needs this role; else the refusal is checked. */
function membership(
  { model, chatId, user }: Asking,
  reply: Reply,
  least: "member" | "moderator" | "owner",
): ModelGroup | undefined {
  const group = model.groups.all.get(chatId);
  const own = group?.members.get(user);
  if (group !== undefined && own !== undefined && isAtLeast(own.role, least)) return group;
  assert.equal(reply.code, own === undefined ? 404 : 403, reply.info);
  return undefined;
}

function checkGroup({ model, chatId, user }: Asking, reply: Reply): void {
  const group = membership({ model, chatId, user }, reply, "member");
  if (group) assert.deepEqual(chatWithoutTime(reply["chat"]), model.groups.summary(group, user));
}

function askToCreate(
  asking: Asking,
  { title, group }: OperationOf<"create_group">,
  members: readonly Named[],
): Expectation {
  const { model, chatId, user } = asking;
  const check = (reply: Reply): void => {
    const known = model.groups.all.get(chatId);
    if (known?.creator === user && known.members.has(user)) return checkGroup(asking, reply);
    if (known !== undefined || model.groups.gone.has(chatId)) return assert.equal(reply.code, 409);
    const others = members.filter((one) => one.user !== user);
    if (others.some((one) => one.user === undefined || one.user.isDeleted)) return assert.equal(reply.code, 404);
    const present = [...new Set(others.flatMap((one) => one.user ?? []))];
    if (present.some((one) => model.isBlocked(user, one))) return assert.equal(reply.code, 403);
    model.groups.create(chatId, user, title, present);
    checkGroup(asking, reply);
  };
  const data = { title, group_id: GROUP_IDS[group], members: members.map(({ name }) => name) };
  return { action: "create_group", data, check };
}

function askToAdd(asking: Asking, { role }: OperationOf<"add_member">, { user: member, name }: Named): Expectation {
  const { model, chatId, user } = asking;
  const check = (reply: Reply): void => {
    const group = membership(asking, reply, "moderator");
    if (!group) return;
    const own = group.members.get(user);
    if (own && !isAtLeast(own.role, role ?? "member")) return assert.equal(reply.code, 403);
    if (member === undefined || member.isDeleted) return assert.equal(reply.code, 404);
    if (group.members.has(member)) return assert.equal(reply.code, 409);
    if (model.isBlocked(user, member)) return assert.equal(reply.code, 403);
    assert.equal(reply.code, 200, reply.info);
    model.groups.add(group, member, role ?? "member");
    const { userId: user_id, username } = member;
    assert.deepEqual(reply["member"], { user_id, username, role: role ?? "member" });
  };
  return { action: "add_member", data: { chat_id: chatId, username: name, role }, check };
}

function askToRemove(asking: Asking, { user: member, name }: Named): Expectation {
  const { model, chatId, user } = asking;
  const check = (reply: Reply): void => {
    const isSelf = member === user;
    const group = membership(asking, reply, isSelf ? "member" : "moderator");
    if (!group) return;
    const theirs = member && group.members.get(member);
    if (member === undefined || theirs === undefined) return assert.equal(reply.code, 404);
    const own = group.members.get(user);
    if (!isSelf && own && !isAtLeast(own.role, theirs.role)) return assert.equal(reply.code, 403);
    if (isLastOwner(group, member) && group.members.size > 1) return assert.equal(reply.code, 403);
    assert.equal(reply.code, 200, reply.info);
    model.groups.remove(group, member, isSelf ? "left" : "removed");
  };
  return { action: "remove_member", data: { chat_id: chatId, username: name }, check };
}

function askForRole(asking: Asking, { role }: OperationOf<"set_role">, { user: member, name }: Named): Expectation {
  const { model, chatId } = asking;
  const check = (reply: Reply): void => {
    const group = membership(asking, reply, "owner");
    if (!group) return;
    if (member === undefined || !group.members.has(member)) return assert.equal(reply.code, 404);
    if (isLastOwner(group, member) && role !== "owner") return assert.equal(reply.code, 403);
    assert.equal(reply.code, 200, reply.info);
    model.groups.setRole(group, member, role);
    assert.deepEqual(reply["member"], { user_id: member.userId, username: member.username, role });
  };
  return { action: "set_role", data: { chat_id: chatId, username: name, role }, check };
}

function askToUpdate(asking: Asking, { changes }: OperationOf<"update_group">): Expectation {
  const { model, chatId } = asking;
  const check = (reply: Reply): void => {
    const group = membership(asking, reply, "moderator");
    if (!group) return;
    const { title, posting, history } = group;
    Object.assign(group, changes);
    const isSame = group.title === title && group.posting === posting && group.history === history;
    if (!isSame) model.groups.tellChat(group);
    checkGroup(asking, reply);
  };
  return { action: "update_group", data: { chat_id: chatId, ...changes }, check };
}

function isLastOwner({ members }: ModelGroup, user: ModelUser): boolean {
  const owners = [...members].filter(([, { role }]) => role === "owner");
  return owners.length === 1 && owners[0]?.[0] === user;
}
