// Completion of a login's contacts and blocked users, page by page.
import type { LoginResult } from "../protocol/actions.ts";
import type { ContactMap } from "../protocol/entities.ts";
import { MAX_NAMES_PAGE } from "../protocol/limits.ts";
import type { Requester } from "./history.ts";

/** Resolves with the login and all that its mark `more_contacts` announces. Rejects as `request` does. */
export async function withAllContacts(requester: Requester, login: LoginResult): Promise<LoginResult> {
  const { more_contacts: moreContacts, ...whole } = login;
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
