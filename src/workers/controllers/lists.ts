// Lists in pages: chats, contacts, blocked.
import { DEFAULT_CHATS_PAGE, DEFAULT_NAMES_PAGE } from "../../protocol/limits.ts";
import type { NamesAfter } from "../../protocol/actions.ts";
import { usernameKey } from "../../protocol/text.ts";
import type { NamePage } from "../../store/store.ts";
import { chatPosition, chatsCursor } from "../cursors.ts";
import type { SessionController } from "../outcome.ts";

export const chats: SessionController<"chats"> = async ({ data }, { userId }, { reader }) => {
  const after = data.cursor === undefined ? undefined : chatPosition(data.cursor);
  const page = await reader.chats(userId, after, data.limit ?? DEFAULT_CHATS_PAGE);
  const next = page.next && { next: chatsCursor(page.next) };
  return { kind: "reply", info: "Chats", fields: { chats: page.chats, ...next } };
};

/** Who is online is known to the gateway alone, so it answers. */
export const contacts: SessionController<"contacts"> = async ({ data }, { userId }, { reader }) => {
  const page = await reader.contacts(userId, namePage(data));
  const visible = page.contacts.map(({ userId: user_id, username, isBlocked }) => {
    return { user_id, username, online: !isBlocked };
  });
  return { kind: "people", info: "Contacts", list: "contacts", people: visible, fields: { has_more: page.hasMore } };
};

export const blocked: SessionController<"blocked"> = async ({ data }, { userId }, { reader }) => {
  const page = await reader.blocked(userId, namePage(data));
  const users = page.blocked.map(({ userId: user_id, username }) => ({ user_id, username }));
  return { kind: "reply", info: "Blocked", fields: { blocked: users, has_more: page.hasMore } };
};

function namePage({ after = "", limit = DEFAULT_NAMES_PAGE }: NamesAfter): NamePage {
  return { after: usernameKey(after), limit };
}
