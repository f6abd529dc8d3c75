// Lists in pages: chats, contacts, blocked, users.
import { ProtocolError } from "../../protocol/codes.ts";
import type { FoundUser } from "../../protocol/entities.ts";
import { DEFAULT_CHATS_PAGE, DEFAULT_NAMES_PAGE, DEFAULT_USERS_PAGE } from "../../protocol/limits.ts";
import type { NamesAfter } from "../../protocol/actions.ts";
import { searchForm, usernameKey } from "../../protocol/text.ts";
import type { DirectoryUser, NamePage } from "../../store/store.ts";
import { chatPosition, chatsCursor } from "../cursors.ts";
import type { Routes, SessionController } from "../plan.ts";

const chats: SessionController<"chats"> = async ({ data }, { userId, features }, { reader }) => {
  const after = data.cursor === undefined ? undefined : chatPosition(data.cursor);
  const page = await reader.chats(userId, after, data.limit ?? DEFAULT_CHATS_PAGE, features.includes("groups"));
  const next = page.next && { next: chatsCursor(page.next) };
  return { reply: { info: "Chats", fields: { chats: page.chats, ...next } } };
};

/** The main thread completes the answer: it alone knows who is online. */
const contacts: SessionController<"contacts"> = async ({ data }, { userId }, { reader }) => {
  const page = await reader.contacts(userId, namePage(data));
  const visible = page.contacts.map(({ userId: user_id, username, isBlocked }) => {
    return { user_id, username, online: !isBlocked };
  });
  return {
    reply: { info: "Contacts", fields: { has_more: page.hasMore } },
    finish: { kind: "people", list: "contacts", people: visible },
  };
};

const blocked: SessionController<"blocked"> = async ({ data }, { userId }, { reader }) => {
  const page = await reader.blocked(userId, namePage(data));
  const users = page.blocked.map(({ userId: user_id, username }) => ({ user_id, username }));
  return { reply: { info: "Blocked", fields: { blocked: users, has_more: page.hasMore } } };
};

/** Looks at a slice of the accounts at a time: a part of a name may be that of the last of very many. */
const users: SessionController<"users"> = async (request, { userId }, { reader, directory }) => {
  if (directory !== "everybody") throw new ProtocolError("directory_closed", "this server does not list its users");
  const { contains = "", after = "", limit = DEFAULT_USERS_PAGE } = request.data;
  const { continuation } = request;
  const begun = continuation !== undefined && "found" in continuation ? continuation : undefined;
  const place = begun ?? { found: [], after: usernameKey(after) };
  const wanted = limit + 1 - place.found.length;
  const slice = await reader.directory({ userId, contains: searchForm(contains), after: place.after, limit: wanted });
  const found = [...place.found, ...slice.users.map(foundUser)];
  if (slice.next !== undefined && found.length <= limit) {
    return { again: { kind: "pause", continuation: { found, after: slice.next } } };
  }
  const people = found.slice(0, limit);
  const reply = { info: "Users", fields: { has_more: found.length > limit } };
  return { reply, finish: { kind: "people", list: "users", people } };
};

function foundUser({ profile, isBlocked }: DirectoryUser): FoundUser {
  const { user_id, username, first_name, second_name, file_name } = profile;
  if (isBlocked) return { user_id, username, first_name: "", second_name: "", file_name: null, online: false };
  return { user_id, username, first_name, second_name, file_name, online: true };
}

function namePage({ after = "", limit = DEFAULT_NAMES_PAGE }: NamesAfter): NamePage {
  return { after: usernameKey(after), limit };
}

export const routes = {
  chats: { session: chats },
  users: { session: users },
  contacts: { session: contacts },
  blocked: { session: blocked },
} satisfies Routes;
