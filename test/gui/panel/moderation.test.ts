// The pages of the control panel that are about what people write: groups, messages, and the traffic's way to a message.
import assert from "node:assert/strict";
import "../support/qt.ts";
import { COMMON_CHAT, type ChatId } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import type { Person } from "../../support/person.ts";
import { TestServer } from "../../support/server.ts";
import { assertSafe, unsafeText } from "../../support/unsafe-characters.ts";
import { TestPanel } from "../support/panel.ts";
import { Key, textsIn, user } from "../support/qt.ts";

const FEATURES = ["groups", "changes"];
/** A title may hold what turns text round; control characters are refused. */
const HOSTILE = `Tea\u202Eaet\u2066`;

describe("moderation in the control panel", () => {
  let server: TestServer;
  let panel: TestPanel;
  let ann: Person;
  let ben: Person;
  let chatId: ChatId;
  beforeEach(async () => {
    server = await TestServer.start({ registrationsPerAddress: 1000 });
    [ann, ben] = await server.newPeople("ann", "ben");
    for (const { client, username, password } of [ann, ben]) {
      await client.ok("login", { username, password, features: FEATURES });
    }
    const { chat } = await ann.ok("create_group", { title: HOSTILE, members: [ben.username] });
    chatId = chat.chat_id;
    panel = await TestPanel.open(server.config.data);
  });
  afterEach(async () => {
    panel.close();
    assert.deepEqual(panel.errors, []);
    await server.remove();
  });

  async function chosenGroup(): Promise<void> {
    const { groups } = panel.pages;
    panel.window.show(groups);
    const row = () => groups.table.values.find((group) => group.chat_id === chatId);
    await eventually("the group is listed", () => row() !== undefined);
    const group = row();
    if (group) groups.table.select(group);
    await eventually("its members are listed", () => groups.members.values.length > 0);
  }
  function chooseMember(username: string): void {
    const { members } = panel.pages.groups;
    const member = members.values.find((one) => one.username === username);
    if (member) members.select(member);
  }
  const told = (): string => panel.pages.groups.outcome.widget.text();

  it("lists groups with their members, and gives roles", async () => {
    await ben.say("one", chatId);
    await chosenGroup();
    const { groups } = panel.pages;
    const [group] = groups.table.values;
    assert.deepEqual([group?.members, group?.messages, group?.archived], [2, 1, false]);
    const shown = (): unknown[] => groups.members.values.map(({ username, role }) => [username, role]);
    assert.deepEqual(shown(), [
      [ann.username, "owner"],
      [ben.username, "member"],
    ]);
    assert.ok(!groups.buttons.setRole.isEnabled(), "no member is chosen yet");
    chooseMember(ben.username);
    groups.role.setCurrentIndex(1);
    user.click(groups.buttons.setRole);
    await eventually("the role is given", () => groups.members.values[1]?.role === "moderator");
    assert.equal((await ben.events("member"))[0]?.role, "moderator");
    assert.match(told(), /is moderator now/);
    user.type(groups.filter, "no such group");
    assert.deepEqual(groups.table.values, []);
    assert.ok(!groups.buttons.remove.isEnabled());
  });

  it("adds and removes members, the last after a question", async () => {
    const cid = await server.newPerson("cid");
    await chosenGroup();
    const { groups } = panel.pages;
    const { openAddMember } = await import("../../../gui/panel/add-member-dialog.ts");
    const { selected } = groups.table;
    assert.ok(selected);
    const added: string[] = [];
    const dialog = openAddMember(panel.window.window, panel.window.connection, selected, (name) => added.push(name));
    user.type(dialog.name, "nobody");
    user.click(dialog.yes);
    await eventually("it is refused in place", () => /no such user/.test(dialog.problem.text()));
    dialog.name.setText(cid.username);
    user.click(dialog.yes);
    await eventually("it is done", () => added.length === 1);
    groups.open();
    await eventually("three are listed", () => groups.members.values.length === 3);
    chooseMember(ben.username);
    user.click(groups.buttons.drop);
    await panel.answer(/Remove ben\S* from the group\?/, "Remove");
    await eventually("two are left", () => groups.members.values.length === 2);
    assert.equal((await ben.events("chat_gone"))[0]?.reason, "removed");
  });

  it("archives, restores and deletes a group, and tells in place why something cannot be", async () => {
    await chosenGroup();
    const { groups } = panel.pages;
    user.click(groups.buttons.archive);
    await panel.answer(/Archive Tea/, "Archive");
    await eventually("it is archived", () => groups.table.values[0]?.archived === true);
    assert.match(textsIn(groups.table.widget), /archived/);
    await ann.fails("add_message", { chat_id: chatId, message: "x" }, 403);
    await eventually("the button turns round", () => groups.buttons.archive.text() === "Restore");
    user.click(groups.buttons.archive);
    await eventually("it is restored", () => groups.table.values[0]?.archived === false);
    chooseMember(ann.username);
    user.click(groups.buttons.drop);
    await panel.answer(/Remove ann/, "Remove");
    await eventually("the last owner stays", () => /must have an owner/.test(told()));
    user.click(groups.buttons.remove);
    const asked = await panel.answer(/Delete Tea/, "Delete");
    assert.match(asked, /2 members.*0 messages/);
    await eventually("it is gone", () => groups.table.values.length === 0);
    assert.deepEqual(groups.members.values, []);
    assert.equal((await ben.events("chat_gone"))[0]?.reason, "deleted");
  });

  it("shows nothing of a stranger's title or text that could turn what stands beside it", async () => {
    await ben.say(`begin ${unsafeText("\0")} end`, chatId);
    await chosenGroup();
    const { groups, messages } = panel.pages;
    assertSafe(Buffer.from(textsIn(groups.widget)), "the page of groups");
    user.click(groups.buttons.archive);
    const asked = await panel.answer(/Archive Tea/, "Cancel");
    assertSafe(Buffer.from(asked), "a question");
    user.click(groups.buttons.messages);
    user.click(messages.find);
    await eventually("it is found", () => messages.table.values.length === 1);
    const [found] = messages.table.values;
    if (found) messages.table.select(found);
    assertSafe(Buffer.from(textsIn(messages.widget)), "the page of messages");
    assertSafe(Buffer.from(messages.text.toPlainText()), "the message in full");
    assert.match(messages.text.toPlainText(), /^begin [^]* end$/);
  });

  it("finds messages by user and text, and removes one after a question", async () => {
    for (let count = 0; count < 101; count += 1) await ben.say(`hay ${count}`);
    await ann.say("needle of Ann");
    await ben.say("needle of Ben");
    const { messages } = panel.pages;
    panel.window.show(messages);
    const shown = (): string[] => messages.table.values.map(({ message }) => message);
    user.type(messages.word, "NEEDLE");
    user.type(messages.user, ben.username);
    user.click(messages.find);
    await eventually("one is found", () => shown().length === 1);
    messages.user.setText("");
    user.press(messages.word, Key.Return);
    await eventually("two are found", () => shown().length === 2);
    const [newest] = messages.table.values;
    if (newest) messages.table.select(newest);
    assert.equal(messages.text.toPlainText(), "needle of Ben");
    user.click(messages.remove);
    await panel.answer(/Remove message 103\?/, "Remove");
    await eventually("it is told", () => /Message 103 of ben\S* is removed/.test(messages.outcome.widget.text()));
    assert.equal(messages.table.values[0]?.deleted, "moderator");
    assert.ok(!messages.remove.isEnabled(), "it cannot be removed twice");
    const [changed] = await ann.events("changed");
    assert.deepEqual([changed?.seq, changed?.message], [103, ""]);
    messages.word.setText("");
    user.click(messages.find);
    await eventually("a page is shown", () => shown().length === 100);
    user.click(messages.older);
    await eventually("all are shown", () => shown().length === 103);
    assert.ok(messages.older.isHidden());
    messages.chat.setText("");
    user.click(messages.find);
    assert.match(messages.outcome.widget.text(), /In which chat, or by which user/);
    await ben.say("needle in the group", chatId);
    messages.user.setText(ben.username);
    messages.word.setText("needle");
    user.click(messages.find);
    await eventually("those of all chats are found", () => shown().includes("needle in the group"));
    assert.deepEqual(shown(), ["needle in the group"]); // the other is removed
    messages.word.setText("");
    user.click(messages.find);
    await eventually("a page of all chats is shown", () => shown().length === 100);
    user.click(messages.older);
    await eventually("the rest is shown", () => shown().length === 103);
    assert.equal(new Set(messages.table.values.map(({ chat_id, seq }) => `${chat_id} ${seq}`)).size, 103);
    messages.chat.setText("no such group");
    user.click(messages.find);
    await eventually("it is told why not", () => /no group.*no such group/.test(messages.outcome.widget.text()));
  });

  it("removes the message of a request in the traffic", async () => {
    const { traffic } = panel.pages;
    panel.window.show(traffic);
    await panel.window.connection.request("status", {});
    await ben.ok("ping", {});
    const { seq } = await ben.say("an insult");
    await ben.fails("delete_message", { chat_id: COMMON_CHAT, seq: 999 }, 404);
    await eventually("all are listed", () => traffic.table.values.length >= 3);
    const row = (action: string) => traffic.table.values.find((one) => one.action === action);
    const choose = (action: string): void => {
      const found = row(action);
      if (found) traffic.table.select(found);
    };
    choose("ping");
    assert.ok(!traffic.remove.isEnabled());
    choose("add_message");
    user.click(traffic.remove);
    await panel.answer(new RegExp(`Remove message ${seq}\\?`), "Remove");
    await eventually("it is told", () => /is removed/.test(traffic.outcome.widget.text()));
    assert.equal((await ann.events("changed"))[0]?.deleted, "moderator");
    choose("delete_message");
    assert.ok(!traffic.remove.isEnabled());
    assert.equal(row("delete_message")?.reason, "no_such_message");
    assert.match(traffic.response.toPlainText(), /"reason": "no_such_message"/);
  });

  it("announces into a group by its title, and from its row", async () => {
    await ann.ok("create_group", { title: "Book club" });
    const { announce, groups } = panel.pages;
    panel.window.show(announce);
    user.type(announce.text, "We meet at eight");
    announce.toGroup.setChecked(true);
    user.click(announce.send);
    assert.match(announce.outcome.widget.text(), /Which group|Into which group/);
    user.type(announce.group, "book club");
    user.click(announce.send);
    await eventually("it is said", () => /Said in the group book club/.test(announce.outcome.widget.text()));
    await chosenGroup();
    user.click(groups.buttons.announce);
    assert.equal(panel.window.page, announce);
    assert.ok(announce.toGroup.isChecked());
    user.type(announce.text, "Tea is ready");
    user.click(announce.send);
    await eventually("it is said there", () => announce.outcome.widget.text().includes(chatId));
    const said = (await ann.events("message")).map(({ message, username }) => [message, username]);
    assert.deepEqual(said, [
      ["We meet at eight", "Server"],
      ["Tea is ready", "Server"],
    ]);
    assert.deepEqual(
      (await ben.events("message")).map(({ message }) => message),
      ["Tea is ready"],
    );
  });
});
