// The administrator's look at messages of any chat, and their removal.
import type { AdminActions } from "../../protocol/admin.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { chatForm, type ChatId } from "../../protocol/ids.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "../../protocol/limits.ts";
import { hitPosition, hitsCursor } from "../../actions/cursors.ts";
import { positionOf, type GlobalPlace, type GlobalResult } from "../../actions/global-search.ts";
import type { SearchablePlace, SearchPlace, SearchQuery, SearchResult } from "../../store/store.ts";
import type { Pools } from "../../threads/pools.ts";
import type { EffectRunner } from "../effects.ts";
import { findUser } from "./find-user.ts";

type Data<A extends keyof AdminActions> = AdminActions[A]["data"];
type Result<A extends keyof AdminActions> = AdminActions[A]["result"];

/** Without a word an index is of no use: messages are looked at one after the other. */
const ALL_MESSAGES = Number.MAX_SAFE_INTEGER;

export interface ModerationParts {
  readonly pools: Pools;
  readonly effects: EffectRunner;
}

export class Moderation {
  readonly #parts: ModerationParts;

  constructor(parts: ModerationParts) {
    this.#parts = parts;
  }

  /** @throws the reason of `gone` when that is aborted meanwhile. */
  async find(
    { chat_id, word = "", username, before, limit }: Data<"messages">,
    gone: AbortSignal,
  ): Promise<Result<"messages">> {
    const { pools } = this.#parts;
    const chatId = await this.#chatId(chat_id);
    const authorId = username === undefined ? undefined : (await findUser(pools, username)).userId;
    const scanFirst = word === "" ? { scanFirst: ALL_MESSAGES } : {};
    const query = { chatId, word, before, authorId, limit: Math.min(limit ?? DEFAULT_PAGE, MAX_PAGE), ...scanFirst };
    const { messages, hasMore } = await this.#search(query, gone);
    return { messages, has_more: hasMore };
  }

  /**
   * In all chats that the user is in, newest first.
   * @throws the reason of `gone` when that is aborted meanwhile.
   */
  async findOf(
    { username, word = "", cursor, limit }: Data<"user_messages">,
    gone: AbortSignal,
  ): Promise<Result<"user_messages">> {
    const { pools } = this.#parts;
    const after = cursor === undefined ? undefined : hitPosition(cursor);
    const { userId } = await findUser(pools, username);
    const times = { afterMs: undefined, beforeMs: undefined };
    const query = { word, after, authorId: userId, limit: Math.min(limit ?? DEFAULT_PAGE, MAX_PAGE), ...times };
    for (let place: GlobalPlace | SearchablePlace | undefined; ;) {
      gone.throwIfAborted();
      const slice = await pools.searchAll({ userId, query, place });
      if ("place" in slice) place = slice.place;
      else return pageOf(slice);
    }
  }

  /** The result is whose message it was. */
  async remove({ chat_id: chatId, seq }: Data<"remove_message">): Promise<Result<"remove_message">> {
    if (chatForm(chatId) === undefined) throw noSuchChat();
    const { message } = await this.#parts.effects.commit({
      write: { kind: "deleteMessage", chatId, userId: undefined, seq },
    });
    return { username: message.username };
  }

  /** To its end, slice by slice; between two of them others have their turn. */
  async #search(query: SearchQuery, gone: AbortSignal): Promise<SearchResult> {
    for (let place: SearchPlace | undefined; ;) {
      gone.throwIfAborted();
      const slice = await this.#parts.pools.search(query, place);
      if ("result" in slice) return slice.result;
      place = slice.place;
    }
  }

  /** Of a group that is gone nothing is shown, although it may not be erased yet. */
  async #chatId(chatId: string): Promise<ChatId> {
    const kind = chatForm(chatId)?.kind;
    if (kind === undefined) throw noSuchChat();
    if (kind !== "group") return chatId;
    const { members } = await this.#parts.pools.groupMembers(chatId, { after: "", limit: 1 });
    if (members.length === 0) throw noSuchChat();
    return chatId;
  }
}

function pageOf({ messages, hasMore }: GlobalResult): Result<"user_messages"> {
  const last = messages.at(-1);
  return { messages, ...(hasMore && last !== undefined && { next: hitsCursor(positionOf(last)) }) };
}

function noSuchChat(): ProtocolError {
  return new ProtocolError("no_such_chat", "chat_id: no such chat");
}
