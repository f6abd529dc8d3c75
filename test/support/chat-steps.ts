// Operations of a sequence that is played on a server and on the model of the chat.
import fc from "fast-check";
import { MAX_NAME_CHARS } from "../../src/protocol/limits.ts";

export const NAMES = ["anna", "boris", "clara"];
export const PASSWORDS = ["the same for all", "quite another one"];
/** Connections; each may hold a session of anybody, so that one user has several. */
export const PLACES = 5;
/** Stands for the user whose account was deleted last. */
export const GONE = NAMES.length;

/** Index of a connection. */
const place = fc.nat(PLACES - 1);
/** Index of a name, or GONE. */
const who = fc.nat(GONE);
const name = fc.nat(NAMES.length - 1);
const password = fc.nat(PASSWORDS.length - 1);
/** From here on numbers mean groups. */
export const FIRST_GROUP = 10;
const group = fc.nat(1);
/** Undefined is the common chat, a number the one with that user or a group. */
const chat = fc.option(
  fc.oneof(
    who,
    group.map((index) => FIRST_GROUP + index),
  ),
  { nil: undefined },
);
const seq = fc.nat(8);
const maybeSeq = fc.option(seq, { nil: undefined });
const limit = fc.integer({ min: 1, max: 5 });
/** Few letters, so that searches find something; "ß" and "SS" are the same to them. */
const letters = fc.constantFrom("a", "A", "b", "ß", "SS", "😀", " ", "%", "é");
const text = fc
  .oneof(fc.array(letters, { minLength: 1, maxLength: 8 }), fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }))
  .map((parts) => [...parts.join("")].slice(0, MAX_NAME_CHARS).join(""))
  .filter((joined) => joined !== "");
const word = fc.array(letters, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const kind = <K extends string>(...kinds: K[]): fc.Arbitrary<K> => fc.constantFrom(...kinds);
const role = fc.constantFrom("member" as const, "moderator", "owner");
const title = fc.constantFrom("Team", "Family");

/** What is done within a session and does not end it. */
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind("say"),
      to: chat,
      text,
      messageId: optional(fc.constantFrom("m1", "m2", "m3")),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind("edit"), to: chat, seq, text }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("delete"), to: chat, seq }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind("react"),
      to: chat,
      seq,
      reaction: fc.constantFrom("👍", "❤️"),
      on: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind("changes"), to: chat, afterRev: seq, limit }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("read"), to: chat, seq }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("page"), to: chat, before: maybeSeq, after: maybeSeq, limit }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("search"), to: chat, word, before: maybeSeq, limit }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("typing"), to: chat }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("profile"), who: optional(who) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind("update_profile"),
      changes: fc.record({ first_name: text, second_name: text, bio: text }, { requiredKeys: [] }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: kind("create_group"), group, title, members: fc.array(who, { maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind("add_member"), group, who, role: optional(role) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("remove_member"), group, who }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("set_role"), group, who, role }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind("update_group"),
      group,
      changes: fc.record(
        {
          title,
          posting: fc.constantFrom("all" as const, "moderators"),
          history: fc.constantFrom("all" as const, "joined"),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind("group"), group }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("delete_group"), group }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind("add_contact", "delete_contact", "block_contact", "unblock_contact"),
      who,
      byId: fc.boolean(),
    }),
  },
);

export const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: kind("login"), place, who: name, password }) },
  { weight: 6, arbitrary: fc.record({ kind: kind("resume"), place, token: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("logout"), place }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("cut"), place }) },
  {
    weight: 16,
    arbitrary: fc.record({ kind: kind("do"), place, operations: fc.array(operation, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind("change_password"), place, old: password, next: password }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("delete_account"), place, password }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("register"), place, who: name, password }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("restart") }) },
);

type TypeOf<A> = A extends fc.Arbitrary<infer T> ? T : never;
export type Operation = TypeOf<typeof operation>;
export type OperationOf<K> = Extract<Operation, { kind: K }>;
export type Step = TypeOf<typeof step>;
export type StepOf<K> = Extract<Step, { kind: K }> & { kind: K };
export type ChangeOperation = OperationOf<"edit" | "delete" | "react">;
export type PeopleOperation = Extract<Operation, { byId: boolean }>;
export type GroupOperation = Extract<Operation, { group: number }>;
