// View of a message with the changes of it that are on their way.
import type { OutgoingChange } from "../outgoing-entry.ts";
import type { ConversationItem, ItemReaction } from "./conversation-item.ts";

/** The item as it will be when its changes are made; refused ones are named, and change nothing. */
function withChanges(item: ConversationItem, changes: readonly OutgoingChange[]): ConversationItem {
  let after = item;
  for (const one of changes) {
    if (one.failure === undefined && after.deleted === undefined) after = changed(after, one);
  }
  const named = changes.map(({ changeId, change: { kind }, failure }) => ({ changeId, kind, failure }));
  return { ...after, changes: named };
}

function changed(item: ConversationItem, { change, writtenMs }: OutgoingChange): ConversationItem {
  switch (change.kind) {
    case "delete":
      return { ...item, ...EMPTY, text: "", deleted: "author", editedMs: undefined };
    case "edit":
      return { ...item, text: change.text, editedMs: writtenMs };
    case "react":
      return { ...item, reactions: withReaction(item.reactions, change.reaction, change.on) };
    case "pin":
      return { ...item, isPinned: change.on };
  }
}

/** Until the server says more, only `isOwn` tells of the own reaction. */
function withReaction(reactions: readonly ItemReaction[], reaction: string, on: boolean): readonly ItemReaction[] {
  const before = reactions.find((one) => one.reaction === reaction) ?? {
    reaction,
    count: 0,
    userIds: [],
    isOwn: false,
  };
  if (before.isOwn === on) return reactions;
  const after = { ...before, count: before.count + (on ? 1 : -1), isOwn: on };
  const isThere = reactions.some((one) => one.reaction === reaction);
  const all = isThere ? reactions.map((one) => (one.reaction === reaction ? after : one)) : [...reactions, after];
  return all.filter(({ count }) => count > 0);
}

const EMPTY = { reactions: [], mentions: [], mentionsMe: false, isPinned: false };

/** The items, which follow each other by seq, with these changes; the same array without any. */
export function itemsWithChanges(
  items: readonly ConversationItem[],
  changes: readonly OutgoingChange[],
): readonly ConversationItem[] {
  if (changes.length === 0) return items;
  const after = [...items];
  for (const seq of new Set(changes.map((one) => one.seq))) {
    const index = seq - (items[0]?.seq ?? Infinity);
    const item = after[index];
    if (item)
      after[index] = withChanges(
        item,
        changes.filter((one) => one.seq === seq),
      );
  }
  return after;
}
