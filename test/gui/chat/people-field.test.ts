// Names typed in a field with suggestions: nobody else is meant while the right person may not be listed yet.
import assert from "node:assert/strict";
import { Key, user } from "../support/qt.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { openAddContact } = await import("../../../gui/chat/add-contact-dialog.ts");
const { openNewGroup } = await import("../../../gui/chat/new-group-dialog.ts");

describe("a name typed in a dialog", () => {
  let stage: Stage;
  let client: TestClient;
  /** Ids of those whom the dialog has added. */
  let added: string[];
  const begin = async (directory: "everybody" | "contacts"): Promise<void> => {
    stage = await Stage.start(["anna", "bob", "bobby", "bobbin"], { directory });
    await stage.befriend("anna", "bobby");
    added = [];
    client = await TestClient.loggedIn(stage, "anna");
  };
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const contacts = (): string[] => client.session.workspace.contacts.list().map(({ username }) => username);
  const options = () => ({ parent: client.chat.window, session: client.session, theme: client.application.theme });
  const addContact = () => openAddContact({ ...options(), onAdded: (userId) => void added.push(userId) });
  const newGroup = () => openNewGroup({ ...options(), onMade: () => {} });

  it("adds the contact of that name where the server lists nobody", async () => {
    await begin("contacts");
    const { people } = addContact();
    user.type(people.field, "bob");
    await eventually("the server has answered", () => !people.isSearching);
    assert.deepEqual(people.names, ["bobby"]);
    assert.equal(people.chosen, undefined);
    user.press(people.field, Key.Return);
    await eventually("he is a contact", () => added.join() === stage.person("bob").userId);
  });

  it("adds nobody else before the server has answered", async () => {
    await begin("everybody");
    const { people, problem } = addContact();
    await eventually("all are listed", () => people.names.length === 2);
    user.type(people.field, "bobbi");
    user.press(people.field, Key.Return);
    await eventually("it is said", () => problem.text() === "There is no user named bobbi on this server.");
    assert.deepEqual(contacts(), ["bobby"]);
    await eventually("the server has answered", () => people.chosen?.username === "bobbin");
    user.press(people.field, Key.Return);
    await eventually("the best fit is added then", () => added.join() === stage.person("bobbin").userId);
  });

  it("is a member's in a new group, whom the server need not list", async () => {
    await begin("contacts");
    const { people, dialog } = newGroup();
    const { field } = people.people;
    user.type(field, "bob");
    user.press(field, Key.Return);
    await eventually("he is chosen", () => people.usernames.join() === "bob");
    assert.equal(field.text(), "");
    assert.deepEqual(people.chips.names, ["bob"]);
    dialog.close();
  });

  it("means a contact rather than a stranger in a group", async () => {
    await begin("everybody");
    const { people, dialog } = newGroup();
    const { field } = people.people;
    user.type(field, "bobb");
    user.press(field, Key.Return);
    assert.deepEqual(people.usernames, [], "nobody is guessed at");
    await eventually("the contact is chosen", () => people.usernames.join() === "bobby");
    user.type(field, "nobody");
    user.press(field, Key.Return);
    await eventually("the server has answered", () => !people.people.isSearching);
    assert.deepEqual(people.usernames, ["bobby"], "nobody is called so");
    dialog.close();
  });
});
