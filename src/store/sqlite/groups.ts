// The writes that concern groups: their making, settings, members and end.
import type Database from "better-sqlite3";
import type { ChatId, UserId } from "../../protocol/ids.ts";
import { actorRefusal, addRefusal, isSame, removalRefusal, roleRefusal } from "../../domain/groups.ts";
import type { Actor, GroupChanged, GroupLeft, GroupLimits } from "../../domain/groups.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { GroupKind, WriteKind, WriteOf, WriteOutcome } from "../../domain/writes/table.ts";
import type { Role } from "../../protocol/entities.ts";
import { GroupRows, type GroupRow } from "./group-rows.ts";
import type { MessageWrites } from "./messages.ts";
import type { UserRow, UserWrites } from "./users.ts";

function prepare(database: Database.Database) {
  return {
    create: database.prepare<[ChatId, string, string, number, number]>(
      "INSERT INTO chats (chat_id, kind, title, topic, creator, last_ms) VALUES (?, 'group', ?, ?, ?, ?)",
    ),
    update: database.prepare<[string, string, string, string, 0 | 1, number]>(
      "UPDATE chats SET title = ?, topic = ?, posting = ?, history_rule = ?, archived = ? WHERE id = ?",
    ),
    count: database.prepare<[number, number]>("UPDATE chats SET member_count = member_count + ? WHERE id = ?"),
    end: database.prepare<[number]>(
      "UPDATE chats SET kind = 'gone', title = '', topic = '', archived = 0, member_count = 0 WHERE id = ?",
    ),
    add: database.prepare<[user: number, chat: number, readSeq: number, role: Role, sinceSeq: number]>(
      "INSERT INTO members (user, chat, read_seq, role, since_seq) VALUES (?, ?, ?, ?, ?)",
    ),
    remove: database.prepare<[number, number]>("DELETE FROM members WHERE chat = ? AND user = ?"),
    removeAll: database.prepare<[number]>("DELETE FROM members WHERE chat = ?"),
    setRole: database.prepare<[Role, number, number]>("UPDATE members SET role = ? WHERE chat = ? AND user = ?"),
    role: database
      .prepare<[number, number], Role>("SELECT role FROM members WHERE chat = ? AND user = ? AND role IS NOT NULL")
      .pluck(),
    ownerCount: database
      .prepare<[number], number>("SELECT count(*) FROM members WHERE chat = ? AND role = 'owner'")
      .pluck(),
    groupCount: database
      .prepare<[number], number>("SELECT count(*) FROM members WHERE user = ? AND role IS NOT NULL")
      .pluck(),
    groupsOf: database
      .prepare<[number], ChatId>(
        `SELECT c.chat_id FROM members m JOIN chats c ON c.id = m.chat WHERE m.user = ? AND m.role IS NOT NULL`,
      )
      .pluck(),
    heir: database
      .prepare<[number], UserId>(
        `SELECT u.user_id FROM members m JOIN users u ON u.id = m.user WHERE m.chat = ? AND m.role IS NOT NULL
         ORDER BY m.role = 'moderator' DESC, m.since_seq, m.user LIMIT 1`,
      )
      .pluck(),
  };
}

/** Carries out the writes about groups; called within the batch's transaction only. */
export class GroupWrites {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: GroupRows;
  readonly #users: UserWrites;
  readonly #messages: MessageWrites;

  constructor(database: Database.Database, users: UserWrites, messages: MessageWrites) {
    this.#sql = prepare(database);
    this.#rows = new GroupRows(database);
    this.#users = users;
    this.#messages = messages;
  }

  carryOut(write: WriteOf<GroupKind>, nowMs: number): WriteOutcome {
    const refused = write.userId === undefined ? undefined : this.#users.refusalOf(write.userId);
    if (refused !== undefined) return refused;
    this.#messages.release(write.chatId);
    const row = this.#rows.find(write.chatId);
    if (write.kind === "createGroup") return this.#create(write, row, nowMs);
    if (row === undefined || row.kind === "gone") return refuse(Refusal.NoChat);
    switch (write.kind) {
      case "updateGroup":
        return this.#update(write, row);
      case "addMember":
        return this.#add(write, row);
      case "removeMember":
        return this.#remove(write, row);
      case "setRole":
        return this.#setRole(write, row);
      case "deleteGroup":
        return this.#delete(write, row);
    }
  }

