// Requests for fuzzers: of every action, with the names, ids, chats, tokens and passwords of people who are there, then
// spoiled in one place or none.
import fc from "fast-check";
import { ACTIONS } from "../../src/protocol/actions.ts";
import { directChatId, groupChatId } from "../../src/protocol/ids.ts";

/** Stands for something that is known only while the fuzzer runs. */
interface Known {
  readonly of: "name" | "id" | "token" | "password" | "directChat";
  readonly person: number;
  readonly other: number;
}

/** Somebody that requests are about. */
export interface FuzzPerson {
  readonly username: string;
  readonly userId: string;
  readonly password: string;
  /** The last one that a login gave. */
  token: string;
}

export interface FuzzRequest {
  readonly action: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** What to do to its JSON text. */
  readonly spoil: { readonly how: "nothing" | "cut" | "swap" | "repeat"; readonly at: number };
}

export const PEOPLE = 3;

const person = fc.nat(PEOPLE - 1);
const known = (of: Known["of"]): fc.Arbitrary<Known> =>
  fc.record({ of: fc.constant(of), person, other: person }).map((value) => ({ ...value }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const WORDS = [
  "hello",
  "HELLO there",
  "ß",
  "straße",
  "😀",
  "%_*",
  '"',
  "İ",
  "a",
  " ",
  "\0",
  "**b** `c`",
  "x".repeat(8_192),
];
const text = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }));
const chat = fc.oneof(fc.constant("common"), known("directChat"), fc.constant(`group:${"a".repeat(24)}`));
const GROUP_IDS = ["a", "b", "C"].map((digit) => digit.repeat(24));
const group = fc.constantFrom(...GROUP_IDS.map(groupChatId), "group:", "common");
const role = fc.constantFrom("member", "moderator", "owner");
const title = fc.constantFrom("Plans", "x", "Ä 😀", "a".repeat(64));
const seq = fc.oneof(fc.nat(20), fc.constantFrom(0, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER));
const reaction = fc.constantFrom("👍", "❤️", "🇩🇪", "1️⃣", "👩‍👩‍👧");
const page = { before: maybe(seq), after: maybe(seq), limit: maybe(fc.integer({ min: 1, max: 200 })) };
const someone = fc.oneof(
  fc.record({ contact: known("name") }),
  fc.record({ contact_id: known("id") }),
  fc.record({ contact: known("name"), contact_id: known("id") }),
);
const password = fc.oneof({ weight: 4, arbitrary: known("password") }, { weight: 1, arbitrary: text });
const newName = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "B", "0", "_", ".", "-", "ß", "é", "ﬁ"), minLength: 3, maxLength: 32 }),
  known("name"),
);

/** Right data of every action. */
const DATA: { readonly [A in keyof typeof ACTIONS]: fc.Arbitrary<object> } = {
  register: fc.record({ username: newName, password, repeat_password: maybe(password), invitation: maybe(text) }),
  login: fc.oneof(
    fc.record({ username: known("name"), password: known("password") }),
    fc.record({ token: known("token"), features: maybe(fc.constantFrom([], ["changes", "groups", "x", "x"])) }),
    fc.record({ username: known("name"), password }),
  ),
  logout: fc.constant({}),
  add_contact: fc.record({ contact: known("name") }),
  delete_contact: someone,
  get_chat: fc.tuple(someone, fc.record(page)).map(([one, other]) => ({ ...one, ...other })),
  common_chat: fc.record(page),
  history: fc.record({ chat_id: chat, ...page }),
  server_info: fc.constant({}),
  chats: fc.record({
    cursor: maybe(fc.constantFrom("Y2hhdHM6MTpjb21tb24", "Y2hhdHM6MTpjb21tb24=", "x")),
    limit: page.limit,
  }),
  users: fc.record({
    contains: maybe(text.map((name) => name.slice(0, 8))),
    after: maybe(known("name")),
    limit: page.limit,
  }),
  contacts: fc.record({ after: maybe(known("name")), limit: page.limit }),
  blocked: fc.record({ after: maybe(known("name")), limit: page.limit }),
  add_message: fc.record({
    chat_id: chat,
    message: text,
    message_id: maybe(fc.constantFrom("m1", "m2", "m-_3", "a".repeat(64))),
    reply_to: maybe(seq),
  }),
  edit_message: fc.record({ chat_id: chat, seq, message: text }),
  delete_message: fc.record({ chat_id: chat, seq }),
  react: fc.record({ chat_id: chat, seq, reaction, on: fc.boolean() }),
  reactions: fc.record({ chat_id: chat, seq, reaction, after: maybe(known("name")), limit: page.limit }),
  pin_message: fc.record({ chat_id: chat, seq, on: fc.boolean() }),
  pins: fc.record({ chat_id: chat, cursor: maybe(fc.constantFrom("cGluczox", "x")) }),
  changes: fc.record({ chat_id: chat, after_rev: seq, limit: page.limit }),
  search: fc.record({
    word: fc.constantFrom("h", "he", "hello", "ss", "😀"),
    chat_ids: maybe(fc.array(chat, { maxLength: 3 })),
    user_id: maybe(known("id")),
    after_time: maybe(fc.constantFrom(0, 1.5, 2 ** 53)),
    before_time: maybe(fc.constantFrom(0, -1, 2 ** 53)),
    has_files: maybe(fc.boolean()),
    cursor: maybe(fc.constantFrom("aGl0czoxOjE6Y29tbW9u", "x")),
    limit: page.limit,
  }),
  search_in_chat: fc.record({
    chat_id: chat,
    word: fc.oneof(
      fc.constantFrom("h", "he", "hello", "ss", "😀", "%", '"'),
      text.map((word) => word.slice(0, 200)),
    ),
    before: page.before,
    limit: page.limit,
  }),
  profile: fc.record({ username: maybe(known("name")) }),
  update_profile: fc.record({
    first_name: maybe(text.map((name) => name.slice(0, 64))),
    second_name: maybe(fc.constant("Last")),
    bio: maybe(text.map((name) => name.slice(0, 1_024))),
  }),
  mark_read: fc.record({ chat_id: chat, seq }),
  typing: fc.record({ chat_id: chat }),
  avatar_ticket: fc.constant({}),
  change_password: fc.record({ password, new_password: known("password") }),
  block_contact: someone,
  unblock_contact: someone,
  delete_account: fc.record({ password }),
  sessions: fc.constant({}),
  end_sessions: fc.constant({}),
  ping: fc.constant({}),
  create_group: fc.record({
    title,
    topic: maybe(text.map((topic) => topic.slice(0, 200))),
    members: maybe(fc.array(known("name"), { maxLength: 5 })),
    group_id: maybe(fc.constantFrom(...GROUP_IDS)),
  }),
  group: fc.record({ chat_id: group }),
  update_group: fc.record({
    chat_id: group,
    title: maybe(title),
    topic: maybe(fc.constantFrom("", "about")),
    posting: maybe(fc.constantFrom("all", "moderators")),
    history: maybe(fc.constantFrom("all", "joined")),
  }),
  members: fc.record({ chat_id: group, after: maybe(known("name")), limit: page.limit }),
  add_member: fc.record({ chat_id: group, username: known("name"), role: maybe(role) }),
  remove_member: fc.record({ chat_id: group, username: known("name") }),
  set_role: fc.record({ chat_id: group, username: known("name"), role }),
  marks: fc.record({ chat_id: chat }),
  delete_group: fc.record({ chat_id: group }),
};

