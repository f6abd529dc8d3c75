// The administrator's look at messages of any chat, and their removal.
import type { AdminActions } from "../../protocol/admin.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { chatForm, type ChatId } from "../../protocol/ids.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "../../protocol/limits.ts";
import { hitPosition, nextHits } from "../../actions/cursors.ts";
import type { GlobalPlace } from "../../actions/global-search.ts";
import type { SearchablePlace, SearchPlace, SearchQuery, SearchResult } from "../../store/store.ts";
import type { Pools } from "../../threads/pools.ts";
import type { EffectRunner } from "../effects.ts";
import { findUser } from "./find-user.ts";
import { pageSize } from "./list-pages.ts";

type Data<A extends keyof AdminActions> = AdminActions[A]["data"];
type Result<A extends keyof AdminActions> = AdminActions[A]["result"];

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
    const query = { chatId, word, before, authorId, limit: pageSize(limit, DEFAULT_PAGE, MAX_PAGE) };
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
    const query = { word, after, authorId: userId, limit: pageSize(limit, DEFAULT_PAGE, MAX_PAGE), ...times };
    for (let place: GlobalPlace | SearchablePlace | undefined; ;) {
      gone.throwIfAborted();
      const slice = await pools.searchAll({ userId, query, place });
      if ("place" in slice) place = slice.place;
      else return { messages: slice.messages, ...nextHits(slice) };
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

function noSuchChat(): ProtocolError {
  return new ProtocolError("no_such_chat", "chat_id: no such chat");
}
