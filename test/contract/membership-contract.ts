// Contract of groups under random operations: rights, members and what is seen are as a model says.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Write } from "../../src/domain/writes/table.ts";
import type { Role } from "../../src/protocol/entities.ts";
import { groupChatId, type UserId } from "../../src/protocol/ids.ts";
import { append, Fixture } from "./fixture.ts";
import type { StoreKind } from "./fixture.ts";

const NAMES = ["anna", "bert", "carl", "dora"];
const GROUPS = ["a", "b"].map((digit) => groupChatId(digit.repeat(24)));
const LIMITS = { members: 3, groups: 2 };
const RANK: Readonly<Record<Role, number>> = { member: 1, moderator: 2, owner: 3 };

type Operation = { readonly actor: number; readonly other: number; readonly group: number; readonly role: Role } & {
  readonly kind: "create" | "add" | "remove" | "role" | "say" | "end";
};

interface ModelGroup {
  readonly members: Map<number, Role>;
  isGone: boolean;
  readonly creator: number;
}

/** The rules as the protocol's page has them. */
class Model {
  readonly groups = new Map<number, ModelGroup>();

  /** Carries an operation out; says whether it is done. */
  do({ kind, actor, other, group: index, role }: Operation): boolean {
    const group = this.groups.get(index);
    const own = group?.members.get(actor);
    if (kind === "create") return this.#create(actor, other, index, group);
    if (group === undefined || own === undefined) return false;
    const theirs = group.members.get(other);
    const owners = [...group.members.values()].filter((one) => one === "owner").length;
    switch (kind) {
      case "add":
        if (RANK[own] < 2 || RANK[own] < RANK[role] || theirs !== undefined || group.members.size >= 3) return false;
        group.members.set(other, role);
        return true;
      case "remove":
        if (actor !== other && (RANK[own] < 2 || theirs === undefined || RANK[theirs] > RANK[own])) return false;
        if (theirs === "owner" && owners === 1 && group.members.size > 1) return false;
        group.members.delete(other);
        group.isGone ||= group.members.size === 0;
        return true;
      case "role":
        if (own !== "owner" || theirs === undefined) return false;
        if (theirs === "owner" && role !== "owner" && owners === 1) return false;
        group.members.set(other, role);
        return true;
      case "say":
        return true;
      case "end":
        if (own !== "owner") return false;
        group.members.clear();
        group.isGone = true;
        return true;
    }
  }

  #create(actor: number, other: number, index: number, group: ModelGroup | undefined): boolean {
    if (group !== undefined) return group.creator === actor && group.members.has(actor);
    const members = new Map<number, Role>([[other, "member"]]);
    this.groups.set(index, { members: members.set(actor, "owner"), isGone: false, creator: actor });
    return true;
  }
}

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom("create", "add", "add", "remove", "remove", "role", "say", "say", "end"),
  actor: fc.nat(NAMES.length - 1),
  other: fc.nat(NAMES.length - 1),
  group: fc.nat(GROUPS.length - 1),
  role: fc.constantFrom<Role[]>("member", "moderator", "owner"),
});

function writeOf({ kind, actor, other, group, role }: Operation, users: readonly UserId[], number: number): Write {
  const [chatId = "", userId = "", memberId = ""] = [GROUPS[group], users[actor], users[other]];
  switch (kind) {
    case "create": {
      const memberIds = actor === other ? [] : [memberId];
      return { kind: "createGroup", chatId, userId, title: "t", topic: "", memberIds, limits: LIMITS };
    }
    case "add":
      return { kind: "addMember", chatId, userId, memberId, role, limits: LIMITS };
    case "remove":
      return { kind: "removeMember", chatId, userId, memberId };
    case "role":
      return { kind: "setRole", chatId, userId, memberId, role };
    case "say":
      return append(chatId, userId, `m${number}`, "text");
    case "end":
      return { kind: "deleteGroup", chatId, userId };
  }
}

export function membershipContract(
  kind: StoreKind,
  runs: { readonly numRuns: number; readonly maxLength: number },
): void {
  it("is what a model says, whatever people do", async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 10, maxLength: runs.maxLength, size: "max" }),
        async (operations) => {
          const store = await Fixture.open(kind);
          try {
            const users = await store.users(...NAMES);
            const model = new Model();
            for (const [number, one] of operations.entries()) {
              store.nowMs += 1;
              const outcome = await store.one(writeOf(one, users, number));
              assert.equal(outcome.done, model.do(one), `${number}: ${JSON.stringify(one)} ${JSON.stringify(outcome)}`);
              await compare(store, model, users);
            }
          } finally {
            await store.close();
          }
        },
      ),
      { numRuns: runs.numRuns },
    );
  });
}

async function compare(store: Fixture, model: Model, users: readonly UserId[]): Promise<void> {
  for (const [person, userId] of users.entries()) {
    const mine = GROUPS.filter((_, index) => model.groups.get(index)?.members.has(person) === true);
    const { chats } = await store.reader.chats(userId, undefined, 9, true);
    const groups = chats.filter((chat) => chat.kind === "group");
    assert.deepEqual(groups.map((chat) => chat.chat_id).toSorted(), mine);
    assert.deepEqual((await store.reader.groupsOf(userId)).map(({ chatId }) => chatId).toSorted(), mine);
    for (const [index, chatId] of GROUPS.entries()) {
      const members = model.groups.get(index)?.members;
      assert.equal((await store.reader.member(chatId, userId))?.role, members?.get(person));
      const chat = await store.reader.group(chatId, userId);
      assert.equal(chat?.member_count, members?.has(person) === true ? members.size : undefined);
    }
  }
}