  /** Takes an account that is deleted out of its groups; one that lost its last owner has another, or ends. */
  leaveAll(user: UserRow): GroupLeft[] {
    const chatIds = this.#sql.groupsOf.all(user.id);
    return chatIds.map((chatId) => {
      this.#messages.release(chatId);
      const row = this.#rows.find(chatId);
      if (row === undefined) throw new Error(`store: a member of a group that is not there (${chatId})`);
      this.#drop(row, user.id);
      const heirId = row.member_count > 1 && this.#ownerCount(row) === 0 ? this.#sql.heir.get(row.id) : undefined;
      const heir = heirId === undefined ? undefined : this.#users.find(heirId);
      if (heir !== undefined) this.#sql.setRole.run("owner", row.id, heir.id);
      const successor = heir && heirId && ({ userId: heirId, username: heir.username, role: "owner" } as const);
      return { chatId, successor: successor || undefined };
    });
  }

  #create(write: WriteOf<"createGroup">, row: GroupRow | undefined, nowMs: number): WriteOutcome<"createGroup"> {
    const { chatId, userId, title, topic, memberIds, limits } = write;
    const user = this.#users.find(userId);
    if (user === undefined) return refuse(Refusal.NotFound);
    if (row !== undefined) {
      const isOwn = row.kind === "group" && row.creator === user.id && this.#roleOf(row, userId) !== undefined;
      return isOwn ? this.#told(chatId, row, false) : refuse(Refusal.Conflict);
    }
    const members = memberIds.map((memberId) => this.#users.findPresent(memberId));
    if (members.some((member) => member === undefined)) return refuse(Refusal.NotFound);
    const others = members.filter((member) => member !== undefined);
    if (others.some((member) => this.#users.isBlocked(user.id, member.id))) return refuse(Refusal.Blocked);
    if (others.length + 1 > limits.members) return refuse(Refusal.Quota);
    if ([user, ...others].some((member) => this.#isFull(member, limits))) return refuse(Refusal.Quota);
    const { lastInsertRowid } = this.#sql.create.run(chatId, title, topic, user.id, nowMs);
    const chat = Number(lastInsertRowid);
    this.#sql.add.run(user.id, chat, 0, "owner", 1);
    for (const member of others) this.#sql.add.run(member.id, chat, 0, "member", 1);
    this.#sql.count.run(others.length + 1, chat);
    return this.#told(chatId, this.#find(chatId), true);
  }

  #update({ chatId, userId, changes }: WriteOf<"updateGroup">, row: GroupRow): WriteOutcome<"updateGroup"> {
    const refusal = actorRefusal(this.#actor(row, userId), "moderator");
    if (refusal !== undefined) return refuse(refusal);
    const { title, topic, posting, history_rule: history } = row;
    const before = { title, topic, posting, history, archived: row.archived === 1 };
    const next = { ...before, ...changes };
    if (isSame(before, next)) return this.#told(chatId, row, false);
    const archived = next.archived ? 1 : 0;
    this.#sql.update.run(next.title, next.topic, next.posting, next.history, archived, row.id);
    return this.#told(chatId, this.#find(chatId), true);
  }

  #add(write: WriteOf<"addMember">, row: GroupRow): WriteOutcome<"addMember"> {
    const { chatId, userId, memberId, role, limits } = write;
    const refusal = addRefusal(this.#actor(row, userId), role);
    if (refusal !== undefined) return refuse(refusal);
    const member = this.#users.findPresent(memberId);
    if (member === undefined) return refuse(Refusal.NotFound);
    if (this.#roleOf(row, memberId) !== undefined) return refuse(Refusal.Conflict);
    const adder = userId === undefined ? undefined : this.#users.find(userId);
    if (adder !== undefined && this.#users.isBlocked(adder.id, member.id)) return refuse(Refusal.Blocked);
    if (row.member_count >= limits.members || this.#isFull(member, limits)) return refuse(Refusal.Quota);
    this.#sql.add.run(member.id, row.id, row.last_seq, role, row.last_seq + 1);
    this.#sql.count.run(1, row.id);
    const now = this.#find(chatId);
    const added = this.#rows.member(row, memberId);
    if (added === undefined) throw new Error(`store: a new member is not there (${chatId})`);
    const named = { ...added, username: member.username };
    const otherIds = this.#rows.memberIds(row).filter((id) => id !== memberId);
    return { done: true, result: { group: this.#rows.group(chatId, now), member: named, otherIds } };
  }

  #remove({ userId, memberId }: WriteOf<"removeMember">, row: GroupRow): WriteOutcome<"removeMember"> {
    const member = this.#users.find(memberId);
    const refusal = removalRefusal({
      actor: this.#actor(row, userId),
      role: this.#roleOf(row, memberId),
      isSelf: userId === memberId,
      ownerCount: this.#ownerCount(row),
      memberCount: row.member_count,
    });
    if (refusal !== undefined) return refuse(refusal);
    if (member === undefined) return refuse(Refusal.NotMember);
    this.#drop(row, member.id);
    return { done: true, result: { username: member.username } };
  }

  #setRole({ userId, memberId, role }: WriteOf<"setRole">, row: GroupRow): WriteOutcome<"setRole"> {
    const before = this.#roleOf(row, memberId);
    const actor = this.#actor(row, userId);
    const member = this.#users.find(memberId);
    const named = { userId: memberId, username: member?.username ?? "", role };
    const refusal = roleRefusal({ actor, role: before, ownerCount: this.#ownerCount(row) }, role);
    if (refusal !== undefined || member === undefined) return refuse(refusal ?? Refusal.NotMember);
    if (before === role) return { done: true, result: { isChanged: false, member: named } };
    this.#sql.setRole.run(role, row.id, member.id);
    return { done: true, result: { isChanged: true, member: named } };
  }

  #delete({ userId }: WriteOf<"deleteGroup">, row: GroupRow): WriteOutcome<"deleteGroup"> {
    const refusal = actorRefusal(this.#actor(row, userId), "owner");
    if (refusal !== undefined) return refuse(refusal);
    const memberIds = this.#rows.memberIds(row);
    this.#end(row);
    return { done: true, result: { memberIds } };
  }

  /** Removes somebody who is in the group; the last one ends it. */
  #drop(row: GroupRow, user: number): void {
    if (row.member_count === 1) return this.#end(row);
    this.#sql.remove.run(row.id, user);
    this.#sql.count.run(-1, row.id);
  }

  /** Nobody sees anything of the group from now on; its messages are erased in time (see GroupErasure). */
  #end(row: GroupRow): void {
    this.#sql.removeAll.run(row.id);
    this.#sql.end.run(row.id);
  }

  /** The group and everybody in it. */
  #told(chatId: ChatId, row: GroupRow, isChanged: boolean): { done: true; result: GroupChanged } {
    const result = { isChanged, group: this.#rows.group(chatId, row), members: this.#rows.members(row) };
    return { done: true, result };
  }

  #find(chatId: ChatId): GroupRow {
    const row = this.#rows.find(chatId);
    if (row === undefined) throw new Error(`store: a group is not there (${chatId})`);
    return row;
  }

  #actor(row: GroupRow, userId: UserId | undefined): Actor {
    return userId === undefined ? "administrator" : this.#roleOf(row, userId);
  }

  #roleOf({ id }: GroupRow, userId: UserId): Role | undefined {
    const user = this.#users.findPresent(userId);
    return user && this.#sql.role.get(id, user.id);
  }

  #ownerCount({ id }: GroupRow): number {
    return this.#sql.ownerCount.get(id) ?? 0;
  }

  #isFull({ id }: UserRow, { groups }: GroupLimits): boolean {
    return (this.#sql.groupCount.get(id) ?? 0) >= groups;
  }
}

function refuse<K extends WriteKind>(refusal: Refusal): WriteOutcome<K> {
  return { done: false, refusal };
}
