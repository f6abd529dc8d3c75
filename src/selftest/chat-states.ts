// States of whole chats, to be compared: the stored one, and that of a fresh fetch.
import { Connection } from "../client/connection.ts";
import type { Message } from "../protocol/entities.ts";
import type { ChatId } from "../protocol/ids.ts";
import { MAX_PAGE } from "../protocol/limits.ts";
import { chatsOf, codeOf, PASSWORD, stateOf, type Cast } from "./cast.ts";

export interface ChatState {
  /** By seq the message's code; 0 for what is not there. Seq 0 does not exist. */
  readonly codes: number[];
  /** By seq the state of messages that were changed. */
  readonly states: Map<number, string>;
  /** The chat's revision. */
  rev: number;
}

interface StatedPage {
  readonly messages: readonly Message[];
  readonly rev: number;
  readonly hasMore: boolean;
}

/** Reads a chat to its end by pages, each after a seq; `onMessage` is given each message. Rejects as `page` does. */
export async function readChatState(
  page: (after: number) => Promise<StatedPage>,
  onMessage: (message: Message) => void = () => {},
): Promise<ChatState> {
  const state: ChatState = { codes: [0], states: new Map(), rev: 0 };
  let after = 0;
  for (let hasMore = true; hasMore;) {
    const { messages, rev, hasMore: isMore } = await page(after);
    for (const message of messages) {
      onMessage(message);
      while (state.codes.length < message.seq) state.codes.push(0);
      state.codes[message.seq] = codeOf(message.message_id);
      if (message.rev !== undefined) state.states.set(message.seq, stateOf(message));
    }
    state.rev = rev;
    after = messages.at(-1)?.seq ?? after;
    hasMore = isMore;
  }
  return state;
}

/** The chats of the listeners, fetched whole by new sessions. Rejects as the server's answers do. */
export async function fetchFresh(port: number, cast: Cast): Promise<Map<ChatId, ChatState>> {
  const fetched = new Map<ChatId, ChatState>();
  for (const listener of cast.listeners) {
    const connection = await Connection.open({ host: "127.0.0.1", port });
    try {
      await connection.request("login", { username: listener.username, password: PASSWORD, features: ["changes"] });
      for (const chatId of chatsOf(cast, listener).keys()) {
        if (fetched.has(chatId)) continue;
        const page = async (after: number): Promise<StatedPage> => {
          const answer = await connection.request("history", { chat_id: chatId, after, limit: MAX_PAGE });
          return { messages: answer.messages, rev: answer.rev ?? 0, hasMore: answer.has_more };
        };
        fetched.set(chatId, await readChatState(page));
      }
    } finally {
      connection.close("everything is fetched");
    }
  }
  return fetched;
}
