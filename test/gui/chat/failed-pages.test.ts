// Lists whose next page cannot be loaded: it is asked for once, and not again at every look at the list.
import assert from "node:assert/strict";
import { Key, user } from "../support/qt.ts";
import { DisconnectedError, RequestError } from "../../../src/client/errors.ts";
import type { Messenger } from "../../../src/client/messenger.ts";
import { Code } from "../../../src/protocol/codes.ts";
import { eventually } from "../../support/eventually.ts";
import { TestClient } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

const { MemberList } = await import("../../../gui/chat/member-list.ts");
const { openAddContact } = await import("../../../gui/chat/add-contact-dialog.ts");

const PEOPLE = 60;

describe("a page that cannot be loaded", () => {
  let stage: Stage;
  let client: TestClient;
  beforeEach(async () => {
    stage = await Stage.start(["anna"]);
    client = await TestClient.loggedIn(stage, "anna");
  });
  afterEach(async () => {
    assert.deepEqual(client.errors, []);
    await client.quit();
    await stage.remove();
  });

  const people = Array.from({ length: PEOPLE }, (_, index) => ({
    user_id: `id${index}`,
    username: `person${String(index).padStart(2, "0")}`,
    first_name: "",
    second_name: "",
    file_name: null,
    online: false,
  }));

  for (const error of [new DisconnectedError("not connected"), new RequestError(Code.Internal, "it failed")])
    it(`is asked for once in the list of people (${error.name})`, async () => {
      const { messenger } = client.session;
      let asked = 0;
      const request = async (action: string, data: { readonly after?: string }) => {
        assert.equal(action, "users");
        if (data.after === undefined) return { users: people, has_more: true };
        asked += 1;
        throw error;
      };
      messenger.request = request as unknown as Messenger["request"];
      const options = { parent: client.chat.window, session: client.session, theme: client.application.theme };
      const { people: field, dialog } = openAddContact({ ...options, onAdded: () => {} });
      await eventually("the first page is there", () => field.names.length === PEOPLE);
      for (let step = 0; step < PEOPLE; step += 1) user.press(field.field, Key.Down);
      await eventually("the next one has failed", () => asked > 0 && !field.isSearching);
      for (let step = 0; step < 5; step += 1) {
        user.press(field.field, Key.Up);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(asked, 1);
      dialog.close();
    });

  it("is asked for once in the list of members", async () => {
    const { messenger, workspace, avatars } = client.session;
    let asked = 0;
    messenger.groups.members = async (_chatId, { after }) => {
      if (after === undefined) return { members: people.map((one) => ({ ...one, role: "member" })), has_more: true };
      asked += 1;
      throw new RequestError(Code.Internal, "it failed");
    };
    messenger.groups.refresh = async () => {};
    const members = workspace.members("group:none");
    const list = new MemberList({
      theme: client.application.theme,
      avatars,
      members,
      ownUserId: messenger.userId,
      onMenu: () => {},
    });
    list.widget.resize(300, 200);
    list.widget.show();
    await eventually("the first page is there", () => members.members.length === PEOPLE);
    for (let step = 0; step < PEOPLE; step += 1) user.pressNamed(list.widget, "Members", Key.Down);
    await eventually("the next one has failed", () => asked > 0 && !members.isLoading);
    for (let step = 0; step < 5; step += 1) {
      user.pressNamed(list.widget, "Members", Key.Up);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(asked, 1);
    list.dispose();
    list.widget.close();
  });
});
