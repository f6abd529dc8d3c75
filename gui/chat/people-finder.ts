// People who can be named in a chat: who wrote there, contacts, and whom the server finds.
import { isAnswer } from "../../src/client/errors.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { usernameKey } from "../../src/protocol/text.ts";
import type { AccountSession } from "./account-session.ts";

const MAX_FOUND = 8;

/** Names that fit `text`, the nearest first: those that begin with it, and of these who wrote last. */
export async function findPeople(
  { workspace, messenger }: AccountSession,
  chatId: ChatId,
  text: string,
): Promise<readonly string[]> {
  const wanted = usernameKey(text);
  const names = new Map<string, string>();
  const add = (name: string): void => {
    if (name !== messenger.username && usernameKey(name).includes(wanted)) names.set(usernameKey(name), name);
  };
  for (const item of workspace.conversation(chatId).items.toReversed()) add(item.username);
  const chat = workspace.chats.row(chatId);
  if (chat?.kind === "direct") add(chat.title);
  else {
    for (const { username } of workspace.contacts.list()) add(username);
    if (names.size < MAX_FOUND && text !== "") for (const name of await namesOnServer(messenger, text)) add(name);
  }
  const isFirst = (name: string): number => Number(usernameKey(name).startsWith(wanted));
  return [...names.values()].sort((one, other) => isFirst(other) - isFirst(one)).slice(0, MAX_FOUND);
}

/** Nobody where the server cannot be asked, or does not tell. */
async function namesOnServer(messenger: AccountSession["messenger"], contains: string): Promise<string[]> {
  try {
    const { users } = await messenger.request("users", { contains, limit: MAX_FOUND });
    return users.map(({ username }) => username);
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return [];
  }
}
