// Groups: making, changing, leaving and deleting them, and who is in them.
import { randomBytes } from "node:crypto";
import type { DataOf, ResultOf } from "../protocol/actions.ts";
import { Code } from "../protocol/codes.ts";
import type { Role } from "../protocol/entities.ts";
import type { GroupActions } from "../protocol/group-actions.ts";
import type { ChatId } from "../protocol/ids.ts";
import { isAnswer, RequestError } from "./errors.ts";
import type { Requester } from "./history.ts";
import type { Memberships } from "./memberships.ts";
import { hasFeature, type SnapshotKeeper } from "./login-snapshot.ts";

export interface NewGroup {
  /** 1 to 64 characters, not only white space. */
  readonly title: string;
  /** At most 256 characters. */
  readonly topic?: string;
  /** Usernames, at most 200. */
  readonly members?: readonly string[];
  /** A `newGroupId`: an attempt whose answer was lost is repeated under the same one, and the group is made once. */
  readonly groupId?: string;
}

/** The part of a group that its moderators may change; absent members stay as they are. */
export type GroupChanges = Omit<DataOf<"update_group">, "chat_id">;

/** 24 hexadecimal digits. */
export function newGroupId(): string {
  return randomBytes(12).toString("hex");
}

/**
 * Every request rejects with RequestError, whose `reason` says why and whose message is for people, or with
 * DisconnectedError. The models of groups change by the events that follow, not by the answers.
 */
export class Groups {
  readonly #requester: Requester;
  readonly #snapshot: SnapshotKeeper;
  readonly #memberships: Memberships;

  constructor(requester: Requester, snapshot: SnapshotKeeper, memberships: Memberships) {
    this.#requester = requester;
    this.#snapshot = snapshot;
    this.#memberships = memberships;
  }

  /** True when the server of the last login has groups. */
  get isSupported(): boolean {
    return hasFeature(this.#snapshot.current, "groups");
  }

  /** The user becomes its owner. 404 an unknown member, 403 a blocked one, 409 too many members or groups: nothing is made. */
  async create({ title, topic, members, groupId = newGroupId() }: NewGroup): Promise<ChatId> {
    const { chat } = await this.#ask("create_group", {
      title,
      group_id: groupId,
      ...(topic !== undefined && { topic }),
      ...(members !== undefined && { members: [...members] }),
    });
    this.#memberships.takeMade(chat);
    return chat.chat_id;
  }

  /** Moderators may. */
  async update(chatId: ChatId, changes: GroupChanges): Promise<void> {
    await this.#ask("update_group", { chat_id: chatId, ...changes });
  }

  /** Moderators may, with a role that is not above their own. 409 a member already, or too many. */
  async add(chatId: ChatId, username: string, role?: Role): Promise<void> {
    await this.#ask("add_member", { chat_id: chatId, username, ...(role !== undefined && { role }) });
  }

  /** Moderators may, of whom is not above them. 404 no member. */
  async remove(chatId: ChatId, username: string): Promise<void> {
    await this.#ask("remove_member", { chat_id: chatId, username });
  }

  /** Owners may. 403 where the group would be left without one. */
  async setRole(chatId: ChatId, username: string, role: Role): Promise<void> {
    await this.#ask("set_role", { chat_id: chatId, username, role });
  }

  /** Makes another member an owner, and the user, an owner so far, a plain member. */
  async handOver(chatId: ChatId, username: string): Promise<void> {
    await this.setRole(chatId, username, "owner");
    await this.setRole(chatId, this.#ownName, "member");
  }

  /** 403 for the last owner of a group of several. The last member deletes the group by that. */
  leave(chatId: ChatId): Promise<void> {
    return this.remove(chatId, this.#ownName);
  }

  /** Owners may; for good. */
  async delete(chatId: ChatId): Promise<void> {
    await this.#ask("delete_group", { chat_id: chatId });
  }

  /** A page of the members by username, after that of `after`. */
  members(chatId: ChatId, page: { readonly after?: string; readonly limit?: number }): Promise<ResultOf<"members">> {
    return this.#ask("members", { chat_id: chatId, ...page });
  }

  /** Asks how many members there are, where that is not known for sure; to be called where it is shown. Never rejects. */
  async refresh(chatId: ChatId): Promise<void> {
    try {
      await this.#memberships.recount(chatId, () => this.#ask("group", { chat_id: chatId }));
    } catch (error) {
      if (!isAnswer(error)) throw error; // it is asked for again when it is shown again
    }
  }

  get #ownName(): string {
    return this.#snapshot.current?.username ?? "";
  }

  async #ask<A extends keyof GroupActions>(action: A, data: DataOf<A>): Promise<ResultOf<A>> {
    // Servers without groups call the action unknown, which says nothing to people.
    if (this.#snapshot.current !== undefined && !this.isSupported) {
      throw new RequestError(Code.NotFound, "this server has no groups", undefined, "unknown_action");
    }
    return this.#requester.request(action, data);
  }
}
