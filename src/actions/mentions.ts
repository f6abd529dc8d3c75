// Users mentioned in a text, of those who are in its chat.
import type { Identity } from "../domain/effects.ts";
import type { Mentions } from "../domain/writes/message-change.ts";
import { isAtLeast } from "../protocol/entities.ts";
import { chatForm, type ChatId, type UserId } from "../protocol/ids.ts";
import { MAX_MENTIONS } from "../protocol/limits.ts";
import { ALL, mentionCandidates } from "../protocol/mentions.ts";
import type { StoreReader } from "../store/store.ts";

/** Of a chat of which the user of the session is a member; nobody where that is not so. */
export async function mentionsIn(
  text: string,
  chatId: ChatId,
  { userId }: Identity,
  reader: StoreReader,
): Promise<Mentions> {
  const candidates = mentionCandidates(text);
  if (candidates.length === 0) return {};
  const keys = new Set(candidates.flat());
  const mayAll = keys.delete(ALL) && (await mayMentionAll(chatId, userId, reader));
  const named = await reader.usersNamed([...keys]);
  const mentions = new Set<UserId>();
  let mentionsAll = false;
  const isMember = memberTest(chatId, reader);
  for (const names of candidates) {
    const mayBeAll = mayAll && !mentionsAll && names.includes(ALL);
    if (mentions.size >= MAX_MENTIONS && !mayBeAll) continue;
    const found = await firstMeant(names, named, isMember);
    if (found === ALL) mentionsAll ||= mayAll;
    else if (found !== undefined && mentions.size < MAX_MENTIONS) mentions.add(found);
  }
  return { ...(mentions.size > 0 && { mentions: [...mentions] }), ...(mentionsAll && { mentionsAll }) };
}

async function mayMentionAll(chatId: ChatId, userId: UserId, reader: StoreReader): Promise<boolean> {
  if (chatForm(chatId)?.kind !== "group") return false;
  return isAtLeast((await reader.member(chatId, userId))?.role, "moderator");
}

/** Asks for each user once, however often a text names them. */
function memberTest(chatId: ChatId, reader: StoreReader): (userId: UserId) => Promise<boolean> {
  const form = chatForm(chatId);
  const known = new Map<UserId, boolean>();
  return async (userId) => {
    if (form?.kind === "everyone") return true;
    if (form?.kind === "direct") return form.users.includes(userId);
    const isMember = known.get(userId) ?? (await reader.member(chatId, userId)) !== undefined;
    known.set(userId, isMember);
    return isMember;
  };
}

/** The first name that is everybody's (ALL) or a member's (the user). */
async function firstMeant(
  names: readonly string[],
  named: ReadonlyMap<string, UserId>,
  isMember: (userId: UserId) => Promise<boolean>,
): Promise<string | undefined> {
  for (const name of names) {
    if (name === ALL) return ALL;
    const userId = named.get(name);
    if (userId !== undefined && (await isMember(userId))) return userId;
  }
  return undefined;
}
