// Groups in the model of the chat: who is in them and as what, and who is told of it.
import type { HistoryRule, Posting, Role } from "../../src/protocol/entities.ts";
import type { ChatId, UserId } from "../../src/protocol/ids.ts";
import type { ModelSession, ModelUser, ShownMessage } from "./model-parts.ts";

/** The parts of the whole model that groups need. */
export interface GroupScene {
  readonly users: ReadonlyMap<UserId, ModelUser>;
  readonly chats: Map<ChatId, unknown>;
  lastSeq(chatId: ChatId): number;
  /** The members of a chat's summary that every kind of chat has. */
  chatFacts(user: ModelUser, chatId: ChatId): { readonly last_message?: Pick<ShownMessage, "seq"> };
  tell(isTold: (session: ModelSession) => boolean, event: object): void;
}

export interface ModelMember {
  role: Role;
  /** The first message that came after the joining. */
  readonly sinceSeq: number;
}

export interface ModelGroup {
  readonly chatId: ChatId;
  readonly creator: ModelUser;
  title: string;
  posting: Posting;
  history: HistoryRule;
  readonly members: Map<ModelUser, ModelMember>;
}

const ROLES: readonly Role[] = ["member", "moderator", "owner"];

export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** The groups that there are, and what happens to them. */
export class ModelGroups {
  readonly all = new Map<ChatId, ModelGroup>();
  /** Ids of groups that are no more. */
  readonly gone = new Set<ChatId>();
  readonly #model: GroupScene;

  constructor(model: GroupScene) {
    this.#model = model;
  }

  of(user: ModelUser): ModelGroup[] {
    return [...this.all.values()].filter(({ members }) => members.has(user));
  }

  /** What the group has in a login's result and in events to this member. */
  summary(group: ModelGroup, user: ModelUser): object {
    const { chatId, title, posting, history, members } = group;
    const { role, sinceSeq } = members.get(user) ?? { role: "member", sinceSeq: 1 };
    const { last_message: last, ...facts } = this.#model.chatFacts(user, chatId);
    return {
      ...{ chat_id: chatId, kind: "group", title, role, posting, history, member_count: members.size, ...facts },
      ...(history === "joined" && { since_seq: sinceSeq }),
      ...(last && last.seq >= this.firstSeq(user, chatId) && { last_message: last }),
    };
  }

  /** The first message of the chat that the user may see. */
  firstSeq(user: ModelUser, chatId: ChatId): number {
    const group = this.all.get(chatId);
    return group?.history === "joined" ? (group.members.get(user)?.sinceSeq ?? Infinity) : 1;
  }

  /** Whether the user may send nothing into the chat, though in it. */
  isMuted(user: ModelUser, chatId: ChatId): boolean {
    const group = this.all.get(chatId);
    return group?.posting === "moderators" && !isAtLeast(group.members.get(user)?.role ?? "member", "moderator");
  }

  isModerator(user: ModelUser, chatId: ChatId): boolean {
    const member = this.all.get(chatId)?.members.get(user);
    return member !== undefined && isAtLeast(member.role, "moderator");
  }

  create(chatId: ChatId, creator: ModelUser, title: string, others: readonly ModelUser[]): ModelGroup {
    const members = new Map<ModelUser, ModelMember>([[creator, { role: "owner", sinceSeq: 1 }]]);
    for (const other of others) members.set(other, { role: "member", sinceSeq: 1 });
    for (const user of members.keys()) user.marks.set(chatId, 0);
    const group: ModelGroup = { chatId, creator, title, posting: "all", history: "all", members };
    this.all.set(chatId, group);
    this.tellChat(group);
    return group;
  }

  add(group: ModelGroup, user: ModelUser, role: Role): void {
    const lastSeq = this.#model.lastSeq(group.chatId);
    group.members.set(user, { role, sinceSeq: lastSeq + 1 });
    user.marks.set(group.chatId, lastSeq);
    this.#model.tell((one) => one.user === user, { event: "chat", data: { chat: this.summary(group, user) } });
    this.#tellMember(group, user, role, user.username, (one) => one !== user);
  }

  remove(group: ModelGroup, user: ModelUser, reason: "left" | "removed"): void {
    this.#model.tell((one) => one.user === user, { event: "chat_gone", data: { chat_id: group.chatId, reason } });
    this.#drop(group, user);
    this.#tellMember(group, user, null, user.username);
  }

  setRole(group: ModelGroup, user: ModelUser, role: Role): void {
    const member = group.members.get(user);
    if (member === undefined || member.role === role) return;
    member.role = role;
    this.#tellMember(group, user, role, user.username);
  }

  /** Every member is told of the group as it is now. */
  tellChat(group: ModelGroup): void {
    for (const user of group.members.keys()) {
      this.#model.tell((one) => one.user === user, { event: "chat", data: { chat: this.summary(group, user) } });
    }
  }

  end(group: ModelGroup): void {
    const data = { chat_id: group.chatId, reason: "deleted" };
    this.#model.tell((one) => group.members.has(one.user), { event: "chat_gone", data });
    this.#end(group);
  }

  /** The account is deleted: a group that loses its last owner has another. */
  leaveAll(user: ModelUser, formerName: string): void {
    for (const group of this.of(user)) {
      this.#drop(group, user);
      this.#tellMember(group, user, null, formerName);
      const heir = this.#heir(group);
      if (heir) this.setRole(group, heir, "owner");
    }
  }

  /** Undefined where there is an owner, or nobody. */
  #heir({ members }: ModelGroup): ModelUser | undefined {
    if ([...members.values()].some(({ role }) => role === "owner")) return undefined;
    const registered = [...this.#model.users.values()];
    const rank = (user: ModelUser): readonly number[] => {
      const { role, sinceSeq } = members.get(user) ?? { role: "member", sinceSeq: 0 };
      return [role === "moderator" ? 0 : 1, sinceSeq, registered.indexOf(user)];
    };
    const compare = (one: readonly number[], other: readonly number[]): number =>
      one.map((value, index) => value - (other[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
    return [...members.keys()].toSorted((one, other) => compare(rank(one), rank(other)))[0];
  }

  #drop(group: ModelGroup, user: ModelUser): void {
    group.members.delete(user);
    user.marks.delete(group.chatId);
    if (group.members.size === 0) this.#end(group);
  }

  #end({ chatId, members }: ModelGroup): void {
    for (const user of members.keys()) user.marks.delete(chatId);
    this.all.delete(chatId);
    this.gone.add(chatId);
    this.#model.chats.delete(chatId);
  }

  #tellMember(
    { chatId, members }: ModelGroup,
    { userId }: ModelUser,
    role: Role | null,
    username: string,
    isTold: (user: ModelUser) => boolean = () => true,
  ): void {
    const data = { chat_id: chatId, user_id: userId, username, role };
    this.#model.tell((one) => members.has(one.user) && isTold(one.user), { event: "member", data });
  }
}
