// Operations within a session: the request of each, and what the model says of its answer.
import assert from "node:assert/strict";
import { chatForm, COMMON_CHAT, directChatId, type ChatId } from "../../src/protocol/ids.ts";
import type { ChatModel } from "./chat-model.ts";
import type { ModelSession, ModelUser, ShownMessage } from "./model-parts.ts";
import { FIRST_GROUP, GONE, type Operation, type OperationOf, type PeopleOperation } from "./chat-steps.ts";
import { askToChange, type Expectation } from "./chat-changes.ts";
import { withoutTime } from "./chat-events.ts";
import { askOfGroup, groupIdOf } from "./group-operations.ts";
import type { Reply } from "./wire-client.ts";

/** Somebody who is meant by an operation; nobody, where the name is free. */
interface Target {
  readonly user: ModelUser | undefined;
  readonly name: string;
}

/** The chat that is meant by a operation, with the other one of a chat of two. */
interface TargetChat {
  readonly partner: ModelUser | undefined;
  readonly chatId: ChatId;
}

export class Operations {
  readonly #model: ChatModel;
  readonly #nameOf: (index: number) => string;

  constructor(model: ChatModel, nameOf: (index: number) => string) {
    this.#model = model;
    this.#nameOf = nameOf;
  }

  /** Undefined when the operation cannot be asked for: a chat with nobody has no id. */
  ask(operation: Operation, session: ModelSession, place: number): Expectation | undefined {
    switch (operation.kind) {
      case "say":
        return this.#say(operation, session);
      case "edit":
      case "delete":
      case "react":
        return askToChange(this.#model, operation, session, this.#chat(session, operation.to));
      case "changes":
        return this.#changes(operation, session);
      case "read":
        return this.#read(operation, session, place);
      case "page":
        return this.#page(operation, session);
      case "search":
        return this.#search(operation, session);
      case "typing":
        return this.#typing(operation, session);
      case "profile":
        return this.#profile(operation, session);
      case "update_profile":
        return this.#updateProfile(operation, session, place);
      case "add_contact":
      case "delete_contact":
      case "block_contact":
      case "unblock_contact":
        return this.#people(operation, session, place);
      default:
        return askOfGroup(this.#model, operation, session.user, (index) => this.#target(index));
    }
  }

  #target(index: number): Target {
    const { gone } = this.#model;
    if (index === GONE) return { user: gone, name: gone?.username ?? "nobody.at.all" };
    return { user: this.#model.named(this.#nameOf(index)), name: this.#nameOf(index) };
  }

  /** No result for a chat with nobody. */
  #chat(session: ModelSession, to: number | undefined): TargetChat | undefined {
    if (to === undefined) return { partner: undefined, chatId: COMMON_CHAT };
    if (to >= FIRST_GROUP) return { partner: undefined, chatId: groupIdOf(to - FIRST_GROUP) };
    const partner = this.#target(to).user;
    return partner && { partner, chatId: directChatId(session.user.userId, partner.userId) };
  }

  /** A chat with oneself is none, nor is a group for whoever is not in it. */
  #isNowhere(user: ModelUser, { partner, chatId }: TargetChat): boolean {
    return partner === user || (chatForm(chatId)?.kind === "group" && !this.#model.isIn(user, chatId));
  }

  /** The messages of a chat that the user may see. */
  #visible(user: ModelUser, chatId: ChatId): ShownMessage[] {
    return this.#model.shown(chatId).filter(({ seq }) => seq >= this.#model.groups.firstSeq(user, chatId));
  }

