// Lookup of messages that are stored already: repeats, and those whose insertion ended without an answer.
import type { Message, Reaction } from "../../protocol/entities.ts";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import type { Collections, MessageDocument } from "./documents.ts";
import { countsOf } from "../reaction-counts.ts";
import { readReactors, reactorsKey } from "./reactions.ts";
import { usernames } from "./users.ts";

/** Fields of a message that readers do not need. */
export const WITHOUT_FOLDED = { folded: 0 } as const;

/** Identity of a message for repeats. */
export interface MessageKey {
  readonly chatId: ChatId;
  readonly userId: UserId;
  readonly messageId: string;
}

/** Groups of one chat and user in one query, and ids in one group. */
const GROUPS_PER_QUERY = 50;
const IDS_PER_GROUP = 1_000;

export function keyText({ chatId, userId, messageId }: MessageKey): string {
  return `${chatId} ${userId} ${messageId}`;
}

/** Those of the messages that are stored, by `keyText`; only what a majority has, so that it will stay. */
export async function findStored(
  { messages }: Collections,
  keys: Iterable<MessageKey>,
): Promise<Map<string, MessageDocument>> {
  const stored = new Map<string, MessageDocument>();
  const groups = groupKeys(keys);
  for (let start = 0; start < groups.length; start += GROUPS_PER_QUERY) {
    const part = groups.slice(start, start + GROUPS_PER_QUERY);
    const [only] = part;
    const found = messages.find(part.length === 1 && only !== undefined ? only : { $or: part });
    for await (const document of found) {
      const { chat_id: chatId, user_id: userId, message_id: messageId } = document;
      stored.set(keyText({ chatId, userId, messageId }), document);
    }
  }
  return stored;
}

interface KeyGroup {
  readonly chat_id: ChatId;
  readonly user_id: UserId;
  readonly message_id: { readonly $in: string[] };
}

function groupKeys(keys: Iterable<MessageKey>): KeyGroup[] {
  const groups: KeyGroup[] = [];
  const open = new Map<string, KeyGroup>();
  for (const { chatId, userId, messageId } of keys) {
    const name = `${chatId} ${userId}`;
    let group = open.get(name);
    if (group === undefined || group.message_id.$in.length === IDS_PER_GROUP) {
      group = { chat_id: chatId, user_id: userId, message_id: { $in: [] } };
      open.set(name, group);
      groups.push(group);
    }
    group.message_id.$in.push(messageId);
  }
  return groups;
}

/** The message as the protocol has it, without its reactions. */
export function messageOf(document: MessageDocument, username: string): Message {
  const { chat_id, seq, message_id, user_id, text, time_ms } = document;
  const message = { chat_id, seq, message_id, user_id, username, message: text, time: time_ms / 1000 };
  const { rev, edited_ms, deleted, reply_to, mentions, mentions_all, pinned } = document;
  return {
    ...message,
    ...(rev !== undefined && { rev }),
    ...(edited_ms !== undefined && { edited: edited_ms / 1000 }),
    ...(deleted !== undefined && { deleted }),
    ...(reply_to !== undefined && { reply_to }),
    ...(mentions !== undefined && { mentions: JSON.parse(mentions) as UserId[] }),
    ...(mentions_all !== undefined && { mentions_all: true }),
    ...(pinned !== undefined && { pinned: true }),
  };
}

/** The message with who reacted. */
export async function wholeMessage(
  collections: Collections,
  document: MessageDocument,
  username: string,
): Promise<Message> {
  return withReactors(messageOf(document, username), document, await readReactors(collections, [document]));
}

/** Messages as the protocol has them, with the names that their senders have now and who reacted. */
export async function withNames(collections: Collections, documents: readonly MessageDocument[]): Promise<Message[]> {
  const [names, reactors] = await Promise.all([
    usernames(collections, [...new Set(documents.map((document) => document.user_id))]),
    readReactors(collections, documents),
  ]);
  return documents.map((document) => {
    return withReactors(messageOf(document, names.get(document.user_id) ?? ""), document, reactors);
  });
}

function withReactors(
  message: Message,
  { chat_id, seq, reactions: json }: MessageDocument,
  reactors: ReadonlyMap<string, readonly UserId[]>,
): Message {
  if (json === undefined) return message;
  const reactions = countsOf(json).map(([reaction, count]): [string, Reaction] => {
    return [reaction, { count, user_ids: reactors.get(reactorsKey({ chat_id, seq, reaction })) ?? [] }];
  });
  return { ...message, reactions: Object.fromEntries(reactions) };
}
