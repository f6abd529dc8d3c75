// Actions on a group that end when their dialog is closed, or when what it showed has changed meanwhile.
import assert from "node:assert/strict";
import { textsIn, user } from "../support/qt.ts";
import type { ChatId } from "../../../src/protocol/ids.ts";
import { eventually } from "../../support/eventually.ts";
import type { Person } from "../../support/person.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { QDialog } = await import("@nodegui/nodegui");
const { setRole } = await import("../../../gui/chat/group-acts.ts");
const { openAddMembers, openEditGroup } = await import("../../../gui/chat/group-edit-dialogs.ts");
const { openForward } = await import("../../../gui/chat/forward-dialog.ts");
const { deleteIfThere } = await import("../../../gui/kit/dialogs.ts");

describe("what was begun in a dialog of a group", () => {
  let stage: Stage;
  let client: TestClient;
  let boris: Person;
  let chatId: ChatId;
  beforeEach(async () => {
    stage = await Stage.start(["anna", "boris", "chiara", "dmitri"]);
    client = await TestClient.loggedIn(stage, "anna");
    boris = await stage.server.anotherSession(stage.person("boris"), {}, ["groups"]);
    chatId = (await boris.ok("create_group", { title: "Garden", members: ["anna"] })).chat.chat_id;
    await boris.ok("set_role", { chat_id: chatId, username: "anna", role: "moderator" });
    await eventually("she moderates it", () => row()?.group?.role === "moderator");
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const row = () => client.session.workspace.chats.row(chatId);
  const options = () => ({
    parent: client.chat.window,
    main: client.chat.window,
    session: client.session,
    theme: client.application.theme,
    chat: row() ?? assert.fail("the group is not listed"),
  });
  const says = (text: string): boolean => textsIn(client.chat.window).includes(text);

  it("adds all who were chosen although it was closed, and tells in the main window who could not be", async () => {
    const form = openAddMembers(options(), client.session.workspace.members(chatId));
    const { field } = form.people.people;
    for (const name of ["chiara", "dmitri"]) {
      await eventually("all are listed", () => form.people.people.names.includes(name));
      user.type(field, name);
      user.pressNamed(form.dialog, "Add people", 0x01000004);
      assert.equal(form.people.usernames.at(-1), name);
    }
    await stage.person("chiara").ok("block_contact", { contact: "anna" });
    user.click(form.yes);
    form.dialog.close();
    await eventually("it is told", () => says("chiara: You cannot be put into a group together"));
    await eventually("the other is a member", () => row()?.group?.memberCount === 3);
  });

  it("is told in the main window when it was refused", async () => {
    const parent = new QDialog(client.chat.window);
    const { groups } = client.session.workspace;
    const windows = { parent, main: client.chat.window };
    const ended = setRole(
      windows,
      groups,
      { chatId, title: "Garden", group: undefined },
      { username: "boris", role: "member" },
    );
    deleteIfThere(parent);
    await ended;
    assert.ok(says("That takes a higher role in this group than yours."), textsIn(client.chat.window));
  });

  it("changes nothing that others have changed and that was not touched", async () => {
    const form = openEditGroup(options());
    await boris.ok("update_group", { chat_id: chatId, topic: "Roses", posting: "moderators" });
    await eventually("it has come", () => row()?.group?.topic === "Roses");
    form.name.setText("Garden house");
    user.click(form.yes);
    await eventually("it is saved", () => row()?.title === "Garden house");
    assert.deepEqual([row()?.group?.topic, row()?.group?.posting], ["Roses", "moderators"]);
  });

  it("asks the server for nothing when nothing was changed", async () => {
    const { groups } = client.session.workspace;
    groups.update = () => assert.fail("the server was asked");
    const form = openEditGroup(options());
    let isOpen = true;
    form.dialog.addEventListener("finished", () => (isOpen = false));
    user.click(form.yes);
    await eventually("it closes", () => !isOpen || (form.dialog.native as unknown) === null);
  });

  it("keeps the dialog that forwards open when the group is gone", async () => {
    client.write("to be sent on");
    await eventually("it is sent", () => client.messages.at(-1)?.item.seq !== undefined);
    const sent: ChatId[] = [];
    const dialog = openForward({
      ...options(),
      items: () => client.messages.map(({ item }) => item),
      onSent: (to) => void sent.push(to),
    });
    assert.ok(dialog);
    assert.match(textsIn(dialog), /^Garden$/m);
    await boris.ok("remove_member", { chat_id: chatId, username: "anna" });
    await eventually("it is gone", () => row() === undefined);
    user.clickNamed(dialog, "Garden");
    assert.match(textsIn(dialog), /You cannot write there any more\./);
    assert.deepEqual(sent, []);
    dialog.close();
  });
});