  #say({ to, text, messageId }: OperationOf<"say">, session: ModelSession): Expectation | undefined {
    const chat = this.#chat(session, to);
    if (chat === undefined) return undefined;
    const { partner, chatId } = chat;
    const { user } = session;
    const check = (reply: Reply): void => {
      if (this.#isNowhere(user, chat)) return assert.equal(reply.code, 404);
      const isStored = messageId !== undefined && this.#model.seqOf(user, chatId, messageId) !== undefined;
      if (!isStored && partner?.isDeleted === true) return assert.equal(reply.code, 404);
      if (!isStored && partner !== undefined && this.#model.isBlocked(user, partner)) {
        return assert.equal(reply.code, 403);
      }
      if (!isStored && this.#model.groups.isMuted(user, chatId)) return assert.equal(reply.code, 403);
      assert.equal(reply.code, 200, reply.info);
      const id = String(reply["message_id"]);
      if (messageId !== undefined) assert.equal(id, messageId);
      const seq = this.#model.seqOf(user, chatId, id) ?? this.#model.append(user, chatId, id, text);
      assert.deepEqual([reply["chat_id"], reply["seq"]], [chatId, seq]);
    };
    return { action: "add_message", data: { chat_id: chatId, message: text, message_id: messageId }, check };
  }

  #read({ to, seq }: OperationOf<"read">, session: ModelSession, place: number): Expectation | undefined {
    const chat = this.#chat(session, to);
    if (chat === undefined) return undefined;
    const { chatId } = chat;
    const check = (reply: Reply): void => {
      if (this.#isNowhere(session.user, chat)) return assert.equal(reply.code, 404);
      assert.equal(reply["read_seq"], this.#model.markRead(place, session.user, chatId, seq));
    };
    return { action: "mark_read", data: { chat_id: chatId, seq }, check };
  }

  #changes({ to, afterRev, limit }: OperationOf<"changes">, session: ModelSession): Expectation | undefined {
    const chat = this.#chat(session, to);
    if (chat === undefined) return undefined;
    const { chatId } = chat;
    const check = (reply: Reply): void => {
      if (this.#isNowhere(session.user, chat)) return assert.equal(reply.code, 404);
      const all = this.#visible(session.user, chatId).filter(({ rev = 0 }) => rev > afterRev);
      const changed = all.toSorted((one, other) => (one.rev ?? 0) - (other.rev ?? 0));
      assert.deepEqual([shownIn(reply), reply["has_more"]], [changed.slice(0, limit), changed.length > limit]);
    };
    return { action: "changes", data: { chat_id: chatId, after_rev: afterRev, limit }, check };
  }

  #page({ to, before, after, limit }: OperationOf<"page">, session: ModelSession): Expectation {
    const chat = this.#chat(session, to);
    const page = { before, after, limit };
    const check = (reply: Reply): void => {
      if (chat === undefined || this.#isNowhere(session.user, chat)) return assert.equal(reply.code, 404);
      const { chatId, partner } = chat;
      const all = this.#visible(session.user, chatId);
      const between = all.filter(({ seq }) => seq > (after ?? 0) && seq < (before ?? Infinity));
      const wanted = after === undefined ? between.slice(-limit) : between.slice(0, limit);
      assert.deepEqual(
        [reply["chat_id"], reply["length"], shownIn(reply), reply["has_more"]],
        [chatId, all.length, wanted, between.length > limit],
      );
      if (partner === undefined) return;
      const { contact_user_id: id, contact_username: name } = reply;
      assert.deepEqual([id, name], [partner.userId, partner.username]);
    };
    if (to === undefined) return { action: "common_chat", data: page, check };
    if (to >= FIRST_GROUP) return { action: "history", data: { chat_id: chat?.chatId, ...page }, check };
    const meant =
      chat?.partner === undefined ? { contact: this.#target(to).name } : { contact_id: chat.partner.userId };
    return { action: "get_chat", data: { ...meant, ...page }, check };
  }

  #search({ to, word, before, limit }: OperationOf<"search">, session: ModelSession): Expectation | undefined {
    const chat = this.#chat(session, to);
    if (chat === undefined) return undefined;
    const { chatId } = chat;
    const check = (reply: Reply): void => {
      if (this.#isNowhere(session.user, chat)) return assert.equal(reply.code, 404);
      const isFound = ({ message, seq }: ShownMessage): boolean =>
        message.toUpperCase().includes(word.toUpperCase()) && seq < (before ?? Infinity);
      const found = this.#visible(session.user, chatId).filter(isFound).toReversed();
      assert.deepEqual([shownIn(reply), reply["has_more"]], [found.slice(0, limit), found.length > limit], word);
    };
    return { action: "search_in_chat", data: { chat_id: chatId, word, before, limit }, check };
  }

  #typing({ to }: OperationOf<"typing">, session: ModelSession): Expectation | undefined {
    const chat = this.#chat(session, to);
    if (chat === undefined) return undefined;
    const { partner, chatId } = chat;
    const { userId, username } = session.user;
    const check = ({ code }: Reply): void => {
      if (this.#isNowhere(session.user, chat) || partner?.isDeleted === true) return assert.equal(code, 404);
      if (chatId === COMMON_CHAT) return assert.equal(code, 400);
      if (partner !== undefined && this.#model.isBlocked(session.user, partner)) return assert.equal(code, 403);
      assert.equal(code, 200);
      const data = { chat_id: chatId, user_id: userId, username };
      const isTold = ({ user }: ModelSession): boolean => user !== session.user && this.#model.isIn(user, chatId);
      this.#model.tell(isTold, { event: "typing", data });
    };
    return { action: "typing", data: { chat_id: chatId }, check };
  }

  #profile({ who }: OperationOf<"profile">, session: ModelSession): Expectation {
    const { user, name } = who === undefined ? { user: session.user, name: undefined } : this.#target(who);
    const check = (reply: Reply): void => {
      if (user === undefined || user.isDeleted) return assert.equal(reply.code, 404);
      assert.deepEqual(reply["user_data"], this.#model.profileSeenBy(session.user, user));
    };
    return { action: "profile", data: { username: name }, check };
  }

  #updateProfile({ changes }: OperationOf<"update_profile">, { user }: ModelSession, place: number): Expectation {
    const check = (reply: Reply): void => {
      assert.deepEqual(reply["user_data"], this.#model.updateProfile(place, user, changes));
    };
    return { action: "update_profile", data: changes, check };
  }

  #people({ kind, who, byId }: PeopleOperation, { user }: ModelSession, place: number): Expectation {
    const { user: other, name } = this.#target(who);
    const isBlocking = kind === "block_contact" || kind === "unblock_contact";
    const adds = kind === "add_contact" || kind === "block_contact";
    // Only add_contact takes no id.
    const data =
      byId && other !== undefined && kind !== "add_contact" ? { contact_id: other.userId } : { contact: name };
    const check = (reply: Reply): void => {
      const { code } = reply;
      if (other === undefined || other.isDeleted) return assert.equal(code, 404);
      const set = isBlocking ? user.blocked : user.contacts;
      if (other === user && adds) return assert.equal(code, 400);
      if (set.has(other.userId) === adds) return assert.equal(code, adds ? 409 : 404);
      assert.equal(code, 200, kind);
      this.#changePeople(kind, user, other, place);
      const pair = { [other.username]: other.userId };
      if (kind === "add_contact") assert.deepEqual(reply["new_contact"], pair);
      else assert.equal(reply["contact"], other.username);
    };
    return { action: kind, data, check };
  }

  #changePeople(kind: PeopleOperation["kind"], user: ModelUser, other: ModelUser, place: number): void {
    const model = this.#model;
    const pair = { [other.username]: other.userId };
    const isOther = (one: ModelSession, there: number): boolean => one.user === user && there !== place;
    switch (kind) {
      case "add_contact":
        user.contacts.add(other.userId);
        model.watch(user, other, !model.isBlocked(user, other));
        return model.tell(isOther, { event: "contact", data: { added: pair } });
      case "delete_contact":
        user.contacts.delete(other.userId);
        model.watch(user, other, false);
        return model.tell(isOther, { event: "contact", data: { deleted: pair } });
      case "block_contact":
        user.blocked.add(other.userId);
        model.separate(user, other);
        return model.tell(isOther, { event: "block", data: { blocked: pair } });
      case "unblock_contact":
        user.blocked.delete(other.userId);
        return model.tell(isOther, { event: "block", data: { unblocked: pair } });
    }
  }
}

/** The messages of an answer without their times. */
function shownIn(reply: Reply): object[] {
  return (reply["messages"] as { time: number }[]).map(withoutTime);
}
