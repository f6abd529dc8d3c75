// Reactions to messages: react, reactions.
import { ProtocolError, badField } from "../../protocol/codes.ts";
import { DEFAULT_REACTIONS_PAGE, MAX_REACTION_BYTES } from "../../protocol/limits.ts";
import { isReaction } from "../../protocol/reactions.ts";
import { usernameKey } from "../../protocol/text.ts";
import { readAsMember, requireMember } from "../access.ts";
import type { Routes, SessionController } from "../plan.ts";

const react: SessionController<"react"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, seq, reaction, on } = data;
  requireReaction(reaction);
  await requireMember(chatId, identity, reader);
  return {
    write: { kind: "react", chatId, userId: identity.userId, seq, reaction, on },
    reply: { info: on ? "Reacted" : "Reaction taken back", fields: { chat_id: chatId } },
  };
};

const reactions: SessionController<"reactions"> = async ({ data }, identity, { reader }) => {
  const { chat_id: chatId, seq, reaction, after = "", limit = DEFAULT_REACTIONS_PAGE } = data;
  requireReaction(reaction);
  const page = await readAsMember(chatId, identity, reader, async ({ firstSeq }) => {
    if (seq < firstSeq) return undefined;
    return reader.reactions({ chatId, seq, reaction }, { after: usernameKey(after), limit });
  });
  if (page === undefined) throw new ProtocolError("no_such_message", "seq: no such message");
  const users = page.users.map(({ userId: user_id, username }) => ({ user_id, username }));
  return { reply: { info: "Reactions", fields: { users, has_more: page.hasMore } } };
};

export const routes = { react: { session: react }, reactions: { session: reactions } } satisfies Routes;

function requireReaction(text: string): void {
  if (!isReaction(text)) throw badField("reaction", `must be one emoji of at most ${MAX_REACTION_BYTES} bytes`);
}