/** What ends sessions, or makes a whole conversation one of strangers, comes less often. */
const RARE: ReadonlySet<string> = new Set(["register", "logout", "change_password", "delete_account", "end_sessions"]);
const right = fc.oneof(
  ...Object.entries(DATA).map(([action, data]) => ({
    weight: RARE.has(action) ? 1 : 4,
    arbitrary: data.map((value) => ({ action, data: value as Record<string, unknown> })),
  })),
);

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0.5, 1e308, 2 ** 53, "", "\0", "__proto__", "common", "dm:", [], {}, [[]]),
  fc.constantFrom<unknown>("a".repeat(9_000), { $ne: null }, ["hello"], { length: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
);
/** Puts something odd in the place of a field, adds one, or takes one away. */
const nearlyRight = fc
  .tuple(right, fc.nat(), odd, fc.constantFrom("replace", "add", "drop"), fc.constantFrom("chat_id", "data", "token"))
  .map(([request, index, value, how, extra]) => {
    const fields = Object.keys(request.data);
    const field = how === "add" ? extra : (fields[index % Math.max(1, fields.length)] ?? extra);
    const { [field]: _gone, ...rest } = request.data;
    return { action: request.action, data: how === "drop" ? rest : { ...rest, [field]: value } };
  });
const spoil = fc.record({
  how: fc.oneof(
    { weight: 12, arbitrary: fc.constant("nothing" as const) },
    { weight: 1, arbitrary: fc.constantFrom("cut" as const, "swap" as const, "repeat" as const) },
  ),
  at: fc.nat(),
});

export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: nearlyRight }), spoil)
  .map(([request, how]) => ({ ...request, spoil: how }));

/** The request as JSON, spoiled as it says; never blank, so that it is answered. */
export function textOf({ action, data, spoil: { how, at } }: FuzzRequest, id: number, people: FuzzPerson[]): string {
  const json = JSON.stringify({ action, id, data: resolve(data, people) });
  if (how === "nothing") return json;
  const place = 1 + (at % (json.length - 1));
  if (how === "cut") return json.slice(0, place);
  if (how === "repeat") return json.slice(0, place) + json.slice(place >> 1);
  return json.slice(0, place) + json.slice(place + 1) + json.slice(place, place + 1);
}

function resolve(value: unknown, people: FuzzPerson[]): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, people));
  if (typeof value !== "object" || value === null) return value;
  if ("of" in value && "person" in value) return lookUp(value as Known, people);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolve(member, people)]));
}

function lookUp({ of, person: index, other }: Known, people: FuzzPerson[]): string | undefined {
  const one = people[index];
  if (one === undefined) return undefined;
  if (of === "name") return one.username;
  if (of === "id") return one.userId;
  if (of === "token") return one.token;
  if (of === "password") return one.password;
  return directChatId(one.userId, people[other]?.userId ?? "common");
}
