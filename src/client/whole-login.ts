// The whole of what a login begins to tell: asks the server for the chats, contacts and blocked users that are left.
import type { LoginResult } from "../protocol/actions.ts";
import type { ContactMap } from "../protocol/entities.ts";
import { MAX_NAMES_PAGE, MAX_PAGE } from "../protocol/limits.ts";
import type { Requester } from "./history.ts";

/** Resolves with the login and all that its marks `more_chats` and `more_contacts` announce. Rejects as `request` does. */
export async function wholeLogin(requester: Requester, login: LoginResult): Promise<LoginResult> {
  const { more_chats: moreChats, more_contacts: moreContacts, ...whole } = login;
  if (moreChats === true) whole.chats = await allChats(requester);
  if (moreContacts === true) {
    const online: string[] = [];
    whole.contacts = await allNames(async (after) => {
      const { contacts, has_more } = await requester.request("contacts", { ...after, limit: MAX_NAMES_PAGE });
      online.push(...contacts.filter((contact) => contact.online).map(({ username }) => username));
      return { users: contacts, has_more };
    });
    whole.online = online;
    whole.blocked = await allNames(async (after) => {
      const { blocked, has_more } = await requester.request("blocked", { ...after, limit: MAX_NAMES_PAGE });
      return { users: blocked, has_more };
    });
  }
  return whole;
}

/** From the first on: a list that has moved since the login must not lose what has moved over the end of its page. */
async function allChats(requester: Requester): Promise<LoginResult["chats"]> {
  const chats = new Map<string, LoginResult["chats"][number]>();
  for (let cursor: { cursor?: string } | undefined = {}; cursor !== undefined;) {
    const page: { chats: LoginResult["chats"]; next?: string } = await requester.request("chats", {
      ...cursor,
      limit: MAX_PAGE,
    });
    for (const chat of page.chats) chats.set(chat.chat_id, chat);
    cursor = page.next === undefined ? undefined : { cursor: page.next };
  }
  return [...chats.values()];
}

interface Names {
  readonly users: readonly { readonly user_id: string; readonly username: string }[];
  readonly has_more: boolean;
}

async function allNames(readPage: (after: { after?: string }) => Promise<Names>): Promise<ContactMap> {
  const names: Record<string, string> = {};
  for (let [last, hasMore] = ["", true]; hasMore;) {
    const page: Names = await readPage(last === "" ? {} : { after: last });
    for (const { username, user_id } of page.users) names[username] = user_id;
    last = page.users.at(-1)?.username ?? "";
    hasMore = page.has_more && last !== "";
  }
  return names;
}
