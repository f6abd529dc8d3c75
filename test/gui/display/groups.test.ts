// Groups by real keys and a real mouse: making one, who is in it, its rules, and being in it no more.
import assert from "node:assert/strict";
import { hands, hasDisplay } from "../support/display.ts";
import type { ChatId } from "../../../src/protocol/ids.ts";
import type { Person } from "../../support/person.ts";
import { AdminClient } from "../../../src/client/admin-client.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const FEATURES = ["groups", "changes"];

(hasDisplay ? describe : describe.skip)("groups in the window (needs Xvfb, xdotool and openbox)", () => {
  let stage: Stage;
  let client: TestClient;
  /** Boris, in a session that is told of groups. */
  let boris: Person;
  before(async () => {
    stage = await Stage.start(["anna", "boris", "chiara", "dmitri"]);
    await stage.befriend("anna", "boris");
    boris = await stage.server.anotherSession(stage.person("boris"), {}, FEATURES);
    client = await TestClient.loggedIn(stage, "anna");
    await client.inFront();
  });
  after(async () => {
    await client.quit();
    await stage.remove();
  });
  beforeEach(() => client.chat.openChat("common"));
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    // Whatever a test that failed has left open.
    for (let dialog = 0; hands.front !== "Messenger" && dialog < 5; dialog += 1) await hands.press("Escape");
  });

  const row = (chatId: ChatId) => client.session.workspace.chats.row(chatId);
  const rolesOf = async (chatId: ChatId): Promise<Record<string, string>> => {
    const { members } = await boris.ok("members", { chat_id: chatId });
    return Object.fromEntries(members.map(({ username, role }) => [username, role]));
  };
  const open = async (chatId: ChatId): Promise<void> => {
    await eventually("it is listed", () => row(chatId) !== undefined);
    client.chat.openChat(chatId);
  };
  /** A group that Boris has made, with Anna in it. */
  const groupOf = async (title: string, ...others: string[]): Promise<ChatId> => {
    const { chat } = await boris.ok("create_group", { title, members: ["anna", ...others] });
    return chat.chat_id;
  };
  const openDetails = async (title: string): Promise<void> => {
    await hands.click("More");
    await hands.inFront("popup");
    await hands.click("About the group");
    await hands.inFront(title);
  };
  const onMember = async (name: string, entry: string): Promise<void> => {
    await eventually(`${name} is listed`, () => hands.isInView(name));
    await hands.click(name);
    await hands.inFront("popup");
    await hands.click(entry);
  };

  it("are made by keys alone, with people who are found while their names are typed", async () => {
    await hands.press("ctrl+g");
    await hands.inFront("New group");
    await hands.press("Return");
    await eventually("a name is wanted", () => hands.texts.includes("Give the group a name."));
    await hands.type("Garden house");
    await hands.press("Tab");
    for (const name of ["boris", "dmitri"]) {
      await hands.type(name.slice(0, 4));
      await hands.press("Return"); // also before the server has answered
      await eventually("somebody is chosen", () => hands.isInView(`Take ${name} out`));
    }
    await hands.tabTo("Everything, also what was written before");
    await hands.press("Down", "Return");
    await hands.inFront("Messenger");
    const chatId = client.chat.chatId ?? "";
    assert.match(chatId, /^group:/);
    assert.match(hands.texts, /^Garden house$/m, "the header names it");
    assert.match(hands.texts, /^3 members$/m);
    await eventually("the rule is set", () => row(chatId)?.group?.history === "joined");
    assert.deepEqual(await rolesOf(chatId), { anna: "owner", boris: "member", dmitri: "member" });
    await hands.type("welcome");
    await hands.press("Return");
    await eventually("boris has it", () => row(chatId)?.lastMessage?.message === "welcome");
  });

  it("show their members with roles, and let an owner change who they are", async () => {
    const chatId = await groupOf("Choir", "chiara");
    await boris.ok("set_role", { chat_id: chatId, username: "anna", role: "owner" });
    await open(chatId);
    await openDetails("Choir");
    await eventually("all are listed", () => ["boris, owner", "chiara", "anna, owner · you"].every(hands.isInView));
    await onMember("chiara", "Make moderator");
    await eventually("she is one", () => hands.isInView("chiara, moderator"));
    await hands.click("Add people…");
    await hands.inFront("Add people to “Choir”");
    await hands.type("dmitri");
    await eventually("he is found", () => hands.isInView("dmitri"));
    await hands.press("Return"); // chooses
    await hands.press("Return"); // adds
    await hands.inFront("Choir");
    await onMember("dmitri", "Take out of the group…");
    await hands.inFront("Take dmitri out?");
    await hands.click("Take out");
    await hands.inFront("Choir");
    await eventually("he is gone", () => !hands.isInView("dmitri"));
    assert.deepEqual(await rolesOf(chatId), { anna: "owner", boris: "owner", chiara: "moderator" });
    await hands.click("Edit…");
    await hands.inFront("Edit the group");
    await hands.type("Choir of the house");
    await hands.press("Return");
    await hands.inFront("Choir of the house");
    await hands.press("Escape");
    assert.equal(row(chatId)?.title, "Choir of the house");
  });

  it("show a plain member nothing that only others may do", async () => {
    const chatId = await groupOf("Readers", "chiara");
    await open(chatId);
    await openDetails("Readers");
    await eventually("the members are listed", () => hands.isInView("boris, owner"));
    for (const name of ["Add people…", "Edit…", "Delete…"]) assert.equal(hands.isInView(name), false, name);
    await hands.tabTo("Members");
    await hands.press("Down", "Down", "Return"); // Chiara's menu, by keys
    await hands.inFront("popup");
    for (const name of ["Make moderator", "Hand the group over…", "Take out of the group…"])
      assert.equal(hands.isInView(name), false, name);
    await hands.click("Write a message");
    await hands.inFront("Messenger");
    assert.equal(client.chat.chatId, stage.person("anna").chatWith(stage.person("chiara")));
  });

  it("say in place of the message field who writes there, and give it back", async () => {
    const chatId = await groupOf("News");
    await open(chatId);
    const says = (): boolean => hands.texts.includes("Only moderators and owners write in this group.");
    assert.equal(says(), false);
    await boris.ok("update_group", { chat_id: chatId, posting: "moderators" });
    await eventually("it is said", says);
    await boris.ok("set_role", { chat_id: chatId, username: "anna", role: "moderator" });
    await eventually("one can write", () => !says());
    const admin = await AdminClient.open(stage.server.config.data);
    await admin.request("archive_group", { chat_id: chatId });
    await eventually("it is said", () => hands.texts.includes("This group is archived: nobody writes in it any more."));
    await admin.request("unarchive_group", { chat_id: chatId });
    admin.close();
    await eventually("one can write again", () => !hands.texts.includes("This group is archived"));
  });

  it("close with a reason when one is taken out, and when they are deleted", async () => {
    for (const [title, end, reason] of [
      [
        "Chess",
        (chatId: ChatId) => boris.ok("remove_member", { chat_id: chatId, username: "anna" }),
        "You were taken out of “Chess”.",
      ],
      ["Cards", (chatId: ChatId) => boris.ok("delete_group", { chat_id: chatId }), "“Cards” was deleted."],
    ] as const) {
      const chatId = await groupOf(title);
      await open(chatId);
      await end(chatId);
      await eventually("it is closed", () => client.chat.chatId === undefined);
      assert.ok(hands.texts.includes(reason), hands.texts);
      assert.equal(row(chatId), undefined);
    }
  });

  it("are left after a question, but not by their only owner", async () => {
    await client.session.workspace.groups.create({ title: "Mine", members: ["boris"] });
    const chatId = client.session.workspace.chats.rows("Mine")[0]?.chatId ?? "";
    await open(chatId);
    const leave = async (): Promise<void> => {
      await hands.click("More");
      await hands.inFront("popup");
      await hands.click("Leave the group…");
      await hands.inFront("Leave “Mine”?");
      await hands.click("Leave");
    };
    await leave();
    await hands.inFront("“Mine” needs an owner");
    await hands.press("Return");
    await hands.inFront("Messenger");
    await openDetails("Mine");
    await onMember("boris", "Hand the group over…");
    await hands.inFront("Hand “Mine” over?");
    await hands.click("Hand over");
    await hands.inFront("Mine");
    await hands.press("Escape");
    await eventually("he is the owner", () => row(chatId)?.group?.role === "member");
    await leave();
    await eventually("it is left", () => row(chatId) === undefined);
    assert.deepEqual(await rolesOf(chatId), { boris: "owner" });
  });
});
