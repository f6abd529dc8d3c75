// The readings about members of chats.
import { chatForm, COMMON_CHAT } from "../../protocol/ids.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { plainMember } from "../../domain/chats.ts";
import type { Member } from "../../domain/chats.ts";
import type { MessageChanger } from "../../domain/groups.ts";
import { ROLES } from "../../protocol/entities.ts";
import type { SearchableChat, SearchableSlice } from "../store.ts";
import { pairId } from "./documents.ts";
import type { Collections } from "./documents.ts";

/** See StoreReader. */
export async function readMember(
  collections: Collections,
  chatId: ChatId,
  userId: UserId,
): Promise<Member | undefined> {
  const form = chatForm(chatId);
  if (form === undefined) return undefined;
  if (form.kind === "group") return readGroupMember(collections, chatId, userId);
  const ids = form.kind === "direct" ? [...form.users] : [userId];
  if (!ids.includes(userId)) return undefined;
  const found = await collections.users.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
  return found.length === ids.length ? plainMember(form.kind) : undefined;
}

async function readGroupMember(
  collections: Pick<Collections, "chats" | "members">,
  chatId: ChatId,
  userId: UserId,
): Promise<Member | undefined> {
  const found = await readChanger(collections, chatId, userId);
  return found && { kind: "group", role: found.role, firstSeq: found.firstSeq };
}

/** Whether there is such a group, which is not gone. */
export async function readIsGroup({ chats }: Pick<Collections, "chats">, chatId: ChatId): Promise<boolean> {
  return (await chats.findOne({ _id: chatId, kind: "group" }, { projection: { _id: 1 } })) !== null;
}

/** Membership of the user in a group, and its allowed senders; undefined for who is no member. */
export async function readChanger(
  { chats, members }: Pick<Collections, "chats" | "members">,
  chatId: ChatId,
  userId: UserId,
): Promise<MessageChanger | undefined> {
  const [group, member] = await Promise.all([
    chats.findOne({ _id: chatId, kind: "group" }, { projection: { history_rule: 1, posting: 1, archived: 1 } }),
    members.findOne({ _id: pairId(userId, chatId) }),
  ]);
  if (group === null || member?.role == null) return undefined;
  const firstSeq = group.history_rule === "joined" ? (member.since_seq ?? 1) : 1;
  return { role: member.role, firstSeq, posting: group.posting ?? "all", archived: group.archived === 1 };
}

/** See StoreReader. */
export async function readSearchable({ chats, members }: Collections, userId: UserId): Promise<SearchableSlice> {
  const projection = { last_ms: 1 };
  const [first, second, joined] = await Promise.all([
    chats.find({ first_id: userId }, { projection }).toArray(),
    chats.find({ second_id: userId }, { projection }).toArray(),
    members.find({ user_id: userId, role: { $in: [...ROLES] } }, { projection: { chat_id: 1 } }).toArray(),
  ]);
  const direct = [...first, ...second].map(({ _id: chatId, last_ms: lastMs }) => ({ chatId, lastMs, firstSeq: 1 }));
  const groups: SearchableChat[] = [];
  for (const { chat_id: chatId } of joined) {
    const member = await readGroupMember({ chats, members }, chatId, userId);
    if (member !== undefined) groups.push({ chatId, lastMs: Infinity, firstSeq: member.firstSeq });
  }
  return { chats: [{ chatId: COMMON_CHAT, lastMs: Infinity, firstSeq: 1 }, ...direct, ...groups] };
}
