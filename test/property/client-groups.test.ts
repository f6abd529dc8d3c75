// Groups of clients against what the server shows: members come and go, the history rule changes, lines and processes
// break off meanwhile. At the end each client has what its user may see, and nothing else, in its models and its cache.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Message } from "../../src/protocol/entities.ts";
import type { ChatId } from "../../src/protocol/ids.ts";
import { MAX_PAGE } from "../../src/protocol/limits.ts";
import { ClientPerson, texts } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { tempDirPerTest } from "../support/temp-dir.ts";

const RUNS = 6;
const STEPS = { minLength: 20, maxLength: 50 };
const GUESTS = 2;

type Step =
  | { readonly kind: "say"; readonly who: number }
  | { readonly kind: "add" | "remove" | "cut" | "leave" | "restart" | "open"; readonly guest: number }
  | { readonly kind: "rule"; readonly history: "all" | "joined" }
  | { readonly kind: "settle" };

const guest = fc.nat(GUESTS - 1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("say" as const), who: fc.nat(GUESTS) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom("add", "remove", "cut", "leave", "restart", "open"),
        guest,
      }) as fc.Arbitrary<Step>,
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("rule" as const), history: fc.constantFrom("all", "joined") }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("settle" as const) }) },
  ) as fc.Arbitrary<Step>,
  STEPS,
);

const RULE_AFTER_A_LOOK: Step[] = [
  { kind: "add", guest: 0 },
  { kind: "settle" },
  { kind: "open", guest: 0 },
  { kind: "rule", history: "joined" },
];
const BACK_AFTER_A_CUT: Step[] = [
  ...RULE_AFTER_A_LOOK,
  { kind: "cut", guest: 0 },
  { kind: "remove", guest: 0 },
  { kind: "say", who: GUESTS },
  { kind: "add", guest: 0 },
  { kind: "say", who: GUESTS },
];

describe("clients of a group, against the server", () => {
  const server = useServer({ registrationsPerAddress: 1000 });
  const folder = tempDirPerTest();
  let proxy: TcpProxy;
  let owner: ClientPerson;
  let guests: ClientPerson[];
  let chatId: ChatId;
  let said: number;
  let round = 0;

  /** Nobody of this name has been here before. */
  async function begin(): Promise<void> {
    round += 1;
    said = 0;
    proxy = await TcpProxy.start(server().port);
    owner = await ClientPerson.register(server().port, `owner${round}`);
    guests = [];
    for (let index = 0; index < GUESTS; index += 1) {
      guests.push(await ClientPerson.register(proxy.port, `guest${round}-${index}`, folder()));
    }
    chatId = await owner.workspace.groups.create({ title: "Plans" });
    for (let count = 0; count < 3; count += 1) await carryOut({ kind: "say", who: GUESTS });
  }

  async function end(): Promise<void> {
    for (const person of [owner, ...guests]) await person.close();
    await proxy.close();
  }

  const guestAt = (index: number): ClientPerson => {
    const person = guests[index];
    assert.ok(person);
    return person;
  };
  const isMember = async ({ userId }: ClientPerson): Promise<boolean> => {
    const { members } = await owner.workspace.groups.members(chatId, {});
    return members.some((member) => member.user_id === userId);
  };

  async function carryOut(step: Step): Promise<void> {
    if (step.kind === "settle") return settle();
    if (step.kind === "rule") return owner.workspace.groups.update(chatId, { history: step.history });
    if (step.kind === "say") {
      const person = step.who === GUESTS ? owner : guestAt(step.who);
      if (person.workspace.chats.row(chatId) === undefined) return;
      person.messenger.send(chatId, `text ${round}-${(said += 1)}`);
      if (person === owner) assert.ok(await person.messenger.whenSent(20_000));
      return;
    }
    const person = guestAt(step.guest);
    const { username } = person.messenger;
    if (step.kind === "cut") proxy.cut();
    else if (step.kind === "open") await (await person.opened(chatId)).loadOlder();
    else if (step.kind === "restart") {
      await person.close();
      guests[step.guest] = await ClientPerson.start(proxy.port, username, folder());
      await guests[step.guest]?.messenger.resume();
    } else if (step.kind === "leave") {
      await person.workspace.groups.leave(chatId).catch(() => {}); // no member, or no connection
    } else if (step.kind === "add") {
      if (!(await isMember(person))) await owner.workspace.groups.add(chatId, username);
    } else if (await isMember(person)) await owner.workspace.groups.remove(chatId, username);
  }

  /** Waits until every client has heard of everything. */
  async function settle(): Promise<void> {
    for (const person of [owner, ...guests]) {
      const { messenger, workspace } = person;
      await eventually("it is online", () => messenger.state.kind === "online" && messenger.isCaughtUp, 30_000);
      assert.ok(await messenger.whenSent(20_000));
      const isIn = await isMember(person);
      await eventually("it knows its groups", () => (workspace.chats.row(chatId) !== undefined) === isIn, 30_000);
    }
    for (const person of [owner, ...guests]) if (await isMember(person)) await hasAll(person);
  }

  async function shownByServer({ messenger }: ClientPerson): Promise<readonly Message[]> {
    return (await messenger.request("history", { chat_id: chatId, limit: MAX_PAGE })).messages;
  }

  async function hasAll(person: ClientPerson): Promise<void> {
    const shown = await shownByServer(person);
    const last = shown.at(-1)?.seq ?? 0;
    await eventually("the newest has come", () => person.messenger.liveSeq(chatId) >= last, 30_000);
  }

  async function check(person: ClientPerson): Promise<void> {
    const { messenger, workspace } = person;
    const kept = messenger.cache.before(chatId, undefined, MAX_PAGE);
    if (!(await isMember(person))) {
      assert.deepEqual([kept, workspace.chats.row(chatId), messenger.outgoing.list(chatId)], [[], undefined, []]);
      await workspace.search.find(`text ${round}-`);
      assert.deepEqual(workspace.search.hits, []);
      return;
    }
    const shown = await shownByServer(person);
    const view = await person.opened(chatId);
    while (view.hasOlder && view.problem === undefined) await view.loadOlder(MAX_PAGE);
    assert.deepEqual(
      texts(view),
      shown.map(({ message }) => message),
      "as the server shows it",
    );
    const seqs = new Set(shown.map(({ seq }) => seq));
    const { messages: found } = messenger.cache.search({ word: `text ${round}-`, chatId, limit: MAX_PAGE });
    for (const { seq } of [...kept, ...found]) assert.ok(seqs.has(seq), `the cache holds a hidden message: ${seq}`);
    assert.equal(workspace.chats.row(chatId)?.lastMessage?.seq, shown.at(-1)?.seq);
  }

  it("show and keep exactly what their users may see", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (play) => {
        await begin();
        try {
          for (const step of play) await carryOut(step);
          await settle();
          for (const person of [owner, ...guests]) await check(person);
        } finally {
          await end();
        }
      }),
      { numRuns: RUNS, endOnFailure: true, examples: [[RULE_AFTER_A_LOOK], [BACK_AFTER_A_CUT]] },
    );
  }).timeout(120_000);
});
